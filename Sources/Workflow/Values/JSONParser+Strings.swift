extension JSONParser {
    /// Reads a string whose opening quote is next; leaves the position behind the closing one.
    mutating func string() throws(JSONError) -> String {
        let start = position + 1
        var end = start
        var high: UInt8 = 0
        // The common case: no escapes. One pass finds the end and whether the bytes are ASCII, one copy makes the string.
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            high |= byte
            end += 1
        }
        guard end < bytes.count else { throw error(.unexpectedEnd(expected: .endOfString), at: bytes.count) }
        guard bytes[end] == UInt8(ascii: "\"") else { return try escapedString(start, end, high) }
        try checkLength(end - start, at: start)
        if high >= 0x80 { try checkUTF8(start..<end) }
        position = end + 1
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    private func checkLength(_ length: Int, at start: Int) throws(JSONError) {
        if length > limits.stringBytes { throw error(.stringTooLong(limit: limits.stringBytes), at: start) }
    }

    private func checkUTF8(_ range: Range<Int>) throws(JSONError) {
        if let bad = UTF8Check.firstInvalid(in: bytes, range) { throw error(.invalidUTF8, at: bad) }
    }

    /// Goes on with a string at its first escape; `first` is the place of that escape, all before it is taken as it is.
    private mutating func escapedString(
        _ start: Int, _ first: Int, _ high: UInt8
    ) throws(JSONError) -> String {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: bytes[start..<first])
        var high = high
        position = first
        while true {
            guard position < bytes.count else { throw error(.unexpectedEnd(expected: .endOfString)) }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw error(.controlCharacter(byte)) }
            if byte == UInt8(ascii: "\\") {
                try escape()
            } else {
                high |= byte
                scratch.append(byte)
                position += 1
            }
        }
        if high >= 0x80 { try checkUTF8(start..<position) }
        try checkLength(scratch.count, at: start)
        position += 1
        return String(decoding: scratch, as: UTF8.self)
    }

    /// Decodes the escape at the position into the scratch bytes.
    private mutating func escape() throws(JSONError) {
        guard position + 1 < bytes.count else { throw error(.unexpectedEnd(expected: .endOfString), at: bytes.count) }
        let decoded: UInt8
        switch bytes[position + 1] {
        case UInt8(ascii: "\""): decoded = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): decoded = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): decoded = UInt8(ascii: "/")
        case UInt8(ascii: "b"): decoded = 0x08
        case UInt8(ascii: "f"): decoded = 0x0C
        case UInt8(ascii: "n"): decoded = 0x0A
        case UInt8(ascii: "r"): decoded = 0x0D
        case UInt8(ascii: "t"): decoded = 0x09
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            let text = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
            throw error(.unknownEscape(text))
        }
        scratch.append(decoded)
        position += 2
    }

    private mutating func unicodeEscape() throws(JSONError) {
        let start = position
        var value = try hexUnit()
        if 0xDC00...0xDFFF ~= value { throw error(.loneSurrogate, at: start) }
        if 0xD800...0xDBFF ~= value {
            let follows =
                position + 1 < bytes.count && bytes[position] == UInt8(ascii: "\\")
                && bytes[position + 1] == UInt8(ascii: "u")
            guard follows else { throw error(.loneSurrogate, at: start) }
            let low = try hexUnit()
            guard 0xDC00...0xDFFF ~= low else { throw error(.loneSurrogate, at: start) }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        // Surrogates are gone, and two halves give at most 10FFFF, so the scalar exists.
        guard let scalar = Unicode.Scalar(value) else { throw error(.loneSurrogate, at: start) }
        scratch.append(contentsOf: UTF8.encode(scalar)!)
    }

    /// The value of `\uXXXX` at the position; steps over it.
    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard position + 6 <= bytes.count else {
            throw error(.unexpectedEnd(expected: .hexDigits), at: bytes.count)
        }
        var value: UInt32 = 0
        for offset in position + 2..<position + 6 {
            guard let digit = Character(UnicodeScalar(bytes[offset])).hexDigitValue else {
                let text = String(decoding: bytes[position..<position + 6], as: UTF8.self)
                throw error(.unknownEscape(text))
            }
            value = value << 4 | UInt32(digit)
        }
        position += 6
        return value
    }
}

/// Well-formedness of UTF-8 as Unicode, section 3.9, table 3-7 has it.
enum UTF8Check {
    /// The offset of the first byte that belongs to no well-formed sequence, nil when there is none.
    static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position < range.upperBound {
            let lead = bytes[position]
            if lead < 0x80 {
                position += 1
                continue
            }
            let length = sequenceLength(lead)
            guard length > 0, position + length <= range.upperBound else { return position }
            guard secondByteRange(lead) ~= bytes[position + 1] else { return position }
            for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { return position }
            position += length
        }
        return nil
    }

    private static func sequenceLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    private static func secondByteRange(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
