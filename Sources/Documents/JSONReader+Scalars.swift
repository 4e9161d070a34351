extension JSONReader {
    /// The string that begins here.
    mutating func string() throws(DocumentError) -> SourceText {
        let start = position
        var hasEscapes = false
        position += 1
        while true {
            guard position < bytes.count else { throw error(.unexpectedEnd(expected: .endOfString)) }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return text(start..<position, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape()
            case let byte where byte < 0x20: throw error(.controlCharacter(byte))
            default: position += 1
            }
        }
    }

    private func text(_ range: Range<Int>, hasEscapes: Bool) -> SourceText {
        let value =
            hasEscapes
            ? TextScan.scan(bytes[range], style: .jsonString, expected: nil).value
            : String(decoding: bytes[range.lowerBound + 1..<range.upperBound - 1], as: UTF8.self)
        return SourceText(value, layer: layer, scalar: range, style: .jsonString)
    }

    private mutating func escape() throws(DocumentError) {
        let start = position
        guard start + 1 < bytes.count else { throw error(.unexpectedEnd(expected: .endOfString), at: bytes.count) }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let first = try hexDigits()
            guard 0xD800..<0xE000 ~= first else { return }
            guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u"), 0xDC00..<0xE000 ~= (try hexDigits())
            else { throw error(.loneSurrogate, at: start) }
        default:
            let shown = String(decoding: bytes[start..<min(start + 5, bytes.count)], as: UTF8.self)
            throw error(.unknownEscape(String(shown.unicodeScalars.prefix(2))), at: start)
        }
    }

    /// The value of `\uXXXX`.
    private mutating func hexDigits() throws(DocumentError) -> UInt32 {
        guard let value = TextScan(bytes[...], from: position).hex(4, at: 2) else {
            position = min(position + 2, bytes.count)
            throw unexpected(.hexDigits)
        }
        position += 6
        return value
    }

    /// The number that begins here.
    mutating func number() throws(DocumentError) -> SourceText {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        var isWellFormed = whole > 0 && (whole == 1 || bytes[position - whole] != UInt8(ascii: "0"))
        if byte == UInt8(ascii: ".") {
            position += 1
            isWellFormed = digits() > 0 && isWellFormed
        }
        if byte.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            position += 1
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { position += 1 }
            isWellFormed = digits() > 0 && isWellFormed
        }
        var end = position
        while end < bytes.count, Self.continuesNumber(bytes[end]) { end += 1 }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        guard isWellFormed, end == position else { throw error(.malformedNumber(text), at: start) }
        return SourceText(text, layer: layer, scalar: start..<end, style: .jsonWord)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        return position - start
    }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
