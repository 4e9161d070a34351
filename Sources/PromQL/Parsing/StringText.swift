/// Quoted texts as Go has them.
struct StringText {
    /// Between the quotes.
    private let bytes: Slice<UnsafeBufferPointer<UInt8>>
    private let quote: UInt8
    private var position: Int
    private var decoded: [UInt8] = []

    private init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, quote: UInt8) {
        self.bytes = bytes
        self.quote = quote
        position = bytes.startIndex
    }

    /// - Parameter text: with its quotes.
    static func literal(_ text: Slice<UnsafeBufferPointer<UInt8>>) throws(Flaw) -> StringLiteral {
        let range = SourceRange(text.startIndex, text.endIndex)
        guard let quote = text.first, text.count >= 2 else { throw Flaw(.unterminatedString, range) }
        let content = text[(text.startIndex + 1)..<(text.endIndex - 1)]
        var isPlain = true
        for byte in content where byte == UInt8(ascii: "\\") || byte >= 0x80 { isPlain = false }
        if isPlain || quote == UInt8(ascii: "`") && content.allSatisfy({ $0 < 0x80 }) {
            return StringLiteral(value: String(decoding: content, as: UTF8.self), range: range)
        }
        if let flaw = UTF8Scan.firstFlaw(content) {
            throw Flaw(.invalidUTF8, SourceRange(flaw, flaw + 1))
        }
        if quote == UInt8(ascii: "`") {
            return StringLiteral(value: String(decoding: content, as: UTF8.self), range: range)
        }
        var reader = StringText(content, quote: quote)
        try reader.decode()
        let value = String(decoding: reader.decoded, as: UTF8.self)
        let isUTF8 = value.utf8.elementsEqual(reader.decoded)
        return StringLiteral(value: value, bytes: isUTF8 ? nil : reader.decoded, range: range)
    }

    private mutating func decode() throws(Flaw) {
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                try escape()
            } else {
                decoded.append(byte)
            }
        }
    }

    private mutating func escape() throws(Flaw) {
        let start = position - 1
        guard position < bytes.endIndex else { throw Flaw(.unterminatedString, SourceRange(start, position)) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "a"): decoded.append(0x07)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "v"): decoded.append(0x0B)
        case UInt8(ascii: "\\"), quote: decoded.append(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            position -= 1
            try byteValue(digits: 3, radix: 8, from: start)
        case UInt8(ascii: "x"): try byteValue(digits: 2, radix: 16, from: start)
        case UInt8(ascii: "u"): try scalar(digits: 4, from: start)
        case UInt8(ascii: "U"): try scalar(digits: 8, from: start)
        default: throw malformed(start, end: position)
        }
    }

    private mutating func byteValue(digits: Int, radix: UInt32, from start: Int) throws(Flaw) {
        let value = try number(digits: digits, radix: radix, from: start)
        guard let byte = UInt8(exactly: value) else { throw malformed(start, end: position) }
        decoded.append(byte)
    }

    private mutating func scalar(digits: Int, from start: Int) throws(Flaw) {
        guard let scalar = Unicode.Scalar(try number(digits: digits, radix: 16, from: start)) else {
            throw malformed(start, end: position)
        }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func number(digits: Int, radix: UInt32, from start: Int) throws(Flaw) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard position < bytes.endIndex, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue,
                digit < radix
            else { throw malformed(start, end: min(position + 1, bytes.endIndex)) }
            value = value &* radix &+ UInt32(digit)
            position += 1
        }
        return value
    }

    /// The escape is none of Go's.
    private func malformed(_ start: Int, end: Int) -> Flaw {
        var end = end
        while end < bytes.endIndex, bytes[end] & 0xC0 == 0x80 { end += 1 }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        return Flaw(.malformedEscape(text), SourceRange(start, end))
    }
}

/// UTF-8 as Prometheus' lexer takes it.
enum UTF8Scan {
    /// The offset of the first byte that belongs to no scalar, or that begins U+FFFD, which Go cannot tell from one.
    static func firstFlaw(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = bytes.startIndex
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar):
                if UTF8.decode(scalar) == "\u{FFFD}" { return offset }
                offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }
}
