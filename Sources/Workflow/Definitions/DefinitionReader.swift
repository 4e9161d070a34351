/// Reads workflow definitions from YAML or JSON, and reports everything that is wrong with one at once.
///
/// Two shapes are read: the file (`workflow_id`, `version`, `name`, …, `trigger`, `context`, `timeout`, `steps` side by
/// side) and the create request (the last four inside `definition`). `id` may stand for `workflow_id`. `version` is
/// the text as it stands in the source, so that `1.10` is not `1.1`; it is `1` when left out, `name` is the id when left
/// out, and `enabled` is true. A key whose value is null counts as left out, except where any value may stand.
/// Scalars mean what YAML's core schema says: only `true` and `false` are booleans. ``Limits`` says how large all may be.
public enum DefinitionReader {
    /// What came of reading one source.
    public struct Reading: Sendable {
        /// Nil when there are errors.
        public let definition: Definition?
        /// Errors and warnings in the order of the source.
        public let problems: [Problem]
        let source: String

        public var errors: [Problem] { problems.filter { $0.severity == .error } }
        public var warnings: [Problem] { problems.filter { $0.severity == .warning } }

        /// All problems for a terminal or a log, each with its line of the source, a caret and the remedy.
        public func rendered(file: String) -> String {
            let lines = SourceLines.split(source)
            return problems.map { $0.rendered(file: file, lines: lines) }.joined()
        }
    }

    /// - Parameters:
    ///   - rules: the rules that there are; nil when that is not known, and not looked at.
    ///   - configured: what the server can reach; where a definition names something else, it is warned.
    public static func read(
        _ source: String, rules: Set<String>? = nil, for configured: ConfiguredNames? = nil
    ) -> Reading {
        reading(SourceReading.read(source) { Self.definition(&$0, $1, source, rules, configured) })
    }

    /// Reads bytes that should be UTF-8; a byte order mark before them is passed over.
    public static func read(
        _ source: [UInt8], rules: Set<String>? = nil, for configured: ConfiguredNames? = nil
    ) -> Reading {
        let read = { (parser: inout DefinitionParser, root: SourceNode) in
            Self.definition(&parser, root, String(decoding: source, as: UTF8.self), rules, configured)
        }
        return reading(SourceReading.read(source, read))
    }

    private static func definition(
        _ parser: inout DefinitionParser, _ root: SourceNode, _ source: String, _ rules: Set<String>?,
        _ configured: ConfiguredNames?
    ) -> Definition? {
        parser.configured = configured
        let definition = parser.definition(root, source: source)
        if let rules { parser.checkRules(rules) }
        return definition
    }

    private static func reading(_ reading: SourceReading<Definition>) -> Reading {
        Reading(definition: reading.value, problems: reading.problems, source: reading.text)
    }
}

/// What came of reading one source, whatever it is of.
struct SourceReading<Value> {
    /// Nil when there are errors.
    var value: Value?
    /// In the order of the source.
    var problems: [Problem]
    /// Without a byte order mark.
    var text: String

    typealias Body = (inout DefinitionParser, SourceNode) -> Value?

    static func read(_ source: String, _ body: Body) -> SourceReading {
        guard source.utf8.count <= Limits.sourceBytes else {
            return failed(.sourceTooLarge(limit: Limits.sourceBytes), text: "")
        }
        let text = source.unicodeScalars.first == "\u{FEFF}" ? String(source.unicodeScalars.dropFirst()) : source
        let node: SourceNode
        var parser = DefinitionParser(lines: SourceLines.split(text))
        do throws(YAMLSource.Failure) {
            let found: [Problem]
            (node, found) = try SourceText.parse(text)
            for problem in found { parser.problems.append(problem) }
        } catch {
            return failed(error.fault, line: error.line, column: error.column, text: text)
        }
        let value = body(&parser, node)
        let problems = parser.problems.sorted
        let isValid = !problems.contains { $0.severity == .error }
        return SourceReading(value: isValid ? value : nil, problems: problems, text: text)
    }

    static func read(_ source: [UInt8], _ body: Body) -> SourceReading {
        guard source.count <= Limits.sourceBytes else {
            return failed(.sourceTooLarge(limit: Limits.sourceBytes), text: "")
        }
        let invalid = source.withUnsafeBufferPointer { UTF8Check.firstInvalid(in: $0, $0.indices) }
        let text = String(decoding: source, as: UTF8.self)
        guard let invalid else { return read(text, body) }
        let place = source.withUnsafeBufferPointer { JSONError(.invalidUTF8, at: invalid, in: $0) }
        return failed(.invalidUTF8, line: place.line, column: place.column, text: text)
    }

    private static func failed(_ fault: Fault, line: Int = 1, column: Int = 1, text: String) -> SourceReading {
        let problem = Problem(fault, line: line, column: column, path: "")
        return SourceReading(value: nil, problems: [problem], text: text)
    }
}

/// The lines of a source, as editors and YAML count them.
enum SourceLines {
    static func split(_ source: String) -> [Substring] {
        source.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
        }
    }
}

/// The text of a definition, as YAML or, when it is that, as JSON.
enum SourceText {
    static func parse(_ text: String) throws(YAMLSource.Failure) -> (root: SourceNode, problems: [Problem]) {
        try checkCharacters(text)
        guard looksLikeJSON(text) else { return try YAMLSource.read(text) }
        do throws(JSONError) {
            return (try JSONSource.read(text), [])
        } catch {
            throw YAMLSource.Failure(fault: .json(error), line: error.line, column: error.column)
        }
    }

    /// A brace and a quote begin JSON, which is then read strictly; a brace and a bare word begin a map of YAML.
    private static func looksLikeJSON(_ text: String) -> Bool {
        let visible = text.utf8.lazy.filter { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }.prefix(2)
        let isBrace = visible.first == UInt8(ascii: "{")
        return isBrace && visible.dropFirst().first.map { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "}") } ?? true
    }

    private static func checkCharacters(_ text: String) throws(YAMLSource.Failure) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A:
                line += 1
                column = 0
            case 0x09, 0x0D: break
            case 0..<0x20, 0x7F:
                throw YAMLSource.Failure(
                    fault: .controlCharacter(UInt8(scalar.value)), line: line, column: column)
            default: break
            }
            column += 1
        }
    }
}
