import PromQL
import Telemetry
import Wording

/// A quantile is found from the buckets of a histogram, which the label `le` tells apart.
enum QuantileCheck: QueryCheck {
    static let name = "quantile"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .call(let call) = expression, call.function.text == "histogram_quantile",
                call.arguments.count == 2
            else { return true }
            if let problem = problem(query, call) { problems.append(problem) }
            return true
        }
        return problems
    }

    private static func problem(_ query: CheckedQuery, _ call: Call) -> Problem? {
        let buckets = call.arguments[1]
        for selector in buckets.selectors {
            guard let name = selector.name, query.isLiteral(name.range), let metric = query.metrics[name.text] else {
                // Of a metric that is not known, or is a variable, nothing can be said.
                return nil
            }
            guard metric.part == .bucket || metric.family.type == "unknown" else {
                let histogram = query.metrics[name.text + "_bucket"] ?? (metric.part == .whole ? nil : metric)
                return query.problem(
                    Self.name, .error, name.range, "\(name.text) has no buckets to find a quantile in",
                    remedy: histogram.map { "write \($0.family.name)_bucket" } ?? "use the buckets of a histogram")
            }
        }
        guard query.labels(of: buckets).presence(of: "le") == .never else { return nil }
        return query.problem(
            Self.name, .error, buckets.range, "the label le is gone, so there are no buckets any more",
            remedy: "keep it: write sum by (le, …) (rate(…_bucket[…]))")
    }
}
