extension JSONValue: CustomStringConvertible {
    /// Appends the value as compact JSON, members in their order.
    ///
    /// The same value always gives the same bytes. A double is written with the fewest digits that read back as itself,
    /// always with a fraction or an exponent, so that it stays a double; a non-finite one as `null`. Control characters
    /// are escaped, other characters stand as they are. Recurses as deep as the value nests.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let bool): bytes.append(contentsOf: (bool ? "true" : "false").utf8)
        case .integer(let integer): JSONWriter.write(integer, into: &bytes)
        case .number(let number): JSONWriter.write(number, into: &bytes)
        case .string(let string): JSONWriter.write(string, into: &bytes)
        case .array(let elements): JSONWriter.write(elements, into: &bytes)
        case .object(let object): object.write(into: &bytes)
        }
    }

    /// The value as compact JSON in UTF-8.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    /// The value as compact JSON.
    public var description: String { String(decoding: encoded, as: UTF8.self) }
}

extension JSONObject: CustomStringConvertible {
    /// Appends the object as compact JSON, members in their order.
    public func write(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in self {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONWriter.write(key, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value.write(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    public var description: String { JSONValue.object(self).description }
}

/// The JSON spelling of each kind of value.
enum JSONWriter {
    static func write(_ integer: Int64, into bytes: inout [UInt8]) {
        var magnitude = integer.magnitude
        if magnitude < 10 && integer >= 0 { return bytes.append(UInt8(ascii: "0") + UInt8(magnitude)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if integer < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: digits[start...])
        }
    }

    static func write(_ number: Double, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
    }

    static func write(_ elements: [JSONValue], into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            element.write(into: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    static func write(_ string: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let done: Void? = string.utf8.withContiguousStorageIfAvailable { escape($0, into: &bytes) }
        if done == nil { Array(string.utf8).withUnsafeBufferPointer { escape($0, into: &bytes) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies runs that need no escape at once.
    private static func escape(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
        var run = 0
        for position in text.indices {
            let byte = text[position]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F else {
                continue
            }
            bytes.append(contentsOf: text[run..<position])
            appendEscape(of: byte, to: &bytes)
            run = position + 1
        }
        bytes.append(contentsOf: text[run...])
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
