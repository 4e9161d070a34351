extension Parser {
    /// What stands alone: a literal, a selector, a call, an aggregation, a parenthesis.
    mutating func term() throws(Flaw) -> Expression {
        height = 1
        switch token.kind {
        case .number, .duration, .keyword(.infinity), .keyword(.nan): return .number(try number())
        case .string: return .string(try string())
        case .leftParenthesis: return try parentheses()
        case .leftBrace: return .selector(try selector(named: nil))
        case .identifier:
            return lexer.isBeforeParenthesis() ? try call() : .selector(try selector(named: token.range))
        case .metricIdentifier: return .selector(try selector(named: token.range))
        case .keyword(let keyword): return try term(keyword)
        default: throw unexpected(.expression)
        }
    }

    private mutating func term(_ keyword: Keyword) throws(Flaw) -> Expression {
        if case .aggregation(let operation) = keyword, try isAggregation() { return try aggregation(operation) }
        if keyword.isFunctionName, lexer.isBeforeParenthesis() { return try call() }
        guard keyword.isMetricName else { throw unexpected(.expression) }
        return .selector(try selector(named: token.range))
    }

    /// Whether the word is followed by what makes an aggregation of it, and is no metric of that name.
    private func isAggregation() throws(Flaw) -> Bool {
        var ahead = lexer
        switch try ahead.next().kind {
        case .leftParenthesis, .keyword(.by), .keyword(.without): return true
        default: return false
        }
    }

    private mutating func parentheses() throws(Flaw) -> Expression {
        let open = token
        try advance()
        let inner = try expression()
        try close(.rightParenthesis, .closingParenthesis, openedBy: open)
        try raise(over: height)
        return .parentheses(Parentheses(expression: inner, range: range(from: open.start)))
    }

    private mutating func string() throws(Flaw) -> StringLiteral {
        let literal = try StringText.literal(bytes[token.range.offsets])
        try advance()
        return literal
    }

    private mutating func number() throws(Flaw) -> NumberLiteral {
        let range = token.range
        guard token.kind == .duration else { return NumberLiteral(value: try numberValue(), range: range) }
        let nanoseconds = try unsignedDuration()
        try advance()
        return NumberLiteral(nanoseconds: nanoseconds, range: range)
    }

    /// A number, or a duration in seconds.
    mutating func numberValue() throws(Flaw) -> Double {
        let range = token.range
        let value: Double
        switch token.kind {
        case .keyword(.infinity): value = .infinity
        case .keyword(.nan): value = .nan
        case .duration: value = Double(try unsignedDuration()) / 1e9
        default:
            do throws(NumberText.Flaw) { value = try NumberText.value(bytes[range.offsets]) } catch {
                let text = text(range)
                throw Flaw(error == .outOfRange ? .numberOutOfRange(text) : .malformedNumber(text), range)
            }
        }
        try advance()
        return value
    }

    // MARK: Calls

    private mutating func call() throws(Flaw) -> Expression {
        let name = Name(text: text(token.range), range: token.range)
        try advance()
        let arguments = try arguments()
        return .call(Call(function: name, arguments: arguments, range: range(from: name.range.start)))
    }

    /// Leaves the height of the node around them.
    private mutating func arguments() throws(Flaw) -> [Expression] {
        let open = token
        try expect(.leftParenthesis, .argumentsStart)
        var arguments: [Expression] = []
        var highest = 0
        while token.kind != .rightParenthesis || !arguments.isEmpty {
            arguments.append(try expression())
            highest = max(highest, height)
            let comma = token
            guard try take(.comma) else { break }
            if token.kind == .rightParenthesis { throw Flaw(.trailingComma, comma.range) }
        }
        try close(.rightParenthesis, .argumentEnd, openedBy: open)
        try raise(over: highest)
        return arguments
    }

    private mutating func aggregation(_ operation: AggregationOperator) throws(Flaw) -> Expression {
        let word = token.range
        try advance()
        var grouping = try grouping()
        var arguments = try arguments()
        if grouping == nil { grouping = try self.grouping() }
        let range = range(from: word.start)
        guard arguments.count == (operation.takesParameter ? 2 : 1), let operand = arguments.popLast() else {
            throw Flaw(.aggregationArguments(operation, found: arguments.count), range)
        }
        return .aggregation(
            Aggregation(
                operation: operation, operationRange: word, grouping: grouping, parameter: arguments.first,
                operand: operand, range: range))
    }

    private mutating func grouping() throws(Flaw) -> Grouping? {
        let isWithout = token.kind == .keyword(.without)
        guard isWithout || token.kind == .keyword(.by) else { return nil }
        let start = token.start
        try advance()
        let labels = try labelList()
        return Grouping(isWithout: isWithout, labels: labels, range: range(from: start))
    }
}
