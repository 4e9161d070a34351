extension Parser {
    /// - Parameter name: the token here, when it is the metric's name.
    mutating func selector(named name: SourceRange?) throws(Flaw) -> VectorSelector {
        let start = token.start
        var selector = VectorSelector(name: nil, range: token.range)
        if let name {
            selector.name = Name(text: text(name), range: name)
            try advance()
        }
        if token.kind == .leftBrace { try matchers(&selector) }
        selector.range = range(from: start)
        return selector
    }

    private mutating func matchers(_ selector: inout VectorSelector) throws(Flaw) {
        let open = token
        lexer.surroundings = .braces
        try advance()
        let nameBefore = selector.name
        while token.kind != .rightBrace {
            if token.kind == .endOfInput { throw Flaw(.unclosed("{"), open.range) }
            try matcher(&selector, nameBefore: nameBefore)
            guard try take(.comma) else { break }
        }
        lexer.surroundings = .none
        try close(.rightBrace, .matchersEnd, openedBy: open)
    }

    /// `label="value"`, `"label"="value"`, or the quoted name of the metric.
    private mutating func matcher(_ selector: inout VectorSelector, nameBefore: Name?) throws(Flaw) {
        let label: Name
        if token.kind == .string {
            let literal = try StringText.literal(bytes[token.range.offsets])
            try advance()
            if token.kind == .comma || token.kind == .rightBrace {
                return try name(literal, &selector, nameBefore: nameBefore)
            }
            guard literal.bytes == nil else { throw Flaw(.malformedLabel(literal.value), literal.range) }
            label = Name(text: literal.value, range: literal.range)
        } else {
            guard token.kind == .identifier else { throw unexpected(.matcher) }
            label = Name(text: text(token.range), range: token.range)
            try advance()
        }
        let operation = try matchOperation()
        guard token.kind == .string else { throw unexpected(.matchValue) }
        let value = try StringText.literal(bytes[token.range.offsets])
        try advance()
        if let nameBefore, label.text == "__name__" {
            throw Flaw(.nameTwice(nameBefore.text, value.value), label.range.through(value.range))
        }
        selector.matchers.append(Matcher(label: label, operation: operation, value: value))
    }

    /// Takes a quoted name in the braces. Prometheus allows more than one of these, though nothing matches then.
    private func name(
        _ literal: StringLiteral, _ selector: inout VectorSelector, nameBefore: Name?
    ) throws(Flaw) {
        if let nameBefore { throw Flaw(.nameTwice(nameBefore.text, literal.value), literal.range) }
        if selector.name == nil, literal.bytes == nil, !literal.value.isEmpty {
            selector.name = Name(text: literal.value, range: literal.range)
            selector.hasNameInBraces = true
        } else {
            let label = Name(text: "__name__", range: literal.range)
            selector.matchers.append(Matcher(label: label, operation: .equal, value: literal))
        }
    }

    private mutating func matchOperation() throws(Flaw) -> Matcher.Operation {
        let operation: Matcher.Operation
        switch token.kind {
        case .assign: operation = .equal
        case .operation(.notEqual): operation = .notEqual
        case .regexMatch: operation = .matches
        case .regexNotMatch: operation = .notMatches
        default: throw unexpected(.matchOperation)
        }
        try advance()
        return operation
    }
}
