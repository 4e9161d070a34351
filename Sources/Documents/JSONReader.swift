import Wording

/// Reads JSON into nodes that know their places. The bytes are UTF-8.
struct JSONReader {
    let layer: TextLayer
    let bytes: [UInt8]
    private let limits: DocumentLimits
    var position = 0
    private var count = 0
    private(set) var repeatedKeys: [SourceText] = []

    init(_ layer: TextLayer, _ limits: DocumentLimits) {
        self.layer = layer
        bytes = layer.bytes
        self.limits = limits
    }

    mutating func read() throws(DocumentError) -> DocumentNode {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark) }
        skipSpace()
        guard position < bytes.count else { throw error(.empty) }
        let node = try node(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error(isComment ? .comment : .trailingContent) }
        return node
    }

    // MARK: Values

    private mutating func node(depth: Int) throws(DocumentError) -> DocumentNode {
        try countNode()
        let start = position
        let content: DocumentNode.Content
        switch byte {
        case UInt8(ascii: "{"): content = .mapping(try members(depth: depth))
        case UInt8(ascii: "["): content = .sequence(try elements(depth: depth))
        case UInt8(ascii: "\""): content = .scalar(try string(), .string)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): content = .scalar(try number(), .number)
        default: content = try word()
        }
        return DocumentNode(content, layer: layer, range: start..<position)
    }

    private mutating func members(depth: Int) throws(DocumentError) -> [DocumentMember] {
        try open(depth: depth)
        var members: [DocumentMember] = []
        var keys: Set<String> = []
        if take(UInt8(ascii: "}")) { return members }
        while true {
            let key = try key()
            let value = try node(depth: depth + 1)
            if keys.insert(key.value).inserted {
                members.append(DocumentMember(key: key, value: value))
            } else {
                repeatedKeys.append(key)
            }
            if try close(UInt8(ascii: "}"), .commaOrBrace) { return members }
        }
    }

    private mutating func key() throws(DocumentError) -> SourceText {
        guard byte == UInt8(ascii: "\"") else { throw unexpected(.key) }
        try countNode()
        let key = try string()
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw unexpected(.colon) }
        return key
    }

    private mutating func elements(depth: Int) throws(DocumentError) -> [DocumentNode] {
        try open(depth: depth)
        var elements: [DocumentNode] = []
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try node(depth: depth + 1))
            if try close(UInt8(ascii: "]"), .commaOrBracket) { return elements }
        }
    }

    private mutating func open(depth: Int) throws(DocumentError) {
        guard depth < limits.depth else { throw error(.tooDeep(limit: limits.depth)) }
        position += 1
        skipSpace()
    }

    /// Whether the list or the object ends here; otherwise the next part follows.
    private mutating func close(_ end: UInt8, _ expected: DocumentFault.Expected) throws(DocumentError) -> Bool {
        skipSpace()
        if byte == end {
            position += 1
            return true
        }
        let comma = position
        guard take(UInt8(ascii: ",")) else { throw unexpected(expected) }
        if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { throw error(.trailingComma, at: comma) }
        return false
    }

    private mutating func word() throws(DocumentError) -> DocumentNode.Content {
        let start = position
        while let byte, UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        let text = SourceText(word, layer: layer, scalar: start..<position, style: .jsonWord)
        switch word {
        case "true", "false": return .scalar(text, .boolean)
        case "null": return .scalar(text, .null)
        case "": throw unexpected(.value)
        default: throw error(.unknownWord(word), at: start)
        }
    }

    // MARK: Steps

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Steps over the byte and the space behind it, when it is that byte.
    private mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        position += 1
        skipSpace()
        return true
    }

    private mutating func countNode() throws(DocumentError) {
        count += 1
        if count > limits.nodes { throw error(.tooManyNodes(limit: limits.nodes)) }
    }

    // MARK: Errors

    func error(_ fault: DocumentFault, at offset: Int? = nil) -> DocumentError {
        DocumentError(fault, layer, offset ?? position)
    }

    private var isComment: Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "#") }

    func unexpected(_ expected: DocumentFault.Expected) -> DocumentError {
        guard position < bytes.count else { return error(.unexpectedEnd(expected: expected)) }
        if isComment { return error(.comment) }
        let character = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
        return error(.unexpected(found: Prose.quote(String(character)), expected: expected))
    }
}
