/// Numbers as Go reads them, which is how Prometheus does.
enum NumberText {
    enum Flaw: Error {
        case malformed, outOfRange
    }

    /// Decimal with fraction and exponent, hexadecimal and, with a leading zero, octal integers; `_` between digits.
    static func value(_ text: Slice<UnsafeBufferPointer<UInt8>>) throws(Flaw) -> Double {
        if let small = smallInteger(text) { return small }
        guard text.contains(UInt8(ascii: "_")) else { return try value(String(decoding: text, as: UTF8.self)) }
        guard underscoresSeparateDigits(Array(text)) else { throw .malformed }
        return try value(String(decoding: text.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self))
    }

    /// The common case: up to 15 digits, without a leading zero.
    private static func smallInteger(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        guard text.count <= 15, text.first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard ByteClass.of(byte) == .digit else { return nil }
            value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
        }
        return Double(value)
    }

    private static func value(_ text: String) throws(Flaw) -> Double {
        if text.utf8.dropFirst().first.map({ $0 | 0x20 }) == UInt8(ascii: "x") {
            guard let value = Int64(text.dropFirst(2), radix: 16) else { throw .malformed }
            return Double(value)
        }
        if text.utf8.first == UInt8(ascii: "0"), let octal = Int64(text, radix: 8) { return Double(octal) }
        if let integer = Int64(text) { return Double(integer) }
        guard text.utf8.last.map({ ByteClass.of($0) == .digit || $0 == UInt8(ascii: ".") }) == true,
            let value = Double(text)
        else { throw .malformed }
        guard value.isFinite else { throw .outOfRange }
        return value
    }

    /// Whether each underscore has a digit on both sides; the `0x` of a hexadecimal number counts as one.
    private static func underscoresSeparateDigits(_ text: [UInt8]) -> Bool {
        let isHex = text.count > 1 && text[1] | 0x20 == UInt8(ascii: "x")
        func isDigit(_ index: Int) -> Bool {
            guard text.indices.contains(index) else { return false }
            if isHex { return index == 1 || Lexer.isHexDigit(text[index]) }
            return ByteClass.of(text[index]) == .digit
        }
        return text.indices.allSatisfy { text[$0] != UInt8(ascii: "_") || isDigit($0 - 1) && isDigit($0 + 1) }
    }
}
