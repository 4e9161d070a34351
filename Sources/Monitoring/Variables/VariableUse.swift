import Documents

/// A place where a text of a dashboard takes a variable's value: `$name`, `${name}`, `${name:format}`, `[[name]]`.
public struct VariableUse: Sendable, Hashable {
    /// The name, without signs and format.
    public let name: String
    /// `regex` in `${name:regex}`, `date:seconds` in `${__from:date:seconds}`.
    public let format: String?
    /// All of it, in UTF-8 offsets.
    public let range: Range<Int>

    /// The uses in a text, from left to right. Numbers, as in `$1`, are for regular expressions and no variables.
    public static func uses(in text: String) -> [VariableUse] {
        let bytes = Array(text.utf8)
        var uses: [VariableUse] = []
        var position = 0
        while position < bytes.count {
            if let use = use(in: bytes, at: position) {
                if !use.name.utf8.allSatisfy(Self.isDigit) { uses.append(use) }
                position = use.range.upperBound
            } else {
                position += 1
            }
        }
        return uses
    }

    private static func use(in bytes: [UInt8], at start: Int) -> VariableUse? {
        switch (bytes[start], start + 1 < bytes.count ? bytes[start + 1] : 0) {
        case (UInt8(ascii: "$"), UInt8(ascii: "{")): enclosed(bytes, start, from: start + 2, by: [UInt8(ascii: "}")])
        case (UInt8(ascii: "$"), _): bare(bytes, start)
        case (UInt8(ascii: "["), UInt8(ascii: "[")):
            enclosed(bytes, start, from: start + 2, by: [UInt8(ascii: "]"), UInt8(ascii: "]")])
        default: nil
        }
    }

    private static func bare(_ bytes: [UInt8], _ start: Int) -> VariableUse? {
        let name = bytes[(start + 1)...].prefix(while: isWord)
        guard !name.isEmpty else { return nil }
        return VariableUse(name: String(decoding: name, as: UTF8.self), format: nil, range: start..<name.endIndex)
    }

    private static func enclosed(_ bytes: [UInt8], _ start: Int, from inner: Int, by end: [UInt8]) -> VariableUse? {
        let name = bytes[inner...].prefix(while: isWord)
        guard !name.isEmpty else { return nil }
        var position = name.endIndex
        // What stands before a colon takes a part of the value.
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position = bytes[position...].firstIndex { $0 == UInt8(ascii: ":") || $0 == end[0] } ?? bytes.count
        }
        var format: ArraySlice<UInt8>?
        if position < bytes.count, bytes[position] == UInt8(ascii: ":") {
            let rest = bytes[(position + 1)...].prefix { $0 != end[0] && $0 != UInt8(ascii: "\n") }
            format = rest
            position = rest.endIndex
        }
        guard bytes[position...].starts(with: end) else { return nil }
        return VariableUse(
            name: String(decoding: name, as: UTF8.self), format: format.map { String(decoding: $0, as: UTF8.self) },
            range: start..<position + end.count)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
