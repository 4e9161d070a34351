import Documents

/// What was found, in the forms that others read.
public struct CheckReport: Sendable {
    public let problems: [Problem]
    /// How many files were looked at.
    public let files: Int
    /// How many of them hold neither rules nor dashboards, routes or queries, and have no problem.
    public let foreign: Int
    /// How many problems are left out, as they were known before.
    public var known = 0

    public init(problems: [Problem], files: Int, foreign: Int = 0) {
        self.problems = problems
        self.files = files
        self.foreign = foreign
    }

    public func count(_ severity: Problem.Severity) -> Int { problems.count { $0.severity == severity } }

    /// For people.
    public var text: String {
        problems.map { $0.rendered + "\n" }.joined() + summary + "\n"
    }

    private var summary: String {
        let counts = [(Problem.Severity.error, "error"), (.warning, "warning"), (.information, "remark")]
            .filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)\(count($0.0) == 1 ? "" : "s")" }
        let found = counts.isEmpty ? "no problems" : counts.joined(separator: ", ")
        let read = files - foreign
        var summary = "\(found) in \(read) file\(read == 1 ? "" : "s")"
        if known > 0 { summary += ", and \(known) known before" }
        if foreign > 0 { summary += "; \(foreign) more without rules, dashboards, routes or queries" }
        return summary
    }

    /// Workflow commands of GitHub Actions, which shows them beside the lines.
    public var github: String {
        problems.map { problem in
            let level = problem.severity == .information ? "notice" : problem.severity.rawValue
            let (start, end) = (problem.place.start, problem.place.end)
            let place =
                "file=\(Self.property(problem.place.file.path)),line=\(start.line),endLine=\(end.line),"
                + "col=\(start.column),endColumn=\(end.column),title=\(problem.check)"
            return "::\(level) \(place)::\(Self.data("\(problem.message); \(problem.remedy)"))\n"
        }.joined()
    }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

extension CheckReport {
    /// As JSON: see `docs/monitoring-check.md`.
    public struct Entry: Sendable, Codable, Hashable {
        public let check: String
        public let severity: String
        public let file: String
        public let line: Int
        public let column: Int
        public let endLine: Int
        public let endColumn: Int
        public let context: String
        public let message: String
        public let remedy: String
        public let page: String?

        private enum CodingKeys: String, CodingKey {
            case check, severity, file, line, column, context, message, remedy, page
            case endLine = "end_line"
            case endColumn = "end_column"
        }

        init(_ problem: Problem) {
            let (start, end) = (problem.place.start, problem.place.end)
            check = problem.check
            severity = problem.severity.rawValue
            file = problem.place.file.path
            (line, column, endLine, endColumn) = (start.line, start.column, end.line, end.column)
            context = problem.context
            message = problem.message
            remedy = problem.remedy
            page = problem.page
        }
    }

    public var entries: [Entry] { problems.map(Entry.init) }
}
