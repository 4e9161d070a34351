import PromQL
import Telemetry
import Wording

/// A matcher of a value that the label can never have picks nothing; one that excludes it leaves out nothing.
enum UnknownValueCheck: QueryCheck {
    static let name = "unknown-value"
    static let summary = "the label never has the value"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.flatMap { selector, name, _ -> [Problem] in
            guard let family = query.metrics[name]?.family else { return [] }
            return selector.matchers.flatMap { matcher -> [Problem] in
                let label = family.labels.first { $0.name == matcher.label.text }
                guard let label, label.domain == .closed, let values = label.values,
                    query.isLiteral(matcher.value.range), !matcher.value.value.isEmpty
                else { return [] }
                let excludes = matcher.operation == .notEqual || matcher.operation == .notMatches
                return unknown(matcher, values).map { value in
                    query.problem(
                        Self.name, excludes ? .warning : .error, matcher.value.range,
                        "the label \(label.name) of \(name) never has the value \(Prose.quote(value))"
                            + (excludes ? ": excluding it changes nothing" : ""),
                        remedy: remedy(value, values, excludes))
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
        if let asked = pattern.values { return asked.filter { !$0.isEmpty && !values.contains($0) } }
        return (alternatives(matcher.value.value) ?? [matcher.value.value]).filter { part in
            guard !part.isEmpty, let pattern = try? Pattern(parsing: part) else { return false }
            // Series without the label match too; what is not known to match is taken to.
            return !pattern.allowsEmpty && !values.contains { pattern.matches($0) ?? true }
        }
    }

    /// The alternatives that a pattern consists of, each a pattern by itself; nil if they cannot be told by their signs.
    private static func alternatives(_ pattern: String) -> [String]? {
        var parts = [""]
        var depth = 0
        var isEscaped = false
        for character in pattern {
            switch character {
            case _ where isEscaped: isEscaped = false
            case "\\": isEscaped = true
            case "[": return nil
            case "(": depth += 1
            case ")": depth -= 1
            case "|" where depth == 0:
                parts.append("")
                continue
            default: break
            }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func remedy(_ value: String, _ values: [String], _ excludes: Bool) -> String {
        if let nearest = NearestWord.find(value, among: values) { return "did you mean \(Prose.quote(nearest))?" }
        if excludes { return "leave it out" }
        return "it can be \(Prose.list(values.filter { !$0.isEmpty }.prefix(20).map { Prose.quote($0) }))"
    }
}
