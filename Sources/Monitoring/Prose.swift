/// How messages show what a user wrote.
enum Prose {
    /// The text in double quotes, cut to 60 scalars, its control characters made visible, so that a message stays one
    /// line and cannot steer a terminal.
    static func quote(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars.prefix(61)
        let shown = scalars.prefix(60).map(visible).joined()
        return "\"\(shown)\(scalars.count > 60 ? "…" : "")\""
    }

    private static func visible(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        default: isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
        }
    }

    /// Whether the scalar moves the cursor, changes the direction of text or shows nothing.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// `a`, `a or b`, `a, b or c`.
    static func list(_ words: some BidirectionalCollection<String>, _ conjunction: String = "or") -> String {
        guard let last = words.last else { return "" }
        guard words.count > 1 else { return last }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
