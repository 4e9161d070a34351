import PromQL
import Telemetry
import Wording

/// A matcher of `le` must name a bound of the histogram.
enum BucketBoundCheck: QueryCheck {
    static let name = "bucket-bound"
    static let summary = "`le` names no bound"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.flatMap { selector, name, _ -> [Problem] in
            guard let metric = query.metrics[name], metric.part == .bucket, let bounds = metric.family.buckets else {
                return []
            }
            return selector.matchers.compactMap { matcher in
                guard matcher.label.text == "le", !matcher.operation.isRegex, query.isLiteral(matcher.value.range),
                    let bound = Double(matcher.value.value), bound != .infinity, !bounds.contains(bound)
                else { return nil }
                let nearest = bounds.min { abs($0 - bound) < abs($1 - bound) }
                return query.problem(
                    Self.name, .error, matcher.value.range,
                    "\(metric.family.name) has no bucket up to \(matcher.value.value)",
                    remedy: nearest.map { "the nearest is \(BucketText.text($0))" } ?? "leave the matcher out")
            }
        }
    }
}

/// Bounds as the label `le` has them.
enum BucketText {
    static func text(_ bound: Double) -> String {
        let text = "\(bound)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
