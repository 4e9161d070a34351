extension Units {
    /// The sum of the units, without a sign; a number of seconds when it is no whole number of milliseconds.
    static func text(_ nanoseconds: Int64) -> String {
        let magnitude = Int64(clamping: nanoseconds.magnitude)
        return compound(magnitude) ?? NumberText.text(Double(magnitude) / 1e9)
    }

    /// `1h30m`; years and weeks only when nothing else is needed. Nil when it is no whole number of milliseconds.
    static func compound(_ nanoseconds: Int64) -> String? {
        guard nanoseconds >= 0, nanoseconds % 1_000_000 == 0 else { return nil }
        if nanoseconds == 0 { return "0s" }
        var rest = nanoseconds
        var text = ""
        for (index, unit) in all.enumerated() {
            let isWhole = index > 1 || rest % unit.nanoseconds == 0
            guard isWhole, rest >= unit.nanoseconds else { continue }
            text += "\(rest / unit.nanoseconds)\(unit.name)"
            rest %= unit.nanoseconds
        }
        return text
    }
}

extension NumberText {
    /// The shortest decimal form that is read back as this number, which is not below 0.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return "Inf" }
        if value < 1e16, Double(Int64(value)) == value { return String(Int64(value)) }
        return value.description
    }
}

extension NumberText {
    /// The same, with a minus for what is below 0, and for what is 0 from below.
    static func signed(_ value: Double) -> String {
        value.sign == .minus && !value.isNaN ? "-" + text(-value) : text(value)
    }
}

extension StringLiteral {
    /// A text as a string of PromQL, in double quotes.
    public static func quoted(_ text: String) -> String { StringText.quoted(text) }
}

extension StringText {
    /// The literal in double quotes.
    static func quoted(_ literal: StringLiteral) -> String {
        guard let bytes = literal.bytes else { return quoted(literal.value) }
        return "\"" + bytes.map { $0 < 0x80 ? escaped(Unicode.Scalar($0)) : "\\x" + hex($0) }.joined() + "\""
    }

    /// The text in double quotes.
    static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F || $0 == 0x22 || $0 == 0x5C }) else {
            return "\"" + text + "\""
        }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{FFFD}": "\\ufffd"
        default:
            scalar.value < 0x20 || scalar.value == 0x7F ? "\\x" + hex(UInt8(scalar.value)) : String(Character(scalar))
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    }
}
