import Wording

/// A range of bytes of a file.
public struct SourcePlace: Sendable {
    /// The file that holds the place.
    public let file: SourceFile
    /// Offsets of its bytes.
    public let range: Range<Int>

    /// What lies outside the file is left out.
    public init(file: SourceFile, range: Range<Int>) {
        self.file = file
        self.range = range.clamped(to: 0..<file.bytes.count)
    }

    /// The position of its first byte.
    public var start: SourcePosition { file.position(at: range.lowerBound) }
    /// The position behind its last byte.
    public var end: SourcePosition { file.position(at: range.upperBound) }
    /// The bytes as text, as they stand in the file.
    public var text: String { file.text(range) }
}

extension SourcePlace: Hashable {
    /// The same range of the same file, as it was read once.
    public static func == (left: SourcePlace, right: SourcePlace) -> Bool {
        left.file === right.file && left.range == right.range
    }

    /// Hashes the file as an object, and the range.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(file))
        hasher.combine(range)
    }
}

extension SourcePlace: CustomStringConvertible {
    /// `path:line:column`.
    public var description: String {
        let start = start
        return "\(file.path):\(start.line):\(start.column)"
    }
}

extension SourcePlace {
    /// The line with a mark under the place: two lines, each with its line feed.
    ///
    /// Of a long line, about 120 scalars around the place are shown. Control characters are not passed on. A place of
    /// several lines is marked to the end of its first.
    public var excerpt: String {
        let start = start
        let scalars = Array(file.line(start.line).unicodeScalars)
        let first = min(start.column - 1, scalars.count)
        let end = self.end
        let last = end.line == start.line ? min(end.column - 1, scalars.count) : scalars.count
        let shown = max(0, first > 100 ? first - 60 : 0)..<min(scalars.count, max(first, 60) + 60)
        let number = String(start.line)
        let margin = String(repeating: " ", count: number.count)
        let lead = shown.lowerBound > 0 ? "…" : ""
        let line = lead + scalars[shown].map { Prose.isControl($0) ? " " : String(Character($0)) }.joined()
        let caret = String(repeating: "^", count: max(1, min(last, shown.upperBound) - first))
        let indent = String(repeating: " ", count: first - shown.lowerBound + lead.count)
        let tail = shown.upperBound < scalars.count ? "…" : ""
        return "  \(number) | \(line)\(tail)\n  \(margin) | \(indent)\(caret)\n"
    }
}
