import PromQL
import Telemetry
import Wording

/// A matcher of a value that the label can never have picks nothing.
enum UnknownValueCheck: QueryCheck {
    static let name = "unknown-value"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.flatMap { selector, name, _ -> [Problem] in
            guard let family = query.metrics[name]?.family else { return [] }
            return selector.matchers.flatMap { matcher -> [Problem] in
                let label = family.labels.first { $0.name == matcher.label.text }
                guard let label, label.domain == .closed, let values = label.values,
                    query.isLiteral(matcher.value.range), !matcher.value.value.isEmpty
                else { return [] }
                return unknown(matcher, values).map { value in
                    query.problem(
                        Self.name, .error, matcher.value.range,
                        "the label \(label.name) of \(name) never has the value \(Prose.quote(value))",
                        remedy: remedy(value, values))
                }
            }
        }
    }

    /// The values, or alternatives of a pattern, that no value of the domain is.
    private static func unknown(_ matcher: Matcher, _ values: [String]) -> [String] {
        guard matcher.operation.isRegex else {
            return values.contains(matcher.value.value) ? [] : [matcher.value.value]
        }
        guard let pattern = try? Pattern(parsing: matcher.value.value) else { return [] }
        let parts = pattern.alternatives ?? [matcher.value.value]
        return parts.filter { part in
            guard !part.isEmpty, let pattern = try? Pattern(parsing: part) else { return false }
            // Series without the label match too.
            return !pattern.allowsEmpty && !values.contains(where: pattern.matches)
        }
    }

    private static func remedy(_ value: String, _ values: [String]) -> String {
        if let nearest = NearestWord.find(value, among: values) { return "did you mean \(Prose.quote(nearest))?" }
        return "it can be \(Prose.list(values.filter { !$0.isEmpty }.prefix(20).map { Prose.quote($0) }))"
    }
}
