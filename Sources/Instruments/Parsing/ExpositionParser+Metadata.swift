extension ExpositionParser {
    private typealias Keyword = ExpositionFault.Keyword

    /// A line of text that starts with `#`: HELP, TYPE, or a comment, which may say anything.
    ///
    /// As for Prometheus, a keyword is one only after a blank: `#HELP` is a comment.
    mutating func textComment() throws(ExpositionFlaw) {
        position += 1
        let hash = position
        skipBlanks()
        guard position > hash, position < lineEnd else { return }
        let word = try? token(.token)
        guard let word, let keyword = Keyword(rawValue: string(word)), keyword != .unit else { return }
        skipBlanks()
        let offset = position
        let name = try metadataName()
        if let next = peek, next != UInt8(ascii: " "), next != UInt8(ascii: "\t") { throw unexpected(.space) }
        skipBlanks()
        try families.describe(name, keyword, at: offset)
        switch keyword {
        case .type: try type(of: name)
        case .help:
            var end = lineEnd
            while end > position, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\t") {
                end -= 1
            }
            families.setHelp(try unescaped(position..<end, quotes: false))
        case .unit: break
        }
    }

    /// A line of OpenMetrics that starts with `#`.
    ///
    /// - Returns: whether it is `# EOF`.
    mutating func openMetricsMetadata() throws(ExpositionFlaw) -> Bool {
        let start = position
        position += 1
        guard take(UInt8(ascii: " ")) else { throw flaw(.comment, at: start) }
        let word = try token(.token)
        if slice(word).elementsEqual("EOF".utf8) {
            guard lineEnd == position else { throw flaw(.afterEnd) }
            guard lineEnd + 1 >= bytes.count else { throw flaw(.afterEnd, at: lineEnd + 1) }
            return true
        }
        guard let keyword = Keyword(rawValue: string(word)) else {
            throw flaw(.unknownKeyword(string(word)), at: word.lowerBound)
        }
        try space()
        let offset = position
        let name = try metadataName()
        try space()
        try families.describe(name, keyword, at: offset)
        switch keyword {
        case .type: try type(of: name)
        case .help: try openMetricsHelp()
        case .unit: try unit()
        }
        return false
    }

    private mutating func metadataName() throws(ExpositionFlaw) -> String {
        if peek == UInt8(ascii: "\"") { return try quotedName() }
        let name = try identifier(.metricName, colons: true)
        if let next = peek, next != UInt8(ascii: " "), next != UInt8(ascii: "\t") { throw unexpected(.familyNameEnd) }
        return string(name)
    }

    /// A name in quotes, where the format has them.
    mutating func quotedName() throws(ExpositionFlaw) -> String {
        guard format != .text004 else { throw flaw(.quotedName(format)) }
        let quote = position
        let content = try quoted()
        guard !content.isEmpty else { throw flaw(.emptyName, at: quote) }
        return try unescaped(content, quotes: true)
    }

    private mutating func type(of name: String) throws(ExpositionFlaw) {
        let word = try token(.token)
        let text = string(word)
        let known = ParsedExposition.FamilyType.all(in: format).first { $0.spelling(in: format) == text }
        guard let known else { throw flaw(.unknownType(text, format), at: word.lowerBound) }
        skipOptionalBlanks()
        guard position == lineEnd else { throw unexpected(.endOfLine) }
        try families.setType(known, at: word.lowerBound)
    }

    private mutating func openMetricsHelp() throws(ExpositionFlaw) {
        var index = position
        while index < lineEnd, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        if index < lineEnd { throw flaw(.unescapedQuote, at: index) }
        families.setHelp(try unescaped(position..<lineEnd, quotes: true))
    }

    private mutating func unit() throws(ExpositionFlaw) {
        let start = position
        while let byte = peek, Self.isInName(byte, first: false, colons: true) { position += 1 }
        guard position == lineEnd else { throw unexpected(.endOfLine) }
        try families.setUnit(try unescaped(start..<lineEnd, quotes: false), at: start)
    }
}
