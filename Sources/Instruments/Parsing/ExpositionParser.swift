/// Reads the lines of one text, from the first to the last, without going back.
struct ExpositionParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let format: TextFormat
    let limits: ExpositionLimits
    var position = 0
    /// Where the current line ends: at a line feed, or at the end of the text.
    var lineEnd = 0
    var labelNames = LabelNames()
    var exemplarNames = LabelNames()
    /// Decoded bytes of a text that has escapes; kept from one text to the next.
    var scratch: [UInt8] = []
    var families: FamilyCollector

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ format: TextFormat, _ limits: ExpositionLimits) {
        self.bytes = bytes
        self.format = format
        self.limits = limits
        families = FamilyCollector(format, limits)
    }

    static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ format: TextFormat, _ limits: ExpositionLimits
    ) -> Result<ParsedExposition, ExpositionError> {
        var parser = ExpositionParser(bytes, format, limits)
        do throws(ExpositionFlaw) {
            return .success(try parser.exposition())
        } catch {
            return .failure(ExpositionError(error, in: bytes))
        }
    }

    private mutating func exposition() throws(ExpositionFlaw) -> ParsedExposition {
        guard bytes.count <= limits.bytes else {
            throw flaw(.tooMuch(.bytes, limit: limits.bytes), at: max(limits.bytes, 0))
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw flaw(.byteOrderMark) }
        if let offset = UTF8Scan.firstFlaw(bytes) { throw flaw(.invalidUTF8, at: offset) }
        try format.isOpenMetrics ? openMetricsLines() : textLines()
        try families.end()
        return ParsedExposition(format: format, families: families.done)
    }

    private mutating func textLines() throws(ExpositionFlaw) {
        while position < bytes.count {
            findLineEnd()
            skipBlanks()
            if peek == UInt8(ascii: "#") {
                try textComment()
            } else if peek != nil {
                try sample()
            }
            guard lineEnd < bytes.count else { throw flaw(.missingNewline, at: lineEnd) }
            position = lineEnd + 1
        }
    }

    private mutating func openMetricsLines() throws(ExpositionFlaw) {
        while position < bytes.count {
            findLineEnd()
            if lineEnd == position { throw flaw(.blankLine) }
            if peek == UInt8(ascii: "#") {
                if try openMetricsMetadata() { return }
            } else {
                try sample()
            }
            guard lineEnd < bytes.count else { throw flaw(.missingEnd, at: lineEnd) }
            position = lineEnd + 1
        }
        throw flaw(.missingEnd)
    }

    private mutating func findLineEnd() {
        lineEnd = position
        while lineEnd < bytes.count, bytes[lineEnd] != UInt8(ascii: "\n") { lineEnd &+= 1 }
    }

    func flaw(_ fault: ExpositionFault, at offset: Int? = nil) -> ExpositionFlaw {
        ExpositionFlaw(fault: fault, offset: offset ?? position)
    }

    /// What stands here, where something else must.
    func unexpected(_ expected: ExpositionFault.Expected) -> ExpositionFlaw {
        if peek == UInt8(ascii: "\r"), position + 1 == lineEnd { return flaw(.carriageReturn) }
        let rest = String(decoding: slice(position..<min(position + 4, lineEnd)), as: UTF8.self)
        return flaw(.unexpected(found: ExpositionFault.shown(rest.unicodeScalars.first), expected: expected))
    }
}
