/// Writes texts as the style of their place asks.
struct TextWriter {
    struct Refusal: Error {
        let scalar: Unicode.Scalar
    }

    let style: TextStyle
    /// The scalar that is changed.
    let source: ArraySlice<UInt8>
    /// What stands before it.
    let before: UInt8?
    /// The indentation of a block scalar.
    let indent: Int?

    func write(_ text: String) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars { bytes += try write(scalar).utf8 }
        return bytes
    }

    private func write(_ scalar: Unicode.Scalar) throws(Refusal) -> String {
        switch style {
        case .jsonString, .goString: return Self.escaped(scalar, isControl: scalar.value < 0x20)
        case .yamlDoubleQuoted: return Self.escaped(scalar, isControl: !Self.isPlain(scalar))
        case .yamlLiteral where scalar == "\n":
            return lineBreak + String(repeating: " ", count: indent ?? 1)
        case .goRawString:
            if scalar == "`" || scalar == "\r" { throw Refusal(scalar: scalar) }
            return String(scalar)
        case .yamlSingleQuoted, .yamlPlain, .yamlPlainInFlow, .yamlLiteral, .yamlFolded, .line, .jsonWord:
            guard Self.isPlain(scalar) || scalar == "\t" else { throw Refusal(scalar: scalar) }
            return style == .yamlSingleQuoted && scalar == "'" ? "''" : String(scalar)
        }
    }

    private var lineBreak: String { source.contains(0x0D) ? "\r\n" : "\n" }

    private static func escaped(_ scalar: Unicode.Scalar, isControl: Bool) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            guard isControl else { return String(scalar) }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// Whether YAML takes the scalar without an escape, and not as the end of a line. All others have four digits.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0..<0x2028, 0x202A..<0xFEFF, 0xFF00...0xFFFD, 0x10000...: true
        default: false
        }
    }

    // MARK: Checking

    /// Whether the changed source is a scalar of the same kind whose text is the value.
    func means(_ value: String, instead old: String, when changed: [UInt8]) -> Bool {
        guard decoded(changed, value) == value else { return false }
        switch style {
        case .yamlLiteral, .yamlFolded: return isWhole(changed) && !PlainRules.hasOldBreaks(changed)
        case .yamlPlain, .yamlPlainInFlow:
            return PlainScalar.kind(of: value) == PlainScalar.kind(of: old)
                && (value == "<<") == (old == "<<") && (!followsName || changed.first == source.first)
                && PlainRules.hold(for: changed, inFlow: style == .yamlPlainInFlow)
        case .jsonWord: return Self.jsonKind(changed) != nil && Self.jsonKind(changed) == Self.jsonKind(Array(source))
        case .line: return !value.isEmpty && QueryLine.isWhole(changed)
        default: return true
        }
    }

    private func decoded(_ changed: [UInt8], _ value: String) -> String {
        switch style {
        case .yamlLiteral, .yamlFolded:
            TextScan.block(changed[...], isFolded: style == .yamlFolded, expected: value, indent: indent).value
        default: TextScan.scan(changed[...], style: style, expected: value).value
        }
    }

    /// Whether what follows a block still begins on a line of its own, and no tab stands where the indentation is
    /// found.
    private func isWhole(_ changed: [UInt8]) -> Bool {
        guard changed.last == source.last || !Self.isBreak(source.last) else { return false }
        let lines = changed.drop { !Self.isBreak($0) }
        return lines.first { $0 != 0x20 && !Self.isBreak($0) } != 0x09
    }

    /// Whether the scalar stands right behind an anchor, which its first character ends.
    private var followsName: Bool { before.map(PropertyScan.isAnchor) ?? false }

    private static func isBreak(_ byte: UInt8?) -> Bool { byte == 0x0A || byte == 0x0D }

    private static func jsonKind(_ bytes: [UInt8]) -> ScalarKind? {
        let document = try? Document(json: SourceFile(path: "", bytes: bytes))
        guard case .scalar(let text, let kind)? = document?.roots.first?.content else { return nil }
        return text.value.utf8.count == bytes.count ? kind : nil
    }
}

/// What may stand in YAML without quotes, a little narrower than libyaml has it.
private enum PlainRules {
    static func hold(for source: [UInt8], inFlow: Bool) -> Bool {
        guard let first = source.first, let last = source.last, !isSpace(first), !isSpace(last) else { return false }
        guard mayBegin(source, inFlow: inFlow), last != UInt8(ascii: ":"), !hasOldBreaks(source) else { return false }
        for (index, byte) in source.enumerated() {
            let next = index + 1 < source.count ? source[index + 1] : nil
            switch byte {
            case UInt8(ascii: ":") where next.map(isSpace) ?? true: return false
            case UInt8(ascii: ":") where inFlow && next == UInt8(ascii: "?"): return false
            case UInt8(ascii: "#") where isSpace(source[index - 1]): return false
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                if inFlow { return false }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if isMarker(source[(index + 1)...]) { return false }
            default: break
            }
        }
        return true
    }

    /// NEL, LS and PS end lines for libyaml, and a byte order mark may be left out.
    static func hasOldBreaks(_ source: [UInt8]) -> Bool {
        String(decoding: source, as: UTF8.self).unicodeScalars.contains {
            [0x85, 0x2028, 0x2029, 0xFEFF].contains($0.value)
        }
    }

    private static func mayBegin(_ source: [UInt8], inFlow: Bool) -> Bool {
        guard let first = source.first, !isMarker(source[...]) else { return false }
        switch first {
        case UInt8(ascii: "?") where inFlow, UInt8(ascii: ":") where inFlow: return false
        case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
            return source.count > 1 && !isSpace(source[1])
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"),
            UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            return false
        default: return true
        }
    }

    /// `---` and `...` may begin or end a document.
    private static func isMarker(_ source: ArraySlice<UInt8>) -> Bool {
        source.starts(with: [0x2D, 0x2D, 0x2D]) || source.starts(with: [0x2E, 0x2E, 0x2E])
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
