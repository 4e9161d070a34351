import Documents
import PromQL
import Wording

/// A matcher of a label that the metric does not have picks nothing, or everything; grouping by one joins all.
enum UnknownLabelCheck: QueryCheck {
    static let name = "unknown-label"
    static let summary = "the metric, or the result, has no such label"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        matchers(query) + groupings(query) + variable(query)
    }

    private static func matchers(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.flatMap { selector, name, _ -> [Problem] in
            guard let metric = query.metrics[name] else { return [] }
            return selector.matchers.compactMap { matcher in
                guard matcher.label.text != "__name__", query.isLiteral(matcher.label.range),
                    metric.labels.presence(of: matcher.label.text) == .never
                else { return nil }
                return query.problem(
                    Self.name, .error, matcher.label.range,
                    "\(name) has no label \(Prose.quote(matcher.label.text))",
                    remedy: remedy(matcher.label.text, metric.labels))
            }
        }
    }

    private static func groupings(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .aggregation(let aggregation) = expression, let grouping = aggregation.grouping else {
                return true
            }
            let labels = query.labels(of: aggregation.operand)
            for label in grouping.labels where query.isLiteral(label.range) {
                guard label.text != "__name__", labels.presence(of: label.text) == .never else { continue }
                problems.append(
                    query.problem(
                        Self.name, grouping.isWithout ? .warning : .error, label.range,
                        "what is grouped here has no label \(Prose.quote(label.text))",
                        remedy: remedy(label.text, labels)))
            }
            return true
        }
        return problems
    }

    /// `label_values(metric, label)` of a dashboard's variable.
    private static func variable(_ query: CheckedQuery) -> [Problem] {
        guard case .variable(let variable) = query.query.owner, case .labelValues(_, let label)? = variable.parts,
            VariableUse.uses(in: label.value).isEmpty
        else { return [] }
        let labels = query.labels(of: query.expression)
        guard labels.presence(of: label.value) == .never else { return [] }
        return [
            Problem(
                check: name, severity: .error, place: label.place, context: query.query.context,
                message: "what the values are asked of has no label \(Prose.quote(label.value))",
                remedy: remedy(label.value, labels))
        ]
    }

    static func remedy(_ label: String, _ labels: SeriesLabels) -> String {
        let known = labels.always.subtracting(["__name__"]).sorted()
        if let nearest = NearestWord.find(label, among: known) { return "did you mean \(Prose.quote(nearest))?" }
        return known.isEmpty ? "leave it out" : "it has \(Prose.list(known, "and"))"
    }
}
