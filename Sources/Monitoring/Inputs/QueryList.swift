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
            let range = start..<QueryLine.comment(in: bytes[start..<end])
            let whole = SourceText(
                String(decoding: bytes[range], as: UTF8.self), layer: layer, scalar: range, style: .line)
            if let text = whole.trimmed { lines.append(text) }
            start = end + 1
        }
        self.lines = lines
    }

    /// The lines as queries.
    public var queries: [Query] {
        lines.map { Query(text: $0, owner: .line, path: ["line \($0.place.start.line)"]) }
    }
}
