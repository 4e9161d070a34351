extension Expression {
    /// What the expression gives if it is right, which ``typing`` finds out; nil for a call of an unknown function.
    public var type: ValueType? {
        switch self {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregation: .vector
        case .range, .subquery: .matrix
        case .call(let node): Function.named(node.function.text)?.result
        case .unary(let node): node.operand.type
        case .binary(let node): node.type
        case .parentheses(let node): node.expression.type
        }
    }
}

extension BinaryOperation {
    /// A scalar when both sides are. The right side is looked at first: chains of operators are deep on the left.
    fileprivate var type: ValueType? {
        let right = right.type
        return right == nil || right == .scalar ? Self.type(left.type, right) : .vector
    }

    /// What comes of the types of the two sides.
    static func type(_ left: ValueType?, _ right: ValueType?) -> ValueType? {
        switch (left, right) {
        case (.scalar, .scalar): .scalar
        case (nil, nil), (nil, .scalar), (.scalar, nil): nil
        default: .vector
        }
    }
}
