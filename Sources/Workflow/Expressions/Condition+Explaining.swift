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

    /// What explanations have cost so far; together they may take as much as one condition to decide, and as much again to
    /// tell what was compared.
    public struct Effort: Sendable {
        var deciding = Work()
        var telling = Work()

        public init() {}
    }
}

extension Condition {
    /// Evaluates as ``evaluate(in:)`` does, and tells which comparisons decide.
    ///
    /// Throws ``ExpressionError/Reason/tooMuchWork``, where that says false.
    public func explain(in scope: Scope) throws(ExpressionError) -> Explanation {
        var effort = Explanation.Effort()
        return try explain(in: scope, &effort)
    }

    /// - Parameter effort: what several explanations may cost together.
    public func explain(in scope: Scope, _ effort: inout Explanation.Effort) throws(ExpressionError) -> Explanation {
        try explain(in: scope, place: "", &effort)
    }

    private func explain(
        in scope: Scope, place: String, _ effort: inout Explanation.Effort
    ) throws(ExpressionError) -> Explanation {
        switch self {
        case .and(let conditions): try explain(conditions, "and", decidedBy: false, in: scope, place, &effort)
        case .or(let conditions): try explain(conditions, "or", decidedBy: true, in: scope, place, &effort)
        case .not(let condition): try condition.explain(in: scope, place: Self.join(place, "not"), &effort).negated
        case .rule: Explanation(holds: false, leaves: [])
        case .compare(let path, let comparison, let operand):
            try leaf(path, comparison, operand, in: scope, place, &effort)
        }
    }

    /// The first that decides ends the question; else all of them do.
    private func explain(
        _ conditions: [Condition], _ word: String, decidedBy end: Bool, in scope: Scope, _ place: String,
        _ effort: inout Explanation.Effort
    ) throws(ExpressionError) -> Explanation {
        var leaves: [Explanation.Leaf] = []
        for (position, condition) in conditions.enumerated() {
            let part = try condition.explain(in: scope, place: Self.join(place, "\(word)[\(position)]"), &effort)
            if part.holds == end { return part }
            leaves += part.leaves
        }
        return Explanation(holds: !end, leaves: leaves)
    }

    private func leaf(
        _ path: Path, _ comparison: Operator, _ operand: Operand, in scope: Scope, _ place: String,
        _ effort: inout Explanation.Effort
    ) throws(ExpressionError) -> Explanation {
        let holds = try evaluate(in: scope, &effort.deciding)
        let value: JSONValue? =
            switch operand {
            case .pattern(let pattern): .string(pattern.source)
            case .value(let template): template.operand(in: scope, &effort.telling)
            }
        let found = path.resolve(in: scope, &effort.telling)
        try effort.telling.check()
        let leaf = Explanation.Leaf(
            place: place, field: path.description, comparison: comparison, value: value, found: found, holds: holds)
        return Explanation(holds: holds, leaves: [leaf])
    }

    private static func join(_ place: String, _ part: String) -> String { place.isEmpty ? part : "\(place).\(part)" }
}

extension Explanation {
    fileprivate var negated: Explanation { Explanation(holds: !holds, leaves: leaves) }
}
