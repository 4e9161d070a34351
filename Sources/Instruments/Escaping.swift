/// The escapes of the text formats, which keep a value from ending its line or its quotes.
enum Escaping {
    /// How many more bytes a label value has when it is escaped; in both formats, `\` `"` and newline are.
    static func labelEscapes(in value: String) -> Int { value.withBytes(labelEscapes) }

    private static func labelEscapes(in value: UnsafeBufferPointer<UInt8>) -> Int {
        var escapes = 0
        // Without a branch, so that many bytes are looked at at once.
        for byte in value { escapes &+= byte == backslash || byte == quote || byte == newline ? 1 : 0 }
        return escapes
    }

    /// Writes an escaped label value to where there is room for it; returns how many bytes that were.
    static func copyLabelValue(_ value: UnsafeBufferPointer<UInt8>, to start: UnsafeMutableRawPointer) -> Int {
        guard labelEscapes(in: value) > 0 else {
            if let bytes = value.baseAddress { start.copyMemory(from: bytes, byteCount: value.count) }
            return value.count
        }
        var end = start
        for byte in value { copy(byte, to: &end, quotes: true) }
        return end - start
    }

    /// An escaped label value, in either format.
    static func labelValue(_ value: String) -> [UInt8] { escaped(value, quotes: true) }

    @inline(__always)
    private static func copy(_ byte: UInt8, to end: inout UnsafeMutableRawPointer, quotes: Bool) {
        let isSpecial = byte == backslash || byte == newline || quotes && byte == quote
        if isSpecial {
            end.storeBytes(of: backslash, as: UInt8.self)
            end += 1
        }
        end.storeBytes(of: isSpecial && byte == newline ? UInt8(ascii: "n") : byte, as: UInt8.self)
        end += 1
    }

    /// A help text: `\` and newline are escaped; in OpenMetrics, `"` too.
    static func help(_ text: String, in format: ExpositionFormat) -> [UInt8] {
        escaped(text, quotes: format == .openMetrics100)
    }

    private static func escaped(_ text: String, quotes: Bool) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8](unsafeUninitializedCapacity: bytes.count * 2) { buffer, count in
            guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            var end = start
            for byte in bytes { copy(byte, to: &end, quotes: quotes) }
            count = end - start
        }
    }

    private static let backslash = UInt8(ascii: "\\")
    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
}
