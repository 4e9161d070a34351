import Documents
import PromQL
import Wording

/// One rule about the recording rules of all files together.
protocol RecordingCheck: SendableMetatype {
    /// In kebab case; its page is `docs/checks/NAME.md`.
    static var name: String { get }

    static func problems(_ rules: RecordedMetrics) -> [Problem]
}

/// What recording rules make, and who reads it.
struct RecordedMetrics {
    /// In the order of the files.
    private(set) var rules: [Rule] = []
    /// By the name of the metric that is made: those that are read for it.
    private(set) var sources: [String: Set<String>] = [:]
    /// The metrics that queries other than recording rules read.
    private(set) var read: Set<String> = []
    /// Whether there are such queries at all.
    private(set) var hasReaders = false

    init(_ inputs: [Input]) {
        for query in inputs.flatMap(\.queries) {
            let names = Self.names(in: query)
            if case .rule(let rule, _) = query.owner, rule.kind == .recording {
                rules.append(rule)
                sources[rule.name.value, default: []].formUnion(names)
            } else {
                hasReaders = true
                read.formUnion(names)
            }
        }
    }

    /// The names that stand in a query, also in one that could not be parsed with its variables.
    private static func names(in query: Query) -> [String] {
        let substituted = SubstitutedQuery(query.text, scope: VariableScope([]))
        guard let expression = try? Expression(parsing: query.mayHaveVariables ? substituted.text : query.text.value)
        else { return [] }
        return expression.selectors.flatMap { selector in
            selector.name.map { [$0.text] }
                ?? selector.matchers.filter { $0.label.text == "__name__" }.map(\.value.value)
        }
    }
}

extension RecordingCheck {
    fileprivate static func problem(
        _ severity: Problem.Severity, _ rule: Rule, _ message: String, remedy: String
    ) -> Problem {
        Problem(
            check: name, severity: severity, place: rule.name.place,
            context: "rule \(Prose.quote(rule.name.value))", message: message, remedy: remedy)
    }
}

/// A rule that reads, by way of others, what it makes itself never begins, or never ends.
enum RecordingCycleCheck: RecordingCheck {
    static let name = "recording-cycle"

    static func problems(_ rules: RecordedMetrics) -> [Problem] {
        rules.rules.compactMap { rule in
            guard let path = path(from: rule.name.value, in: rules.sources) else { return nil }
            return problem(
                .error, rule, "the rule reads what it makes: \(path.joined(separator: " ← "))",
                remedy: "make one of them from other metrics")
        }
    }

    /// The shortest way from a metric back to it.
    private static func path(from start: String, in sources: [String: Set<String>]) -> [String]? {
        var ways: [[String]] = [[start]]
        var seen: Set<String> = []
        while !ways.isEmpty {
            var longer: [[String]] = []
            for way in ways {
                for next in (sources[way[way.count - 1]] ?? []).sorted() {
                    if next == start { return way + [next] }
                    if sources[next] != nil, seen.insert(next).inserted { longer.append(way + [next]) }
                }
            }
            ways = longer
        }
        return nil
    }
}

/// What nobody reads is computed for nothing, or for files that were not looked at.
enum UnusedRecordingCheck: RecordingCheck {
    static let name = "unused-recording"

    static func problems(_ rules: RecordedMetrics) -> [Problem] {
        guard rules.hasReaders else { return [] }
        let read = rules.read.union(rules.sources.values.flatMap(\.self))
        return rules.rules.filter { !read.contains($0.name.value) }.map {
            problem(
                .information, $0, "nothing in these files reads the metric",
                remedy: "remove the rule, or check the files that read it along with it")
        }
    }
}
