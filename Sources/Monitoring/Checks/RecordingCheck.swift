import Documents
import PromQL
import Wording

/// One rule about the recording rules of all files together.
protocol RecordingCheck: SendableMetatype {
    /// In kebab case; its page is `docs/checks/NAME.md`.
    static var name: String { get }
    /// What it finds, as in the list of `docs/monitoring-check.md`.
    static var summary: String { get }

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

    init(_ queries: [ParsedQuery]) {
        for query in queries {
            let names = query.expression?.metricNames ?? []
            if let (rule, _) = query.recording {
                rules.append(rule)
                sources[rule.name.value, default: []].formUnion(names)
            } else {
                hasReaders = true
                read.formUnion(names)
            }
        }
    }
}

extension Expression {
    /// The names of metrics that stand in it, those that a pattern lists included.
    var metricNames: [String] {
        selectors.flatMap { selector -> [String] in
            if let name = selector.writtenName { return [name.text] }
            return selector.matchers.filter { $0.label.text == "__name__" && $0.operation == .matches }
                .flatMap { (try? Pattern(parsing: $0.value.value))?.values ?? [] }
        }
    }
}

extension RecordingCheck {
    static func problem(
        _ severity: Problem.Severity, _ rule: Rule, _ message: String, remedy: String
    ) -> Problem {
        Problem(
            check: name, severity: severity, place: rule.name.place,
            context: "rule \(Prose.quote(rule.name.value))", message: message, remedy: remedy)
    }
}
