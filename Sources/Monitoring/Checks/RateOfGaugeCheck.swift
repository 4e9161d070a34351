import PromQL
import Telemetry
import Wording

/// `rate` takes a fall for a restart, which a gauge does not have.
enum RateOfGaugeCheck: QueryCheck {
    static let name = "rate-of-gauge"
    static let summary = "`rate` of what is no counter"
    static let functions: Set<String> = ["rate", "irate", "increase"]

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .call(let call) = expression, functions.contains(call.function.text),
                case .range(let range)? = call.arguments.first?.unwrapped, let name = range.selector.name,
                query.isLiteral(name.range), let metric = query.metrics[name.text],
                metric.part == .whole, metric.family.type == "gauge"
            else { return true }
            problems.append(
                query.problem(
                    Self.name, .error, name.range, "\(name.text) is a gauge, and \(call.function.text) is for counters",
                    remedy: "write \(call.function.text == "increase" ? "delta" : "deriv")(…)"))
            return true
        }
        return problems
    }
}
