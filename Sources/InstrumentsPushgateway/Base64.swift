/// RFC 4648, with padding.
enum Base64 {
    /// Section 4: for headers.
    static func standard(_ text: String) -> String { encode(text, last: ["+", "/"]) }

    /// Section 5: for paths.
    static func url(_ text: String) -> String { encode(text, last: ["-", "_"]) }

    private static func encode(_ text: String, last: [Unicode.Scalar]) -> String {
        let bytes = Array(text.utf8)
        var encoded = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                guard position <= group.count else {
                    encoded += "="
                    continue
                }
                encoded.unicodeScalars.append(scalar(bits >> (18 - 6 * position) & 63, last))
            }
        }
        return encoded
    }

    private static func scalar(_ value: Int, _ last: [Unicode.Scalar]) -> Unicode.Scalar {
        let byte = UInt8(truncatingIfNeeded: value)
        switch value {
        case 0..<26: return Unicode.Scalar(UInt8(ascii: "A") + byte)
        case 26..<52: return Unicode.Scalar(UInt8(ascii: "a") + byte - 26)
        case 52..<62: return Unicode.Scalar(UInt8(ascii: "0") + byte - 52)
        default: return last[value - 62]
        }
    }
}
