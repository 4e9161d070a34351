/// Reads JSON into nodes that know their places.
struct JSONSource {
    private var parser: JSONParser
    /// The place up to which lines and columns have been counted; it only moves forward.
    private var counted = 0
    private var line = 1
    private var column = 1

    static func read(_ text: String) throws(JSONError) -> SourceNode {
        var text = text
        return try text.withUTF8 { bytes in
            let limits = JSONLimits(depth: Limits.sourceDepth, values: Limits.sourceNodes)
            var source = JSONSource(parser: JSONParser(bytes, limits))
            return source.document()
        }.get()
    }

    private init(parser: JSONParser) { self.parser = parser }

    private mutating func document() -> Result<SourceNode, JSONError> {
        do throws(JSONError) {
            try parser.begin()
            let node = try node(depth: 0)
            try parser.end()
            return .success(node)
        } catch {
            return .failure(error)
        }
    }

    private mutating func node(depth: Int) throws(JSONError) -> SourceNode {
        try parser.countValue()
        let place = mark()
        let content: SourceNode.Content
        switch parser.position < parser.bytes.count ? parser.bytes[parser.position] : 0 {
        case UInt8(ascii: "{"): content = .map(try members(depth: depth))
        case UInt8(ascii: "["): content = .list(try elements(depth: depth))
        case UInt8(ascii: "\""): content = .scalar(try parser.string(), isPlain: false)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = parser.position
            _ = try parser.number()
            content = plain(from: start)
        default:
            let start = parser.position
            guard start < parser.bytes.count else { throw parser.error(.unexpectedEnd(expected: .value)) }
            _ = try parser.word()
            content = plain(from: start)
        }
        return SourceNode(content: content, line: place.line, column: place.column)
    }

    private func plain(from start: Int) -> SourceNode.Content {
        .scalar(String(decoding: parser.bytes[start..<parser.position], as: UTF8.self), isPlain: true)
    }

    private mutating func members(depth: Int) throws(JSONError) -> [SourceMember] {
        try parser.open(depth: depth)
        var members: [SourceMember] = []
        var keys: Set<String> = []
        if parser.take(UInt8(ascii: "}")) { return members }
        while true {
            let start = parser.position
            let place = mark()
            let key = try parser.key()
            guard keys.insert(key).inserted else { throw parser.error(.duplicateKey(key), at: start) }
            let value = try node(depth: depth + 1)
            members.append(SourceMember(key: key, line: place.line, column: place.column, value: value))
            if try parser.close(UInt8(ascii: "}"), .commaOrBrace) { return members }
        }
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [SourceNode] {
        try parser.open(depth: depth)
        var elements: [SourceNode] = []
        if parser.take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try node(depth: depth + 1))
            if try parser.close(UInt8(ascii: "]"), .commaOrBracket) { return elements }
        }
    }

    private mutating func mark() -> (line: Int, column: Int) {
        while counted < parser.position {
            let byte = parser.bytes[counted]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            counted += 1
        }
        return (line, column)
    }
}
