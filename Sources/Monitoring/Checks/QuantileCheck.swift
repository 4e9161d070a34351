import PromQL
import Telemetry
import Wording

/// A quantile is from 0 to 1; a histogram's is found from its buckets, which the label `le` tells apart.
enum QuantileCheck: QueryCheck {
    static let name = "quantile"
    static let summary = "a quantile without buckets, or outside 0 to 1"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem?] = []
        query.expression.walk { expression in
            switch expression {
            case .call(let call) where call.function.text == "histogram_quantile" && call.arguments.count == 2:
                problems += [bound(query, call.arguments[0]), problem(query, call)]
            case .call(let call) where call.function.text == "quantile_over_time":
                problems += call.arguments.prefix(1).map { bound(query, $0) }
            case .aggregation(let node) where node.operation == .quantile:
                problems += node.parameter.map { [bound(query, $0)] } ?? []
            default: break
            }
            return true
        }
        return problems.compactMap { $0 }
    }

    /// Outside 0 to 1 a quantile is an infinity, whatever the values are.
    private static func bound(_ query: CheckedQuery, _ expression: Expression) -> Problem? {
        guard query.isLiteral(expression.range), let value = number(expression), value < 0 || value > 1 else {
            return nil
        }
        let share = (value / 100 * 1e6).rounded() / 1e6
        return query.problem(
            name, .error, expression.range, "the quantile \(BucketText.text(value)) is always infinite",
            remedy: value > 1 && value <= 100 ? "write \(BucketText.text(share))" : "write a number from 0 to 1")
    }

    private static func number(_ expression: Expression) -> Double? {
        switch expression.unwrapped {
        case .number(let number): number.value
        case .unary(let node): number(node.operand).map { node.isNegation ? -$0 : $0 }
        default: nil
        }
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
