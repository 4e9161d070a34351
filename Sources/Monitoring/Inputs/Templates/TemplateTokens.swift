/// A word of an action, `{{ … }}`, of a Go template.
struct TemplateToken: Equatable {
    enum Kind: Equatable {
        /// `$name`, or `$` alone.
        case variable
        /// `.name`, right behind a variable, a field or a parenthesis when `isChained`.
        case field(isChained: Bool)
        /// `.` alone.
        case dot
        /// A function or a keyword.
        case word
        case string, rawString
        /// A number or a character.
        case constant
        case openParenthesis, closeParenthesis, pipe
        /// `:=`, `=` and `,`.
        case sign
    }

    let kind: Kind
    /// In the template's text.
    let range: Range<Int>
}

/// Splits an action into its words.
struct TemplateScanner {
    struct Failure: Error {
        let fault: TemplateFault
        let range: Range<Int>
    }

    let bytes: [UInt8]
    var position: Int

    /// The words up to `}}`, which is stepped over. The position is behind `{{`.
    mutating func action() throws(Failure) -> [TemplateToken] {
        let start = position - 2
        var tokens: [TemplateToken] = []
        var depth = 0
        while true {
            let hadSpace = skipSpace()
            if starts(with: "}}") || hadSpace && starts(with: "-}}") {
                guard depth == 0 else { throw Failure(fault: .unbalancedParentheses, range: start..<position) }
                position += starts(with: "}}") ? 2 : 3
                return tokens
            }
            guard position < bytes.count else { throw Failure(fault: .unclosedAction, range: start..<start + 2) }
            let token = try token(after: hadSpace ? nil : tokens.last)
            if token.kind == .openParenthesis { depth += 1 }
            if token.kind == .closeParenthesis { depth -= 1 }
            guard depth >= 0 else { throw Failure(fault: .unbalancedParentheses, range: token.range) }
            tokens.append(token)
        }
    }

    /// Whether there was any; `{{-` counts its space.
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        return position > start
    }

    func starts(with text: String) -> Bool { bytes[min(position, bytes.count)...].starts(with: text.utf8) }

    private mutating func token(after last: TemplateToken?) throws(Failure) -> TemplateToken {
        let start = position
        let kind: TemplateToken.Kind
        switch bytes[position] {
        case UInt8(ascii: "\""):
            try string(UInt8(ascii: "\""))
            kind = .string
        case UInt8(ascii: "`"):
            try string(UInt8(ascii: "`"))
            kind = .rawString
        case UInt8(ascii: "'"):
            try string(UInt8(ascii: "'"))
            kind = .constant
        case UInt8(ascii: "("): kind = step(.openParenthesis)
        case UInt8(ascii: ")"): kind = step(.closeParenthesis)
        case UInt8(ascii: "|"): kind = step(.pipe)
        case UInt8(ascii: ","), UInt8(ascii: "="): kind = step(.sign)
        case UInt8(ascii: ":") where starts(with: ":="): kind = step(.sign, 2)
        case UInt8(ascii: "$"):
            position += 1
            word()
            kind = .variable
        case UInt8(ascii: "."): kind = afterDot(last)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            position += 1
            number()
            kind = .constant
        default:
            word()
            kind = .word
        }
        let token = TemplateToken(kind: kind, range: start..<position)
        if kind == .dot, let last, Self.takesField(last) { throw unexpected(at: start) }
        guard position > start, mayEnd(token) else {
            throw unexpected(at: kind == .constant ? start : position)
        }
        return token
    }

    private func unexpected(at offset: Int) -> Failure {
        let shown = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
        return Failure(fault: .unexpectedCharacter(String(shown)), range: offset..<min(offset + 1, bytes.count))
    }

    /// Whether what follows a name may follow it without a space, and a sign has digits.
    private func mayEnd(_ token: TemplateToken) -> Bool {
        switch token.kind {
        case .constant: return token.range.count > 1 || bytes[token.range.lowerBound] >= UInt8(ascii: "0")
        case .word, .variable, .field:
            guard position < bytes.count else { return true }
            return starts(with: "}}") || " \t\r\n.,|:()=".utf8.contains(bytes[position])
        default: return true
        }
    }

    private mutating func step(_ kind: TemplateToken.Kind, _ count: Int = 1) -> TemplateToken.Kind {
        position += count
        return kind
    }

    private mutating func afterDot(_ last: TemplateToken?) -> TemplateToken.Kind {
        position += 1
        guard position < bytes.count else { return .dot }
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] {
            number()
            return .constant
        }
        let start = position
        word()
        return position > start ? .field(isChained: last.map(Self.takesField) ?? false) : .dot
    }

    private static func takesField(_ token: TemplateToken) -> Bool {
        switch token.kind {
        case .variable, .field, .closeParenthesis: true
        default: false
        }
    }

    /// Letters and digits, those beyond ASCII too.
    private mutating func word() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
                position += 1
            default: return
            }
        }
    }

    private mutating func number() {
        while position < bytes.count {
            let start = position
            word()
            let isExponent = position > start && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
            guard position < bytes.count else { return }
            let byte = bytes[position]
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            guard byte == UInt8(ascii: ".") || isSign && isExponent else { return }
            position += 1
        }
    }

    private mutating func string(_ quote: UInt8) throws(Failure) {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != quote {
            if quote != UInt8(ascii: "`") {
                if bytes[position] == 0x0A { break }
                if bytes[position] == UInt8(ascii: "\\") { position += 1 }
            }
            position += 1
        }
        guard position < bytes.count, bytes[position] == quote else {
            throw Failure(fault: .unclosedString, range: start..<min(start + 1, bytes.count))
        }
        position += 1
    }
}
