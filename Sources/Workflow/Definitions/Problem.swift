import Wording

/// One thing that is wrong, or doubtful, in a definition.
public struct Problem: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        /// The definition cannot be deployed.
        case error
        /// It can, but probably does not do what was meant.
        case warning
    }

    public var severity: Severity
    /// A stable name in kebab case, such as `unknown-operator`.
    public var code: String
    /// The line in the source, from 1.
    public var line: Int
    /// The column, from 1, in Unicode scalars.
    public var column: Int
    /// Where in the definition: `steps[2].condition.operator`; empty for the whole.
    public var path: String
    /// What is wrong, as a clause without a full stop.
    public var message: String
    /// What to do about it, as a clause without a full stop.
    public var remedy: String
}

extension Problem: CustomStringConvertible {
    /// One line: place, what is wrong, remedy.
    public var description: String {
        "\(line):\(column): \(severity.rawValue): \(message) [\(code)]; \(remedy)"
    }
}

extension Problem {
    init(_ fault: Fault, line: Int, column: Int, path: String) {
        self.init(
            severity: fault.severity, code: fault.code, line: line, column: column, path: path,
            message: fault.message, remedy: fault.remedy)
    }

    /// The problem for a terminal or a log: its place, what is wrong, the line of the source with a caret, the remedy.
    ///
    /// Four lines, or two when the place lies outside the source. Control characters of the source are not passed on.
    /// `lines` are the lines of the source without their ends.
    func rendered(file: String, lines: [Substring]) -> String {
        var text = "\(file):\(line):\(column): \(severity.rawValue): \(message) [\(code)]\n"
        if lines.indices.contains(line - 1) {
            let number = String(line)
            let (shown, caret) = Self.excerpt(of: lines[line - 1], around: column)
            text += "  \(number) | \(shown)\n"
            text += "  \(String(repeating: " ", count: number.count)) | \(String(repeating: " ", count: caret))^\n"
        }
        return text + "  help: \(remedy)\n"
    }

    /// At most 120 scalars of the line around the column, and how many of them stand before it.
    private static func excerpt(of line: Substring, around column: Int) -> (text: String, caret: Int) {
        let scalars = Array(line.unicodeScalars.prefix(column + 160))
        let place = min(max(column - 1, 0), scalars.count)
        let start = place > 100 ? place - 60 : 0
        let end = min(start + 120, scalars.count)
        var text = start > 0 ? "…" : ""
        for scalar in scalars[start..<end] {
            text += Prose.isControl(scalar) ? " " : String(Character(scalar))
        }
        if end < scalars.count { text += "…" }
        return (text, place - start + (start > 0 ? 1 : 0))
    }
}

/// The problems of one definition, collected while it is read.
struct ProblemList {
    private(set) var problems: [Problem] = []
    private var seen: Set<Problem> = []

    mutating func append(_ problem: Problem) {
        guard problems.count <= Limits.problems, seen.insert(problem).inserted else { return }
        if problems.count == Limits.problems {
            let fault = Fault.tooManyProblems(limit: Limits.problems)
            problems.append(Problem(fault, line: problem.line, column: problem.column, path: ""))
        } else {
            problems.append(problem)
        }
    }

    /// Whether more would not be kept; then nothing more need be looked for.
    var isFull: Bool { problems.count > Limits.problems }

    /// In the order of the source.
    var sorted: [Problem] {
        problems.sorted { ($0.line, $0.column, $0.code, $0.path) < ($1.line, $1.column, $1.code, $1.path) }
    }
}
