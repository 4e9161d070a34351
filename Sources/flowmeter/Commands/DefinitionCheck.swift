import Workflow

/// A file of a definition or of a rule that has been looked at.
struct DefinitionCheck {
    let file: String
    let source: [UInt8]
    let content: Content
    let problems: [Problem]
    private let rendering: String

    enum Content {
        case workflow(Definition)
        case rule(Rule)
        /// It has errors.
        case none(isRule: Bool)
    }

    /// Reads and validates files. Where rules are among them, definitions may ask no others.
    static func all(_ files: [String]) throws -> [DefinitionCheck] {
        let sources = try files.map { (file: $0, source: try InputFile.bytes($0)) }
        let rules = sources.map { RuleReader.isRule($0.source) ? RuleReader.read($0.source) : nil }
        let ids = rules.contains { $0 != nil } ? Set(rules.compactMap { $0?.rule?.id }) : nil
        return zip(sources, rules).map { source, rule in
            if let rule { return DefinitionCheck(source.file, source.source, rule) }
            return DefinitionCheck(source.file, source.source, DefinitionReader.read(source.source, rules: ids))
        }
    }

    /// The definitions in these files. The problems of those that have errors are printed.
    static func definitions(in files: [String]) throws -> [Definition] {
        let checks = try all(files)
        for check in checks where check.hasErrors { Console.print(check.report) }
        if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
        return checks.compactMap(\.definition)
    }

    private init(_ file: String, _ source: [UInt8], _ reading: DefinitionReader.Reading) {
        (self.file, self.source, problems) = (file, source, reading.problems)
        content = reading.definition.map { .workflow($0) } ?? .none(isRule: false)
        rendering = reading.rendered(file: file)
    }

    private init(_ file: String, _ source: [UInt8], _ reading: RuleReader.Reading) {
        (self.file, self.source, problems) = (file, source, reading.problems)
        content = reading.rule.map { .rule($0) } ?? .none(isRule: true)
        rendering = reading.rendered(file: file)
    }

    var hasErrors: Bool { if case .none = content { true } else { false } }

    var isRule: Bool {
        switch content {
        case .rule, .none(isRule: true): true
        case .workflow, .none: false
        }
    }

    var rule: Rule? { if case .rule(let rule) = content { rule } else { nil } }
    var definition: Definition? { if case .workflow(let definition) = content { definition } else { nil } }

    /// Whether this problem, as the API sends it, has been found here too.
    func shows(_ problem: JSONObject) -> Bool {
        problems.contains { $0.code == problem["code"]?.string && $0.path == problem["path"]?.string }
    }

    /// Each problem with its line, or one line that says all is well.
    var report: String {
        if !problems.isEmpty { return rendering }
        switch content {
        case .workflow(let definition):
            let count = definition.steps.count
            return "\(file): ok, \(definition.id) \(definition.version), \(count) step\(count == 1 ? "" : "s")"
        case .rule(let rule):
            let count = rule.tests.count
            return "\(file): ok, rule \(rule.id) \(rule.version), \(count) test\(count == 1 ? "" : "s")"
        case .none: return rendering
        }
    }

    var json: JSONValue {
        let (id, version) = (definition?.id ?? rule?.id, definition?.version ?? rule?.version)
        return .object(
            JSONObject([
                ("file", .string(file)), (isRule ? "rule_id" : "workflow_id", id.map { .string($0) } ?? .null),
                ("version", version.map { .string($0) } ?? .null), ("problems", .array(problems.map(\.json))),
            ]))
    }

    /// The file as a request's body.
    var body: APIClient.Body {
        let isJSON = file.lowercased().hasSuffix(".json")
        return APIClient.Body(bytes: source, contentType: isJSON ? "application/json" : "application/yaml")
    }
}

extension Problem {
    fileprivate var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "code": .string(code), "line": .integer(Int64(line)),
            "column": .integer(Int64(column)), "path": .string(path), "message": .string(message),
            "remedy": .string(remedy),
        ]
    }
}
