import PromQL
import Wording

/// A counter's own value says how long its process has run, and falls when it restarts.
enum RawCounterCheck: QueryCheck {
    static let name = "raw-counter"
    static let summary = "an alert on a counter's own value"
    /// What makes sense of a counter over time, or looks at whether it is there only.
    private static let fitting: Set<String> = [
        "rate", "irate", "increase", "resets", "changes", "absent", "absent_over_time", "count_over_time",
        "present_over_time", "timestamp", "histogram_quantile", "last_over_time",
    ]

    static func problems(_ query: CheckedQuery) -> [Problem] {
        guard case .rule(let rule, _) = query.query.owner, rule.kind == .alerting else { return [] }
        var problems: [Problem] = []
        query.expression.walk { expression in
            switch expression {
            case .binary(let node): return !asksForAny(node)
            case .call(let call): return !fitting.contains(call.function.text)
            case .aggregation(let aggregation):
                return aggregation.operation != .count && aggregation.operation != .group
            case .selector(let selector):
                guard let name = selector.name, query.isLiteral(name.range), selector.offset == nil,
                    let metric = query.metrics[name.text], metric.part == .whole, metric.isCounter
                else { return true }
                problems.append(
                    query.problem(
                        Self.name, .warning, name.range,
                        "\(name.text) is a counter: its value depends on when its process started",
                        remedy: "write rate(\(name.text)[…]) or increase(\(name.text)[…])"))
            default: break
            }
            return true
        }
        return problems
    }

    /// Whether a comparison asks whether there ever was any, for which the counter's own value is right: `errors > 0`.
    private static func asksForAny(_ node: BinaryOperation) -> Bool {
        if case .number(let number) = node.right.unwrapped {
            return isBound(node.operation, number.value) && isCount(node.left)
        }
        guard case .number(let number) = node.left.unwrapped else { return false }
        return isBound(node.operation.mirrored, number.value) && isCount(node.right)
    }

    /// Whether it parts nothing from something.
    private static func isBound(_ operation: BinaryOperator, _ value: Double) -> Bool {
        switch operation {
        case .greater, .lessOrEqual, .equal, .notEqual: value == 0
        case .greaterOrEqual, .less: value == 1
        default: false
        }
    }

    /// Whether the value is 0 as long as the counters are.
    private static func isCount(_ expression: Expression) -> Bool {
        switch expression.unwrapped {
        case .selector: true
        case .aggregation(let node): [.sum, .min, .max, .avg].contains(node.operation) && isCount(node.operand)
        default: false
        }
    }
}

extension BinaryOperator {
    /// What a comparison is with its sides exchanged.
    fileprivate var mirrored: Self {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }
}
