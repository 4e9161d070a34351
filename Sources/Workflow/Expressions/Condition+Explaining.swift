/// What a condition says of a context, and why.
public struct Explanation: Sendable, Hashable {
    public var holds: Bool
    /// The comparisons that decide: were they otherwise, so could the whole be.
    public var leaves: [Leaf]

    /// One comparison.
    public struct Leaf: Sendable, Hashable {
        /// Where it stands: `and[0].not`; empty for the whole condition.
        public var place: String
        public var field: String
        public var comparison: Condition.Operator
        /// The value as it was compared; the text of a pattern; nil when its placeholder leads nowhere.
        public var value: JSONValue?
        /// What the field held; nil when it is missing.
        public var found: JSONValue?
        public var holds: Bool
    }
}

extension Condition {
    /// Evaluates as ``evaluate(in:)`` does, and tells which comparisons decide.
    public func explain(in scope: Scope) -> Explanation { explain(in: scope, place: "") }

    private func explain(in scope: Scope, place: String) -> Explanation {
        switch self {
        case .and(let conditions): explain(conditions, "and", decidedBy: false, in: scope, place)
        case .or(let conditions): explain(conditions, "or", decidedBy: true, in: scope, place)
        case .not(let condition): condition.explain(in: scope, place: Self.join(place, "not")).negated
        case .rule: Explanation(holds: false, leaves: [])
        case .compare(let path, let comparison, let operand):
            leaf(path, comparison, operand, in: scope, place)
        }
    }

    /// The first that decides ends the question; else all of them do.
    private func explain(
        _ conditions: [Condition], _ word: String, decidedBy end: Bool, in scope: Scope, _ place: String
    ) -> Explanation {
        var leaves: [Explanation.Leaf] = []
        for (position, condition) in conditions.enumerated() {
            let part = condition.explain(in: scope, place: Self.join(place, "\(word)[\(position)]"))
            if part.holds == end { return part }
            leaves += part.leaves
        }
        return Explanation(holds: !end, leaves: leaves)
    }

    private func leaf(
        _ path: Path, _ comparison: Operator, _ operand: Operand, in scope: Scope, _ place: String
    ) -> Explanation {
        var work = Work()
        let holds = evaluate(in: scope)
        let value: JSONValue? =
            switch operand {
            case .pattern(let pattern): .string(pattern.source)
            case .value(let template): template.operand(in: scope, &work)
            }
        let leaf = Explanation.Leaf(
            place: place, field: path.description, comparison: comparison, value: value,
            found: path.resolve(in: scope), holds: holds)
        return Explanation(holds: holds, leaves: [leaf])
    }

    private static func join(_ place: String, _ part: String) -> String { place.isEmpty ? part : "\(place).\(part)" }
}

extension Explanation {
    fileprivate var negated: Explanation { Explanation(holds: !holds, leaves: leaves) }
}
