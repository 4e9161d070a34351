import PromQL
import Wording

/// A query of a metric that nothing exposes shows nothing, and an alert on it never fires.
enum UnknownMetricCheck: QueryCheck {
    static let name = "unknown-metric"
    static let summary = "nothing exposes the metric"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        let hidden = Set(HiddenMetricCheck.finds(query).map(\.range.offsets))
        return query.namedSelectors.compactMap { _, name, range in
            guard query.metrics[name] == nil, query.metrics.base(name) == nil, !hidden.contains(range.offsets) else {
                return nil
            }
            return query.problem(
                Self.name, severity(name, query.metrics), range, "there is no metric \(Prose.quote(name))",
                remedy: remedy(name, query.metrics))
        } + unmatched(query)
    }

    /// What nobody has seen may come yet, unless it is nearly the name of something.
    static func severity(_ name: String, _ metrics: MetricIndex) -> Problem.Severity {
        metrics.isObserved && NearestWord.find(name, among: metrics.names) == nil ? .warning : .error
    }

    static func remedy(_ name: String, _ metrics: MetricIndex) -> String {
        if let nearest = NearestWord.find(name, among: metrics.names) { return "did you mean \(Prose.quote(nearest))?" }
        return metrics.isObserved
            ? "look again when what it counts has happened; many metrics are not there before"
            : "use a metric of the catalogue, or add what exposes this one to it"
    }

    /// Patterns of names that no metric has.
    private static func unmatched(_ query: CheckedQuery) -> [Problem] {
        query.expression.selectors.flatMap(\.matchers).compactMap { matcher in
            guard matcher.label.text == "__name__", matcher.operation == .matches, query.isLiteral(matcher.value.range),
                let pattern = try? Pattern(parsing: matcher.value.value), !query.metrics.hasName(matching: pattern)
            else { return nil }
            return query.problem(
                name, query.metrics.isObserved ? .warning : .error, matcher.value.range,
                "no metric's name matches \(Prose.quote(matcher.value.value))",
                remedy: "use a pattern that a metric of the catalogue matches")
        }
    }
}
