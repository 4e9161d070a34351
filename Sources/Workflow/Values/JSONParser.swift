import Wording

extension JSONValue {
    /// Reads one JSON text, strictly as RFC 8259 has it, and nothing beside it.
    ///
    /// Refused: duplicate keys in one object (also two spellings of one key that Unicode holds for equivalent), bytes
    /// that are not UTF-8, lone surrogates, `NaN`, `Infinity`, comments, trailing commas, anything after the value, a
    /// byte order mark, and numbers too large for a double. An integer beyond 64 bits becomes the nearest double; a
    /// number too small for a double becomes 0; `-0` is the integer 0.
    ///
    /// Time is linear in the length of the text.
    public init(
        parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONError) {
        let result = bytes.withContiguousStorageIfAvailable { JSONParser.parse($0, limits) }
        self = try (result ?? Array(bytes).withUnsafeBufferPointer { JSONParser.parse($0, limits) }).get()
    }
}

/// A recursive descent over the bytes of one JSON text.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0
    var values = 0
    /// Decoded bytes of a string that has escapes; kept from one string to the next.
    var scratch: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits
    ) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes, limits)
        do throws(JSONError) {
            return .success(try parser.document())
        } catch {
            return .failure(error)
        }
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        try begin()
        let value = try value(depth: 0)
        try end()
        return value
    }

    mutating func begin() throws(JSONError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark, at: 0) }
        skipSpace()
        if position == bytes.count { throw error(.empty) }
    }

    mutating func end() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else {
            throw error(startsComment ? .comment : .trailingContent)
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        try countValue()
        guard position < bytes.count else { throw error(.unexpectedEnd(expected: .value)) }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try word()
        }
    }

    mutating func countValue() throws(JSONError) {
        values += 1
        if values > limits.values { throw error(.tooManyValues(limit: limits.values)) }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try open(depth: depth)
        var object = JSONObject()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            let place = position
            let key = try key()
            guard !object.contains(key) else { throw error(.duplicateKey(key), at: place) }
            object.appendNew(key, try value(depth: depth + 1))
            if try close(UInt8(ascii: "}"), .commaOrBrace) { return object }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            if try close(UInt8(ascii: "]"), .commaOrBracket) { return elements }
        }
    }

    /// Steps over an opening bracket and the space behind it.
    mutating func open(depth: Int) throws(JSONError) {
        if depth >= limits.depth { throw error(.tooDeep(limit: limits.depth)) }
        position += 1
        skipSpace()
    }

    /// Reads `"key":` and the space behind it.
    mutating func key() throws(JSONError) -> String {
        guard position < bytes.count else { throw error(.unexpectedEnd(expected: .key)) }
        guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected(.key) }
        let key = try string()
        skipSpace()
        guard take(UInt8(ascii: ":")) else {
            throw position == bytes.count ? error(.unexpectedEnd(expected: .colon)) : unexpected(.colon)
        }
        return key
    }

    /// After an element: true when the bracket closes, false when a comma leads to another element.
    mutating func close(_ bracket: UInt8, _ expected: JSONError.Expected) throws(JSONError) -> Bool {
        skipSpace()
        if take(bracket) { return true }
        let comma = position
        guard take(UInt8(ascii: ",")) else {
            throw position == bytes.count ? error(.unexpectedEnd(expected: expected)) : unexpected(expected)
        }
        if position < bytes.count, bytes[position] == bracket { throw error(.trailingComma, at: comma) }
        return false
    }

    /// Reads `true`, `false` or `null`.
    mutating func word() throws(JSONError) -> JSONValue {
        let start = position
        while position < bytes.count, Self.isWordByte(bytes[position]) { position += 1 }
        let word = UnsafeBufferPointer(rebasing: bytes[start..<position])
        if word.elementsEqual("true".utf8) { return true }
        if word.elementsEqual("false".utf8) { return false }
        if word.elementsEqual("null".utf8) { return .null }
        position = start
        guard !word.isEmpty else { throw unexpected(.value) }
        throw error(.unknownWord(String(decoding: word.prefix(40), as: UTF8.self)), at: start)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// Steps over the byte, and the space behind it, if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        skipSpace()
        return true
    }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private var startsComment: Bool {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "/") else { return false }
        return bytes[position + 1] == UInt8(ascii: "/") || bytes[position + 1] == UInt8(ascii: "*")
    }

    func error(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
        JSONError(reason, at: offset ?? position, in: bytes)
    }

    private func unexpected(_ expected: JSONError.Expected) -> JSONError {
        if startsComment { return error(.comment) }
        let byte = bytes[position]
        if byte < 0x80 {
            return error(.unexpected(found: Prose.quote(String(UnicodeScalar(byte))), expected: expected))
        }
        let found = String(decoding: bytes[position...].prefix(4), as: UTF8.self).prefix(1)
        return error(found == "\u{FFFD}" ? .invalidUTF8 : .unexpected(found: Prose.quote(found), expected: expected))
    }
}
