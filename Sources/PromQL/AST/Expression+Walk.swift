extension Expression {
    /// The expressions directly inside this one, in the order of the text.
    public var children: [Expression] {
        switch self {
        case .number, .string, .selector, .range: []
        case .subquery(let node): [node.expression]
        case .call(let node): node.arguments
        case .aggregation(let node): node.parameter.map { [$0, node.operand] } ?? [node.operand]
        case .unary(let node): [node.operand]
        case .binary(let node): [node.left, node.right]
        case .parentheses(let node): [node.expression]
        }
    }

    /// Visits this expression and all inside it, each before those inside it.
    ///
    /// - Parameter visit: returns whether to go on inside.
    public func walk(_ visit: (Expression) -> Bool) {
        guard visit(self) else { return }
        for child in children { child.walk(visit) }
    }

    /// All selectors in the expression, those of ranges included, in the order of the text.
    public var selectors: [VectorSelector] {
        var found: [VectorSelector] = []
        walk { expression in
            switch expression {
            case .selector(let selector): found.append(selector)
            case .range(let range): found.append(range.selector)
            default: break
            }
            return true
        }
        return found
    }
}
