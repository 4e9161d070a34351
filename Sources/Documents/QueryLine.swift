/// A line of a list of queries: a query, and a comment that may follow.
package enum QueryLine {
    /// Where the comment of a line begins; otherwise its end.
    package static func comment(in line: ArraySlice<UInt8>) -> Int {
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
}
