/// Cuts a query into tokens, one at a time.
struct Lexer {
    /// What surrounds the next token, which decides what it can be.
    enum Surroundings {
        case none
        /// In the braces of a selector there are no keywords.
        case braces
        /// In the brackets of a range a colon is a sign of its own.
        case brackets
    }

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    var surroundings = Surroundings.none

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    @inline(__always)
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    func peek(after distance: Int) -> UInt8? {
        let index = position + distance
        return index < bytes.count ? bytes[index] : nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func next() throws(Flaw) -> Token {
        skipSpacesAndComments()
        let start = position
        let kind = try kind()
        return Token(kind: kind, range: SourceRange(start, position))
    }

    /// Whether a parenthesis comes next; nothing is consumed.
    func isBeforeParenthesis() -> Bool {
        var ahead = self
        ahead.skipSpacesAndComments()
        return ahead.peek == UInt8(ascii: "(")
    }

    mutating func skipSpaces() {
        while position < bytes.count, ByteClass.of(bytes[position]) == .space { position &+= 1 }
    }

    private mutating func skipSpacesAndComments() {
        skipSpaces()
        while peek == UInt8(ascii: "#") {
            while let byte = peek, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position &+= 1 }
            skipSpaces()
        }
    }

    private mutating func kind() throws(Flaw) -> Token.Kind {
        guard let byte = peek else { return .endOfInput }
        switch ByteClass.of(byte) {
        case .letter: return word()
        case .colon where surroundings == .none: return word()
        case .digit where surroundings != .braces: return try numberOrDuration()
        case .other where surroundings != .braces && isFraction(byte): return try numberOrDuration()
        default: return try sign(byte)
        }
    }

    private func isFraction(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") && peek(after: 1).map { ByteClass.of($0) == .digit } == true
    }

    private mutating func word() -> Token.Kind {
        let start = position
        var hasColon = false
        while position < bytes.count {
            let kind = ByteClass.of(bytes[position])
            if kind == .colon, surroundings == .none {
                hasColon = true
            } else if kind != .letter, kind != .digit {
                break
            }
            position &+= 1
        }
        if hasColon { return .metricIdentifier }
        guard surroundings != .braces else { return .identifier }
        return Keyword.find(bytes[start..<position]).map(Token.Kind.keyword) ?? .identifier
    }

    private mutating func sign(_ byte: UInt8) throws(Flaw) -> Token.Kind {
        position += 1
        switch byte {
        case UInt8(ascii: "("): return .leftParenthesis
        case UInt8(ascii: ")"): return .rightParenthesis
        case UInt8(ascii: "{"): return .leftBrace
        case UInt8(ascii: "}"): return .rightBrace
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: "@"): return .at
        case UInt8(ascii: "+"): return .operation(.add)
        case UInt8(ascii: "-"): return .operation(.subtract)
        case UInt8(ascii: "*"): return .operation(.multiply)
        case UInt8(ascii: "/"): return .operation(.divide)
        case UInt8(ascii: "%"): return .operation(.modulo)
        case UInt8(ascii: "^"): return .operation(.power)
        case UInt8(ascii: "<"): return .operation(take(UInt8(ascii: "=")) ? .lessOrEqual : .less)
        case UInt8(ascii: ">"): return .operation(take(UInt8(ascii: "=")) ? .greaterOrEqual : .greater)
        case UInt8(ascii: "="): return equals()
        case UInt8(ascii: "!"): if let kind = exclamation() { return kind }
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try quoted(by: byte)
        case UInt8(ascii: "`"): return try raw()
        default: break
        }
        position -= 1
        throw unexpectedCharacter()
    }

    private mutating func equals() -> Token.Kind {
        if take(UInt8(ascii: "~")) { return .regexMatch }
        guard surroundings != .braces else { return .assign }
        return take(UInt8(ascii: "=")) ? .operation(.equal) : .assign
    }

    private mutating func exclamation() -> Token.Kind? {
        if take(UInt8(ascii: "=")) { return .operation(.notEqual) }
        return take(UInt8(ascii: "~")) ? .regexNotMatch : nil
    }

    private mutating func quoted(by quote: UInt8) throws(Flaw) -> Token.Kind {
        let start = position - 1
        while let byte = peek, byte != UInt8(ascii: "\n") {
            position &+= 1
            if byte == quote { return .string }
            if byte == UInt8(ascii: "\\"), peek != nil, peek != UInt8(ascii: "\n") { position &+= 1 }
        }
        throw Flaw(.unterminatedString, SourceRange(start, position))
    }

    private mutating func raw() throws(Flaw) -> Token.Kind {
        let start = position - 1
        while let byte = peek {
            position &+= 1
            if byte == UInt8(ascii: "`") { return .string }
        }
        throw Flaw(.unterminatedString, SourceRange(start, position))
    }

    /// The character here, which begins no token.
    private func unexpectedCharacter() -> Flaw {
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        guard let scalar = rest.unicodeScalars.first else {
            return Flaw(.noExpression, SourceRange(position, position))
        }
        let length = min(scalar == "\u{FFFD}" ? 1 : scalar.utf8.count, bytes.count - position)
        return Flaw(.unexpectedCharacter(String(Character(scalar))), SourceRange(position, position + length))
    }
}
