extension ExpositionParser {
    /// The next byte of the line.
    @inline(__always)
    var peek: UInt8? { position < lineEnd ? bytes[position] : nil }

    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Steps over what may stand between two parts of a label set: blanks in text, nothing in OpenMetrics.
    mutating func skipOptionalBlanks() {
        if !format.isOpenMetrics { skipBlanks() }
    }

    /// Steps over one space.
    mutating func space(_ expected: ExpositionFault.Expected = .space) throws(ExpositionFlaw) {
        guard take(UInt8(ascii: " ")) else { throw unexpected(expected) }
    }

    /// The bytes up to the next space, or tab in text, or the end of the line; at least one.
    mutating func token(_ expected: ExpositionFault.Expected) throws(ExpositionFlaw) -> Range<Int> {
        let start = position
        while let byte = peek, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") || format.isOpenMetrics {
            position += 1
        }
        guard position > start else { throw unexpected(expected) }
        if bytes[position - 1] == UInt8(ascii: "\r"), position == lineEnd {
            throw flaw(.carriageReturn, at: position - 1)
        }
        return start..<position
    }

    func string(_ range: Range<Int>) -> String { String(decoding: slice(range), as: UTF8.self) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, in a metric's name with colons too.
    mutating func identifier(_ expected: ExpositionFault.Expected, colons: Bool) throws(ExpositionFlaw) -> Range<Int> {
        let start = position
        while let byte = peek, Self.isInName(byte, first: position == start, colons: colons) { position += 1 }
        guard position > start else { throw unexpected(expected) }
        try limit(start..<position)
        return start..<position
    }

    @inline(__always)
    static func isInName(_ byte: UInt8, first: Bool, colons: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
        case UInt8(ascii: ":"): colons
        default: false
        }
    }

    /// Steps over a quoted text.
    ///
    /// - Returns: what stands between the quotes, escapes included.
    mutating func quoted() throws(ExpositionFlaw) -> Range<Int> {
        let quote = position
        guard take(UInt8(ascii: "\"")) else { throw unexpected(.quote) }
        while let byte = peek, byte != UInt8(ascii: "\"") {
            position += byte == UInt8(ascii: "\\") && position + 1 < lineEnd ? 2 : 1
        }
        let content = quote + 1..<position
        guard take(UInt8(ascii: "\"")) else { throw flaw(.unterminatedString, at: quote) }
        try limit(content)
        return content
    }

    private func limit(_ range: Range<Int>) throws(ExpositionFlaw) {
        guard range.count <= limits.stringBytes else {
            throw flaw(.tooMuch(.string, limit: limits.stringBytes), at: range.lowerBound)
        }
    }

    /// A text without its escapes.
    ///
    /// - Parameter quotes: whether a quote is escaped, as in quotes and in the help texts of OpenMetrics.
    mutating func unescaped(_ range: Range<Int>, quotes: Bool) throws(ExpositionFlaw) -> String {
        try limit(range)
        guard slice(range).contains(UInt8(ascii: "\\")) else { return string(range) }
        scratch.removeAll(keepingCapacity: true)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                scratch.append(byte)
                continue
            }
            scratch.append(try escaped(at: &index, in: range, quotes: quotes))
        }
        return String(decoding: scratch, as: UTF8.self)
    }

    /// What the escape says whose backslash was just stepped over.
    private func escaped(at index: inout Int, in range: Range<Int>, quotes: Bool) throws(ExpositionFlaw) -> UInt8 {
        switch index < range.upperBound ? bytes[index] : nil {
        case UInt8(ascii: "\\"): break
        case UInt8(ascii: "\"") where quotes: break
        case UInt8(ascii: "n"):
            index += 1
            return UInt8(ascii: "\n")
        // The grammar of OpenMetrics takes a backslash before anything else for itself.
        case .some where format.isOpenMetrics: return UInt8(ascii: "\\")
        default:
            let shown = string(index - 1..<min(index + 4, range.upperBound)).unicodeScalars.prefix(2)
            throw flaw(.unknownEscape(String(shown)), at: index - 1)
        }
        index += 1
        return bytes[index - 1]
    }

    mutating func number(_ expected: ExpositionFault.Expected) throws(ExpositionFlaw) -> ParsedExposition.Number {
        let range = try numberToken(expected)
        do throws(NumberText.Flaw) { return try NumberText.number(slice(range)) } catch {
            let text = string(range)
            throw flaw(error == .outOfRange ? .numberOutOfRange(text) : .malformedNumber(text), at: range.lowerBound)
        }
    }

    mutating func timestamp() throws(ExpositionFlaw) -> ParsedExposition.Timestamp {
        let range = try numberToken(.timestamp)
        do throws(NumberText.Flaw) {
            return format.isOpenMetrics
                ? .seconds(try NumberText.finite(slice(range))) : .milliseconds(try NumberText.integer(slice(range)))
        } catch {
            throw flaw(.malformedTimestamp(string(range), format), at: range.lowerBound)
        }
    }

    private mutating func numberToken(_ expected: ExpositionFault.Expected) throws(ExpositionFlaw) -> Range<Int> {
        let range = try token(expected)
        guard range.count <= ExpositionLimits.numberBytes else {
            throw flaw(.tooMuch(.number, limit: ExpositionLimits.numberBytes), at: range.lowerBound)
        }
        return range
    }
}
