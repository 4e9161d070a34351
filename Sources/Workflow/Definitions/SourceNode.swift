/// A node of the text that a definition is read from, YAML and JSON alike.
struct SourceNode: Sendable {
    var content: Content
    var line: Int
    var column: Int

    enum Content: Sendable {
        /// A scalar with its text as written; `isPlain` when it stands without quotes, so that it may be a number,
        /// a boolean or null.
        case scalar(String, isPlain: Bool)
        case list([SourceNode])
        case map([SourceMember])
    }
}

struct SourceMember: Sendable {
    var key: String
    var line: Int
    var column: Int
    var value: SourceNode
}

extension SourceNode {
    /// Whether the node is null, written out or left empty.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return PlainScalar.isNull(text)
    }

    /// What the node is, for messages.
    var kindName: String {
        switch content {
        case .list: "a list"
        case .map: "a map"
        case .scalar(let text, let isPlain): isPlain ? PlainScalar.kindName(text) : "a string"
        }
    }
}

/// The YAML 1.2 core schema: what a scalar without quotes means.
///
/// `true` and `false` are booleans, `null`, `~` and nothing are null, in lower case, upper case or capitalised; decimal,
/// octal (`0o`) and hexadecimal (`0x`) integers and decimal fractions are numbers. `yes`, `no`, `on` and `off` are text.
enum PlainScalar {
    enum Value: Equatable {
        case value(JSONValue)
        /// `.nan`, `.inf` and the like, also as other languages spell them.
        case notFinite
        case outOfRange
    }

    static func value(_ text: String) -> Value {
        if isNull(text) { return .value(.null) }
        if let bool = bool(text) { return .value(.bool(bool)) }
        if isNotFinite(text) { return .notFinite }
        if let integer = prefixedInteger(text) { return integer }
        guard isNumber(text) else { return .value(.string(text)) }
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        if let integer = Int64(digits) { return .value(.integer(integer)) }
        guard let number = Double(digits), number.isFinite else { return .outOfRange }
        return .value(.number(number))
    }

    static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    static func bool(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// Whether the text would be another number where zeros lead into octal.
    static func hasLeadingZero(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return false }
        return digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    static func kindName(_ text: String) -> String {
        if case .value(let value) = value(text) { value.kindName } else { "a number" }
    }

    private static func isNotFinite(_ text: String) -> Bool {
        let bare = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        return [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "NaN", "Infinity"].contains(String(bare))
    }

    private static func prefixedInteger(_ text: String) -> Value? {
        let radix: Int
        if text.hasPrefix("0x") { radix = 16 } else if text.hasPrefix("0o") { radix = 8 } else { return nil }
        let digits = text.utf8.dropFirst(2)
        guard !digits.isEmpty, digits.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
        return Int64(text.dropFirst(2), radix: radix).map { .value(.integer($0)) } ?? .outOfRange
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
    }

    /// `[-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )?`
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let run = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
            rest = rest.dropFirst(run)
            return run
        }
        func take(_ bytes: [UInt8]) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        let sign = [UInt8(ascii: "-"), UInt8(ascii: "+")]
        _ = take(sign)
        var count = digits()
        if take([UInt8(ascii: ".")]) { count += digits() }
        guard count > 0 else { return false }
        if take([UInt8(ascii: "e"), UInt8(ascii: "E")]) {
            _ = take(sign)
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
