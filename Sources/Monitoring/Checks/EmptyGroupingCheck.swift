import PromQL
import Wording

/// A grouping that joins nothing, or brings nothing along, is left over or meant for something else.
enum EmptyGroupingCheck: QueryCheck {
    static let name = "empty-grouping"
    static let summary = "a grouping that joins nothing, or brings nothing along"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            switch expression {
            case .aggregation(let node): if let problem = aggregation(query, node) { problems.append(problem) }
            case .binary(let node): problems += included(query, node)
            default: break
            }
            return true
        }
        return problems
    }

    // MARK: Aggregations

    /// Of one series each of these makes the same again.
    private static let reducing: Set<AggregationOperator> = [
        .sum, .avg, .min, .max, .quantile, .topk, .bottomk, .limitk,
    ]

    private static func aggregation(_ query: CheckedQuery, _ node: Aggregation) -> Problem? {
        guard reducing.contains(node.operation), query.isLiteral(node.operationRange), let grouping = node.grouping,
            query.isLiteral(grouping.range), hasOneName(query, node.operand),
            grouping.isWithout ? grouping.labels.isEmpty : keepsAll(grouping, node.operand)
        else { return nil }
        return query.problem(
            name, .information, grouping.range, "the grouping joins nothing: each group is one series",
            remedy: grouping.isWithout
                ? "name the labels that are to go, or leave \(node.operation.rawValue) out"
                : "group by fewer labels, or leave \(node.operation.rawValue) out")
    }

    /// Whether the query itself says that there are no other labels. Those of metrics may be more, as a server that
    /// gathers them from others adds some.
    private static func keepsAll(_ grouping: Grouping, _ operand: Expression) -> Bool {
        let labels = operand.seriesLabels { _ in nil }
        let names = Set(grouping.labels.map(\.text))
        // A label that is not there is told by unknown-label.
        return !labels.isOpen && labels.always.union(labels.possible) == names
    }

    /// Whether series that differ have other labels than their names.
    private static func hasOneName(_ query: CheckedQuery, _ operand: Expression) -> Bool {
        if case .selector(let selector) = operand.unwrapped {
            return selector.name.map { query.isLiteral($0.range) } ?? false
        }
        return query.labels(of: operand).presence(of: "__name__") == .never
    }

    // MARK: Labels that come along

    private static func included(_ query: CheckedQuery, _ node: BinaryOperation) -> [Problem] {
        guard let group = node.matching?.group else { return [] }
        let labels = query.labels(of: group.isLeft ? node.right : node.left)
        return group.include.compactMap { label in
            guard query.isLiteral(label.range), labels.presence(of: label.text) == .never else { return nil }
            return query.problem(
                name, .error, label.range,
                "the \(group.isLeft ? "right" : "left") side has no label \(Prose.quote(label.text)) to bring along",
                remedy: UnknownLabelCheck.remedy(label.text, labels))
        }
    }
}
