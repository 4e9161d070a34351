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

    /// - Parameter configured: what the server can reach; where a definition names something else, it is warned.
    public static func read(_ source: String, for configured: ConfiguredNames? = nil) -> Reading {
        guard source.utf8.count <= Limits.sourceBytes else {
            return failed(.sourceTooLarge(limit: Limits.sourceBytes), source: "")
        }
        let text = source.unicodeScalars.first == "\u{FEFF}" ? String(source.unicodeScalars.dropFirst()) : source
        let node: SourceNode
        var parser = DefinitionParser(lines: SourceLines.split(text), configured: configured)
        do throws(YAMLSource.Failure) {
            let found: [Problem]
            (node, found) = try SourceText.parse(text)
            for problem in found { parser.problems.append(problem) }
        } catch {
            return failed(error.fault, line: error.line, column: error.column, source: text)
        }
        let definition = parser.definition(node, source: source)
        let problems = parser.problems.sorted
        let isValid = !problems.contains { $0.severity == .error }
        return Reading(definition: isValid ? definition : nil, problems: problems, source: text)
    }

    /// Reads bytes that should be UTF-8; a byte order mark before them is passed over.
    public static func read(_ source: [UInt8], for configured: ConfiguredNames? = nil) -> Reading {
        guard source.count <= Limits.sourceBytes else {
            return failed(.sourceTooLarge(limit: Limits.sourceBytes), source: "")
        }
        let invalid = source.withUnsafeBufferPointer { UTF8Check.firstInvalid(in: $0, $0.indices) }
        guard let invalid else { return read(String(decoding: source, as: UTF8.self), for: configured) }
        let place = source.withUnsafeBufferPointer { JSONError(.invalidUTF8, at: invalid, in: $0) }
        let text = String(decoding: source, as: UTF8.self)
        return failed(.invalidUTF8, line: place.line, column: place.column, source: text)
    }

    private static func failed(_ fault: Fault, line: Int = 1, column: Int = 1, source: String) -> Reading {
        let problem = Problem(fault, line: line, column: column, path: "")
        return Reading(definition: nil, problems: [problem], source: source)
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
