/// The escapes of the text formats, which keep a value from ending its line or its quotes.
enum Escaping {
    /// A label value, in both formats: `\` `"` and newline are escaped.
    static func labelValue(_ value: String) -> [UInt8] { escape(value, quotes: true) }

    /// A help text: `\` and newline are escaped; in OpenMetrics, `"` too.
    static func help(_ text: String, in format: ExpositionFormat) -> [UInt8] {
        escape(text, quotes: format == .openMetrics100)
    }

    private static func escape(_ text: String, quotes: Bool) -> [UInt8] {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): escaped += [byte, byte]
            case UInt8(ascii: "\n"): escaped += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotes: escaped += [UInt8(ascii: "\\"), byte]
            default: escaped.append(byte)
            }
        }
        return escaped
    }
}
