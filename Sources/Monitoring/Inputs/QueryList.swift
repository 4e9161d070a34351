public import Documents

/// Queries in a file of their own, one on each line; what follows a `#` outside quotes is a comment.
public struct QueryList: Sendable {
    /// The queries, without comments and empty lines.
    public let lines: [SourceText]

    init(_ layer: TextLayer) {
        var lines: [SourceText] = []
        var start = 0
        let bytes = layer.bytes
        for end in bytes.indices.filter({ bytes[$0] == UInt8(ascii: "\n") }) + [bytes.count] {
            let range = start..<Self.comment(in: bytes[start..<end])
            let whole = SourceText(
                String(decoding: bytes[range], as: UTF8.self), layer: layer, scalar: range, style: .line)
            if let text = whole.trimmed { lines.append(text) }
            start = end + 1
        }
        self.lines = lines
    }

    /// Where the comment of a line begins; otherwise its end.
    private static func comment(in line: ArraySlice<UInt8>) -> Int {
        var quote: UInt8?
        var isEscaped = false
        for index in line.indices {
            let byte = line[index]
            if isEscaped {
                isEscaped = false
            } else if let open = quote {
                if byte == open { quote = nil }
                isEscaped = byte == UInt8(ascii: "\\") && open != UInt8(ascii: "`")
            } else if byte == UInt8(ascii: "#") {
                return index
            } else if [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(byte) {
                quote = byte
            }
        }
        return line.endIndex
    }

    /// Whether a query has no comment in it, and a comment may follow.
    static func isWhole(_ query: [UInt8]) -> Bool {
        comment(in: (query + [UInt8(ascii: "#")])[...]) == query.count
    }

    /// The lines as queries.
    public var queries: [Query] {
        lines.map { Query(text: $0, owner: .line, path: ["line \($0.place.start.line)"]) }
    }
}
