import PromQL

/// With `bool`, a comparison gives 0 where it does not hold, and to an alert any result is one: it fires for ever.
enum BoolAlertCheck: QueryCheck {
    static let name = "bool-alert"
    static let summary = "an alert that always fires"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        guard case .rule(let rule, _) = query.query.owner, rule.kind == .alerting,
            let comparison = comparison(query.expression)
        else { return [] }
        return [
            query.problem(
                name, .error, comparison.operationRange,
                "the alert always fires: with `bool` the comparison has a result whether it holds or not",
                remedy: "leave `bool` out")
        ]
    }

    /// A comparison that gives a result for all that it compares, so that the expression has one for all, too.
    private static func comparison(_ expression: Expression) -> BinaryOperation? {
        guard case .binary(let node) = expression.unwrapped else { return nil }
        switch node.operation {
        case .and:
            let left = comparison(node.left)
            return comparison(node.right) == nil ? nil : left
        case .or: return comparison(node.left) ?? comparison(node.right)
        default: return node.returnsBool && !chooses(node.left) && !chooses(node.right) ? node : nil
        }
    }

    /// Whether there may be a result at some times only, whatever is measured.
    private static func chooses(_ expression: Expression) -> Bool {
        var chooses = false
        expression.walk { part in
            switch part {
            case .binary(let node):
                let filters = node.operation.isComparison && !node.returnsBool
                chooses = chooses || filters || node.operation.isSetOperator
            case .call(let call): chooses = chooses || call.function.text.hasPrefix("absent")
            case .selector(let node): chooses = chooses || node.name?.text == "ALERTS"
            case .range(let node): chooses = chooses || node.selector.name?.text == "ALERTS"
            default: break
            }
            return !chooses
        }
        return chooses
    }
}
