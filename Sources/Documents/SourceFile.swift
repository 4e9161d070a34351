/// A file that was read: its bytes, and where its lines begin.
///
/// Offsets count bytes from 0. Lines end with LF or CR LF. The bytes need not be UTF-8; what is not is shown as U+FFFD.
public final class SourceFile: Sendable {
    /// The path as the user gave it, for messages.
    public let path: String
    /// The content, as it was read.
    public let bytes: [UInt8]
    private let lineStarts: [Int]

    /// Finds the lines of a content that has been read.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// Lines, at least 1; a line feed at the end begins one more, which is empty.
    public var lineCount: Int { lineStarts.count }

    /// The line and the column of a byte. An offset outside the file counts as its nearest end.
    public func position(at offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = Self.scalarCount(bytes[lineStarts[low]..<offset]) + 1
        return SourcePosition(line: low + 1, column: column, offset: offset)
    }

    /// The bytes of a line, from 1, without its end; empty for a line that the file does not have.
    public func lineRange(_ number: Int) -> Range<Int> {
        guard lineStarts.indices.contains(number - 1) else { return 0..<0 }
        let start = lineStarts[number - 1]
        guard number < lineStarts.count else { return start..<bytes.count }
        let end = lineStarts[number] - 1
        return start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)
    }

    /// The text of a line, from 1, without its end.
    public func line(_ number: Int) -> String { text(lineRange(number)) }

    /// The text of a range of bytes; what lies outside the file is left out.
    public func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// Bytes that begin a scalar.
    private static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }
}

/// A place in a file, as people count.
public struct SourcePosition: Sendable, Hashable {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in Unicode scalars.
    public var column: Int
    /// Bytes before it.
    public var offset: Int

    /// A place whose line, column and offset are known to agree.
    public init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }
}

extension SourcePosition: Comparable {
    /// Whether one place stands before another of the same file.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.offset < right.offset }
}
