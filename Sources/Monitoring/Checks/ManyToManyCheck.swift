import PromQL
import Wording

/// Where several series of one side could belong to one of the other, Prometheus wants to be told; where there are
/// several on both, it refuses the query while it runs.
enum ManyToManyCheck: QueryCheck {
    static let name = "many-to-many"
    static let summary = "several series where one belongs"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            if case .binary(let node) = expression, let problem = problem(query, node) { problems.append(problem) }
            return true
        }
        return problems
    }

    /// A label that makes several series of a side belong together.
    private struct Surplus {
        let label: String
        let variety: LabelVariety
    }

    private static func problem(_ query: CheckedQuery, _ node: BinaryOperation) -> Problem? {
        guard !node.operation.isSetOperator, node.left.type == .vector, node.right.type == .vector,
            query.isLiteral(node.operationRange), let matching = node.matching, query.isLiteral(matching.range),
            NeverMatchesCheck.problem(query, node) == nil
        else { return nil }
        if let group = matching.group {
            let one = group.isLeft ? node.right : node.left
            return surplus(query, matching, one).map { grouped(query, node, $0, isLeft: group.isLeft) }
        }
        let (left, right) = (surplus(query, matching, node.left), surplus(query, matching, node.right))
        switch (left, right) {
        case (let left?, let right?): return both(query, node, left, right)
        case (let left?, nil): return single(query, node, left, isLeft: true)
        case (nil, let right?): return single(query, node, right, isLeft: false)
        case (nil, nil): return nil
        }
    }

    /// The label of a side that is not compared and of which there are several values for what is compared.
    private static func surplus(_ query: CheckedQuery, _ matching: VectorMatching, _ side: Expression) -> Surplus? {
        let labels = query.labels(of: side)
        let named = Set(matching.labels.map(\.text))
        let own = labels.always.subtracting(["__name__"])
        let free = matching.isOn ? own.subtracting(named) : own.intersection(named)
        let comparesNothing =
            matching.isOn
            ? named.allSatisfy { labels.presence(of: $0) == .never }
            : !labels.isOpen && own.union(labels.possible).isSubset(of: named)
        let found = free.sorted().map { Surplus(label: $0, variety: query.variety(of: $0, in: side)) }
        return found.filter { $0.variety >= (comparesNothing ? .grouped : .listed) }
            .max { $0.variety < $1.variety }
    }

    // MARK: Messages

    private static func report(
        _ query: CheckedQuery, _ node: BinaryOperation, _ variety: LabelVariety, _ message: String, remedy: String
    ) -> Problem {
        query.problem(name, variety == .always ? .error : .warning, node.operationRange, message, remedy: remedy)
    }

    private static func grouped(
        _ query: CheckedQuery, _ node: BinaryOperation, _ surplus: Surplus, isLeft: Bool
    ) -> Problem {
        let side = isLeft ? "right" : "left"
        return report(
            query, node, surplus.variety,
            "the \(side) side must have one series for each match, and has one for each value of"
                + " \(Prose.quote(surplus.label))",
            remedy: "compare \(surplus.label), or aggregate it away on the \(side)")
    }

    private static func both(
        _ query: CheckedQuery, _ node: BinaryOperation, _ left: Surplus, _ right: Surplus
    ) -> Problem {
        let labels = left.label == right.label ? [left.label] : [left.label, right.label]
        return report(
            query, node, max(left.variety, right.variety),
            "both sides have several series for each match, by \(Prose.list(labels.map(Prose.quote), "and"))",
            remedy: "compare \(Prose.list(labels, "and")), or aggregate \(labels.count == 1 ? "it" : "them") away")
    }

    private static func single(
        _ query: CheckedQuery, _ node: BinaryOperation, _ surplus: Surplus, isLeft: Bool
    ) -> Problem {
        let (side, other) = isLeft ? ("left", "right") : ("right", "left")
        return report(
            query, node, surplus.variety,
            "the \(side) side has a series for each value of \(Prose.quote(surplus.label)) where the \(other) has one",
            remedy: "add group_\(side), or compare or aggregate away \(surplus.label)")
    }
}
