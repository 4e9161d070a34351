import PromQL
import Wording

/// A sum of counters falls when one of them restarts or goes away, and `rate` takes that for a restart of all.
enum RateOfSumCheck: QueryCheck {
    static let name = "rate-of-sum"
    static let summary = "`rate` of counters that are added up before"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .call(let call) = expression, RateOfGaugeCheck.functions.contains(call.function.text),
                case .subquery(let subquery)? = call.arguments.first?.unwrapped,
                case .aggregation(let sum) = subquery.expression.unwrapped, sum.operation == .sum,
                let counter = counter(sum.operand, query)
            else { return true }
            problems.append(
                query.problem(
                    Self.name, .warning, sum.range,
                    "the sum of \(counter) falls when one process restarts, and \(call.function.text) takes it for all",
                    remedy: "write sum(\(call.function.text)(\(counter)[…]))"))
            return true
        }
        return problems
    }

    private static func counter(_ operand: Expression, _ query: CheckedQuery) -> String? {
        guard case .selector(let selector) = operand.unwrapped, let name = selector.name, query.isLiteral(name.range),
            query.metrics[name.text]?.isCounter == true
        else { return nil }
        return name.text
    }
}
