import Wording

/// Reads one query, token by token, without going back.
struct Parser {
    let bytes: UnsafeBufferPointer<UInt8>
    var lexer: Lexer
    /// The token that was cut and not yet used.
    var token: Token
    /// Where the token before ended.
    var lastEnd = 0
    /// How many expressions are open around the token.
    private var depth = 0
    /// How deep the expression that was read last is.
    var height = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Flaw) {
        self.bytes = bytes
        lexer = Lexer(bytes)
        token = try lexer.next()
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(Flaw) -> Expression {
        guard bytes.count <= PromQLLimits.bytes else {
            throw Flaw(.tooLong(limit: PromQLLimits.bytes), SourceRange(PromQLLimits.bytes, bytes.count))
        }
        var parser = try Parser(bytes)
        if parser.token.kind == .endOfInput { throw Flaw(.noExpression, parser.token.range) }
        let expression = try parser.expression()
        guard parser.token.kind == .endOfInput else { throw parser.unexpected(.endOfInput) }
        return expression
    }

    // MARK: Tokens

    mutating func advance() throws(Flaw) {
        lastEnd = token.end
        token = try lexer.next()
    }

    mutating func take(_ kind: Token.Kind) throws(Flaw) -> Bool {
        guard token.kind == kind else { return false }
        try advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind, _ expected: Fault.Expected) throws(Flaw) {
        guard token.kind == kind else { throw unexpected(expected) }
        try advance()
    }

    /// Steps over the bracket that closes another.
    mutating func close(_ kind: Token.Kind, _ expected: Fault.Expected, openedBy open: Token) throws(Flaw) {
        if token.kind == .endOfInput { throw Flaw(.unclosed(text(open.range)), open.range) }
        try expect(kind, expected)
    }

    func unexpected(_ expected: Fault.Expected) -> Flaw {
        let found = token.kind == .endOfInput ? "the end" : Prose.quote(text(token.range))
        return Flaw(.unexpected(found: found, expected: expected), token.range)
    }

    func text(_ range: SourceRange) -> String { String(decoding: bytes[range.offsets], as: UTF8.self) }

    /// From a place to the end of the last token that was used.
    func range(from start: Int) -> SourceRange { SourceRange(start, lastEnd) }

    // MARK: Depth

    /// Counts an expression that is read inside another.
    mutating func enter() throws(Flaw) {
        depth += 1
        if depth > PromQLLimits.nesting { throw Flaw(.tooDeep(limit: PromQLLimits.nesting), token.range) }
    }

    mutating func leave() { depth -= 1 }

    /// Counts a node over others of which the deepest has this height.
    mutating func raise(over height: Int) throws(Flaw) {
        self.height = height + 1
        if self.height > PromQLLimits.height { throw Flaw(.tooDeep(limit: PromQLLimits.height), token.range) }
    }
}
