extension Parser {
    /// An expression of operators that bind at least as close as this.
    mutating func expression(_ precedence: Int = 1) throws(Flaw) -> Expression {
        try enter()
        var left = try operand()
        while let operation = token.kind.binaryOperator, operation.precedence >= precedence {
            left = try binary(operation, left)
        }
        leave()
        return left
    }

    private mutating func binary(_ operation: BinaryOperator, _ left: Expression) throws(Flaw) -> Expression {
        let leftHeight = height
        let operationRange = token.range
        try advance()
        let returnsBool = try take(.keyword(.bool))
        let matching = try vectorMatching()
        let fill = try fill()
        let right = try expression(operation.precedence + (operation.isRightAssociative ? 0 : 1))
        try raise(over: max(leftHeight, height))
        return .binary(
            BinaryOperation(
                operation: operation, operationRange: operationRange, left: left, right: right,
                returnsBool: returnsBool, matching: matching, fill: fill, range: left.range.through(right.range)))
    }

    private mutating func vectorMatching() throws(Flaw) -> VectorMatching? {
        let isOn = token.kind == .keyword(.on)
        guard isOn || token.kind == .keyword(.ignoring) else { return nil }
        let start = token.start
        try advance()
        let labels = try labelList()
        let group = try group()
        return VectorMatching(isOn: isOn, labels: labels, group: group, range: range(from: start))
    }

    private mutating func group() throws(Flaw) -> VectorMatching.Group? {
        let isLeft = token.kind == .keyword(.groupLeft)
        guard isLeft || token.kind == .keyword(.groupRight) else { return nil }
        let start = token.start
        try advance()
        let include = token.kind == .leftParenthesis ? try labelList() : []
        return VectorMatching.Group(isLeft: isLeft, include: include, range: range(from: start))
    }

    // MARK: Fill

    private enum FillSide {
        case left, right, both
    }

    /// `fill (0)`, or one of `fill_left (0)` and `fill_right (0)`, or both in any order. The words are no keywords
    /// elsewhere.
    private mutating func fill() throws(Flaw) -> Fill? {
        guard let side = fillSide else { return nil }
        let start = token.start
        let value = try fillValue()
        var fill = Fill(left: side == .right ? nil : value, right: side == .left ? nil : value, range: token.range)
        if side == .left, fillSide == .right {
            fill.right = try fillValue()
        } else if side == .right, fillSide == .left {
            fill.left = try fillValue()
        }
        fill.range = range(from: start)
        return fill
    }

    private var fillSide: FillSide? {
        guard token.kind == .identifier, lexer.isBeforeParenthesis() else { return nil }
        switch text(token.range).lowercased() {
        case "fill": return .both
        case "fill_left": return .left
        case "fill_right": return .right
        default: return nil
        }
    }

    private mutating func fillValue() throws(Flaw) -> Double {
        try advance()
        let open = token
        try advance()
        let isNegative = token.kind == .operation(.subtract)
        if isNegative || token.kind == .operation(.add) { try advance() }
        switch token.kind {
        case .number, .duration, .keyword(.infinity), .keyword(.nan): break
        default: throw unexpected(.fillValue)
        }
        let value = try numberValue()
        try close(.rightParenthesis, .fillEnd, openedBy: open)
        return isNegative && !value.isNaN ? -value : value
    }

    // MARK: Labels

    /// `(job, "other label",)`.
    mutating func labelList() throws(Flaw) -> [Name] {
        let open = token
        try expect(.leftParenthesis, .labelsStart)
        var labels: [Name] = []
        while token.kind != .rightParenthesis {
            if token.kind == .endOfInput { throw Flaw(.unclosed("("), open.range) }
            labels.append(try groupingLabel())
            guard try take(.comma) else { break }
        }
        try close(.rightParenthesis, .labelsEnd, openedBy: open)
        return labels
    }

    private mutating func groupingLabel() throws(Flaw) -> Name {
        let name: Name
        switch token.kind {
        case .identifier, .metricIdentifier: name = Name(text: text(token.range), range: token.range)
        case .keyword(let keyword) where keyword.isGroupingLabel:
            name = Name(text: text(token.range), range: token.range)
        case .string:
            let literal = try StringText.literal(bytes[token.range.offsets])
            guard !literal.value.isEmpty, literal.bytes == nil else {
                throw Flaw(.malformedLabel(literal.value), token.range)
            }
            name = Name(text: literal.value, range: token.range)
        default: throw unexpected(.groupingLabel)
        }
        try advance()
        return name
    }

    /// What an operator takes: a sign and what it stands before, or a term with its modifiers.
    private mutating func operand() throws(Flaw) -> Expression {
        switch token.kind {
        case .operation(.add): try unary(isNegation: false)
        case .operation(.subtract): try unary(isNegation: true)
        default: try modified(try term())
        }
    }

    /// A sign binds less than `^` and closer than all else.
    private mutating func unary(isNegation: Bool) throws(Flaw) -> Expression {
        let start = token.start
        try advance()
        let operand = try expression(BinaryOperator.power.precedence)
        try raise(over: height)
        let range = SourceRange(start, operand.range.end)
        return .unary(UnaryOperation(isNegation: isNegation, operand: operand, range: range))
    }
}
