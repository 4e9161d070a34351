/// How messages show what a user wrote.
enum Prose {
    /// The text in double quotes, cut to 60 scalars, its control characters made visible, so that a message stays one
    /// line and cannot steer a terminal.
    static func quote(_ text: String) -> String {
        var shown = "\""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == 60 {
                shown += "…"
                break
            }
            shown += isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
            count += 1
        }
        return shown + "\""
    }

    /// Whether the scalar moves the cursor, changes the direction of text or shows nothing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// The number with its noun: `1 argument`, `2 arguments`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number == 0 ? "no" : String(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
