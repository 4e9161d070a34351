/// How messages show what a user wrote.
package enum Prose {
    /// The text in double quotes, cut to 60 scalars, its control characters made visible, so that a message stays one
    /// line and cannot steer a terminal.
    package static func quote(_ text: some StringProtocol) -> String {
        var shown = "\""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == 60 {
                shown += "…"
                break
            }
            shown += visible(scalar)
            count += 1
        }
        return shown + "\""
    }

    package static func visible(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        default: isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
        }
    }

    /// Whether the scalar moves the cursor, changes the direction of text or shows nothing.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    package static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// `a`, `a or b`, `a, b or c`.
    package static func list(_ words: some BidirectionalCollection<String>, _ conjunction: String = "or") -> String {
        guard let last = words.last else { return "" }
        guard words.count > 1 else { return last }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }

    /// The number with its noun: `no steps`, `1 step`, `2 steps`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(number == 0 ? "no" : String(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
