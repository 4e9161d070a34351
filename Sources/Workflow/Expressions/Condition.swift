/// A question about the context, answered without side effects in bounded time.
///
/// Evaluation is total: it never throws. A comparison is false when its field is missing, when the two sides are of kinds
/// that the operator does not compare, and when its value is a placeholder that leads nowhere. The exceptions are `neq`
/// and `not_in`, the exact negations of `eq` and `in`, and `exists` with false. Null is a value: a field that holds it
/// exists, and equals null.
public indirect enum Condition: Sendable, Hashable {
    case compare(Path, Operator, Operand)
    /// True when all are; the rest is not evaluated after the first that is not.
    case and([Condition])
    /// True when one is; the rest is not evaluated after it.
    case or([Condition])
    case not(Condition)
    /// The condition of a rule, which a ``Program`` puts into its place; false where none has.
    case rule(String)

    public enum Operator: String, Sendable, Hashable, CaseIterable {
        /// Equal as ``JSONValue/isEqual(to:)`` has it.
        case eq
        case neq
        /// Numbers by value; strings by their Unicode scalars; nothing else is ordered.
        case gt
        case gte
        case lt
        case lte
        /// The field equals an element of the list.
        case `in`
        case notIn = "not_in"
        /// A string holds a string, or a list holds an element that equals the value.
        case contains
        case startsWith = "starts_with"
        case endsWith = "ends_with"
        /// The pattern occurs somewhere in the string; see ``Pattern``.
        case matches
        /// With true (or without a value) the field must be there, with false it must not.
        case exists
    }

    /// The right side of a comparison.
    public enum Operand: Sendable, Hashable {
        /// Resolved at evaluation.
        case value(TemplateValue)
        /// Compiled once, for ``Operator/matches``.
        case pattern(Pattern)
    }

    /// Whether it holds; false when that takes too much work to find out.
    public func evaluate(in scope: Scope) -> Bool {
        var spent = 0
        return evaluate(in: scope, addingTo: &spent)
    }

    /// - Parameter spent: what has been spent before, in the unit of ``Execution/work``.
    public func evaluate(in scope: Scope, addingTo spent: inout Int) -> Bool {
        var work = Work()
        defer { spent += work.spent }
        return (try? evaluate(in: scope, &work)) ?? false
    }

    func evaluate(in scope: Scope, _ work: inout Work) throws(ExpressionError) -> Bool {
        switch self {
        case .and(let conditions):
            for condition in conditions where !(try condition.evaluate(in: scope, &work)) { return false }
            return true
        case .or(let conditions):
            for condition in conditions where try condition.evaluate(in: scope, &work) { return true }
            return false
        case .not(let condition): return !(try condition.evaluate(in: scope, &work))
        case .rule: return false
        case .compare(let path, let comparison, let operand):
            let field = path.resolve(in: scope, &work)
            let holds = Self.compare(field, comparison, operand, scope, &work)
            try work.check()
            return holds
        }
    }

    private static func compare(
        _ field: JSONValue?, _ comparison: Operator, _ operand: Operand, _ scope: Scope, _ work: inout Work
    ) -> Bool {
        switch operand {
        case .pattern(let pattern):
            guard comparison == .matches, let text = field?.string else { return false }
            return pattern.matches(text, &work)
        case .value(let template):
            return compare(field, comparison, template.operand(in: scope, &work), &work)
        }
    }

    private static func compare(
        _ field: JSONValue?, _ comparison: Operator, _ value: JSONValue?, _ work: inout Work
    ) -> Bool {
        switch comparison {
        case .neq: return !compare(field, .eq, value, &work)
        case .notIn: return !compare(field, .in, value, &work)
        case .exists: return value?.bool == (field != nil)
        default: break
        }
        guard let field, let value else { return false }
        switch comparison {
        case .eq: return field.isEqual(to: value, &work)
        case .gt, .lt, .gte, .lte:
            let shorter = min(field.string?.utf8.count ?? 0, value.string?.utf8.count ?? 0)
            work.spend(shorter / 4)
            return isOrdered(field.order(to: value), comparison)
        case .in: return value.array.map { holds($0, field, &work) } ?? false
        case .contains: return contains(field, value, &work)
        case .startsWith: return both(field, value, &work) { $0.starts(with: $1) }
        case .endsWith: return both(field, value, &work) { $0.reversed().starts(with: $1.reversed()) }
        // Patterns are compiled when the definition is read; a bare value cannot be one.
        case .matches, .neq, .notIn, .exists: return false
        }
    }

    private static func isOrdered(_ order: ValueOrder?, _ comparison: Operator) -> Bool {
        switch comparison {
        case .gt: order == .greater
        case .lt: order == .less
        case .gte: order == .greater || order == .equal
        default: order == .less || order == .equal
        }
    }

    private static func holds(_ elements: [JSONValue], _ value: JSONValue, _ work: inout Work) -> Bool {
        for element in elements where element.isEqual(to: value, &work) { return true }
        return false
    }

    private static func contains(_ field: JSONValue, _ value: JSONValue, _ work: inout Work) -> Bool {
        if let elements = field.array { return holds(elements, value, &work) }
        // Both are read once, byte by byte.
        work.spend((value.string?.utf8.count ?? 0) * 2)
        return both(field, value, &work) { SubstringSearch($1).occurs(in: $0) }
    }

    private static func both(
        _ field: JSONValue, _ value: JSONValue, _ work: inout Work,
        _ test: (String.UTF8View, String.UTF8View) -> Bool
    ) -> Bool {
        guard let left = field.string, let right = value.string else { return false }
        work.spend(left.utf8.count / 2)
        return work.isOver ? false : test(left.utf8, right.utf8)
    }
}

extension Condition {
    /// Every path that the condition reads, those of its values included.
    public var paths: [Path] {
        switch self {
        case .and(let conditions), .or(let conditions): conditions.flatMap(\.paths)
        case .not(let condition): condition.paths
        case .compare(let path, _, .value(let value)): [path] + value.paths
        case .compare(let path, _, .pattern): [path]
        case .rule: []
        }
    }

    /// Its comparisons, `and`, `or` and `not`.
    var size: Int {
        switch self {
        case .and(let conditions), .or(let conditions): conditions.reduce(1) { $0 + $1.size }
        case .not(let condition): 1 + condition.size
        case .compare, .rule: 1
        }
    }
}
