/// A PromQL query, or a part of one, as a tree.
///
/// Equality looks at what a query says and not at where its parts stand; parentheses are nodes, so `(a)` and `a` differ.
public indirect enum Expression: Sendable, Hashable {
    /// `1.5`, `0x1F`, `Inf`, `5m`.
    case number(NumberLiteral)
    /// `"text"`.
    case string(StringLiteral)
    /// `name{label="value"} offset 5m @ end()`.
    case selector(VectorSelector)
    /// `name[5m]`.
    case range(RangeSelector)
    /// `expression[1h:5m]`.
    case subquery(Subquery)
    /// `rate(…)`.
    case call(Call)
    /// `sum by (job) (…)`.
    case aggregation(Aggregation)
    /// `-expression`.
    case unary(UnaryOperation)
    /// `left * on (job) group_left right`.
    case binary(BinaryOperation)
    /// `(expression)`.
    case parentheses(Parentheses)
}

extension Expression {
    /// Where the expression stands in the text it was read from.
    public var range: SourceRange {
        switch self {
        case .number(let node): node.range
        case .string(let node): node.range
        case .selector(let node): node.range
        case .range(let node): node.range
        case .subquery(let node): node.range
        case .call(let node): node.range
        case .aggregation(let node): node.range
        case .unary(let node): node.range
        case .binary(let node): node.range
        case .parentheses(let node): node.range
        }
    }

    /// The expression without the parentheses around it.
    public var unwrapped: Expression {
        var expression = self
        while case .parentheses(let node) = expression { expression = node.expression }
        return expression
    }
}

/// `(expression)`.
public struct Parentheses: Sendable, Hashable {
    /// What stands inside.
    public var expression: Expression
    /// Both parentheses included.
    public var range: SourceRange

    public init(expression: Expression, range: SourceRange) {
        self.expression = expression
        self.range = range
    }
}
