import PromQL

/// What is calculated from a metric has its name no more: grouping by the name makes one series of all.
enum NameGroupingCheck: QueryCheck {
    static let name = "name-grouping"
    static let summary = "a grouping by a name that is gone"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .aggregation(let node) = expression, let grouping = node.grouping, !grouping.isWithout,
                let label = grouping.labels.first(where: { $0.text == "__name__" }), query.isLiteral(label.range),
                query.labels(of: node.operand).presence(of: "__name__") == .never
            else { return true }
            problems.append(
                query.problem(
                    name, .error, label.range, "what is grouped here has no metric's name any more",
                    remedy: "write a query for each metric, or group by labels that the series still have"))
            return true
        }
        return problems
    }
}
