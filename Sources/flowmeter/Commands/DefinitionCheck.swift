import Workflow

/// A definition file that has been looked at.
struct DefinitionCheck {
    let file: String
    let source: [UInt8]
    let reading: DefinitionReader.Reading

    /// Reads and validates the file.
    init(file: String) throws {
        self.file = file
        source = try InputFile.bytes(file)
        reading = DefinitionReader.read(source)
    }

    /// The definitions in these files. The problems of those that have errors are printed.
    static func definitions(in files: [String]) throws -> [Definition] {
        let checks = try files.map(DefinitionCheck.init)
        for check in checks where check.hasErrors { Console.print(check.report) }
        if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
        return checks.compactMap(\.reading.definition)
    }

    var hasErrors: Bool { reading.definition == nil }

    /// Each problem with its line, or one line that says all is well.
    var report: String {
        guard reading.problems.isEmpty, let definition = reading.definition else { return reading.rendered(file: file) }
        let count = definition.steps.count
        return "\(file): ok, \(definition.id) \(definition.version), \(count) step\(count == 1 ? "" : "s")"
    }

    var json: JSONValue {
        [
            "file": .string(file),
            "workflow_id": reading.definition.map { .string($0.id) } ?? .null,
            "version": reading.definition.map { .string($0.version) } ?? .null,
            "problems": .array(reading.problems.map(\.json)),
        ]
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
