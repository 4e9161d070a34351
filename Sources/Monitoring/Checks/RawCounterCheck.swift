import PromQL
import Wording

/// A counter's own value says how long its process has run, and falls when it restarts.
enum RawCounterCheck: QueryCheck {
    static let name = "raw-counter"
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
}
