import PromQL
import Wording

/// Two sides belong together where all labels agree that are compared; if one side never has one of them and the other
/// always does, nothing ever agrees.
enum NeverMatchesCheck: QueryCheck {
    static let name = "never-matches"
    static let summary = "two sides of an operator that never agree"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            if case .binary(let operation) = expression, let problem = problem(query, operation) {
                problems.append(problem)
            }
            return true
        }
        return problems
    }

    static func problem(_ query: CheckedQuery, _ operation: BinaryOperation) -> Problem? {
        // `or` and `unless` have a result without any agreement.
        guard operation.operation != .or, operation.operation != .unless,
            operation.left.type == .vector, operation.right.type == .vector
        else { return nil }
        let (left, right) = (query.labels(of: operation.left), query.labels(of: operation.right))
        guard let label = compared(operation, left, right).first(where: { differs($0, left, right) }) else {
            return nil
        }
        let has = left.presence(of: label) == .always ? "left" : "right"
        return query.problem(
            name, .error, operation.operationRange,
            "the two sides never match: only the \(has) one has the label \(Prose.quote(label))",
            remedy:
                "write `on (…)` with labels that both have, or `ignoring (\(label))`, with group_left or group_right"
                + " where several belong to one")
    }

    private static func differs(_ label: String, _ left: SeriesLabels, _ right: SeriesLabels) -> Bool {
        switch (left.presence(of: label), right.presence(of: label)) {
        case (.always, .never), (.never, .always): true
        default: false
        }
    }

    /// The labels that must agree, as far as they are known, sorted.
    private static func compared(
        _ operation: BinaryOperation, _ left: SeriesLabels, _ right: SeriesLabels
    ) -> [String] {
        let named = operation.matching?.labels.map(\.text) ?? []
        if operation.matching?.isOn == true { return named }
        return left.always.union(right.always).subtracting(named).subtracting(["__name__"]).sorted()
    }
}
