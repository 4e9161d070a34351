extension PatternParser {
    /// What a backslash begins outside brackets.
    mutating func escape() throws(PatternError) -> [PatternTree] {
        let start = position
        switch position + 1 < scalars.count ? scalars[position + 1] : nil {
        case "A": position += 2; return [.assertion(.textStart)]
        case "z": position += 2; return [.assertion(.textEnd)]
        case "b": position += 2; return [.assertion(.wordBoundary)]
        case "B": position += 2; return [.assertion(.noWordBoundary)]
        case "Q": return try quoted()
        default: break
        }
        var set = ScalarSet()
        set.ignoresCase = flags.ignoresCase
        if try addClass(to: &set) { return [.set(set)] }
        position = start
        return [literal(try escapedScalar())]
    }

    /// `\Q…\E`: what stands between is literal, and each character an item of its own. Go would do without the end, but
    /// Prometheus puts the pattern into a group, whose end would be quoted then.
    private mutating func quoted() throws(PatternError) -> [PatternTree] {
        position += 2
        var items: [PatternTree] = []
        while let scalar = peek {
            if scalar == "\\", position + 1 < scalars.count, scalars[position + 1] == "E" {
                position += 2
                return items
            }
            items.append(literal(scalar))
            position += 1
        }
        throw .openQuotation
    }

    /// `\d`, `\p{Greek}` and their like.
    ///
    /// - Returns: false, and nothing consumed, when none is here.
    private mutating func addClass(to set: inout ScalarSet) throws(PatternError) -> Bool {
        guard peek == "\\", position + 1 < scalars.count else { return false }
        switch scalars[position + 1] {
        case "d": set.ranges += ScalarSet.digits
        case "D": set.ranges += ScalarSet.complement(ScalarSet.digits)
        case "s": set.ranges += ScalarSet.spaces
        case "S": set.ranges += ScalarSet.complement(ScalarSet.spaces)
        case "w": set.ranges += ScalarSet.words
        case "W": set.ranges += ScalarSet.complement(ScalarSet.words)
        case "p", "P":
            try addProperty(to: &set)
            return true
        default: return false
        }
        position += 2
        return true
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}`, `\P{Greek}`.
    private mutating func addProperty(to set: inout ScalarSet) throws(PatternError) {
        let start = position
        var isNegated = scalars[position + 1] == "P"
        position += 2
        guard let first = peek else { throw .unknownClass(text(from: start)) }
        position += 1
        var name = String(Character(first))
        if first == "{" {
            let nameStart = position
            while let scalar = peek, scalar != "}" { position += 1 }
            name = text(from: nameStart)
            guard take("}") else { throw .unknownClass(text(from: start)) }
        }
        if name.hasPrefix("^") {
            isNegated.toggle()
            name.removeFirst()
        }
        guard UnicodeProperty.names.contains(name) else { throw .unknownClass(text(from: start)) }
        set.properties.append((name, isNegated))
    }

    // MARK: Brackets

    mutating func characterClass() throws(PatternError) -> ScalarSet {
        position += 1
        var set = ScalarSet()
        set.ignoresCase = flags.ignoresCase
        set.isNegated = take("^")
        var isFirst = true
        while peek != "]" || isFirst {
            isFirst = false
            if try addNamedClass(to: &set) { continue }
            if try addClass(to: &set) { continue }
            set.ranges.append(try range())
        }
        position += 1
        return set
    }

    private mutating func range() throws(PatternError) -> ClosedRange<UInt32> {
        let start = position
        let lower = try classScalar()
        let isRange = peek == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
        guard isRange else { return lower.value...lower.value }
        position += 1
        let upper = try classScalar()
        guard lower <= upper else { throw .backwardRange(text(from: start)) }
        return lower.value...upper.value
    }

    private mutating func classScalar() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = peek else { throw .missingBracket }
        if scalar == "\\" { return try escapedScalar() }
        position += 1
        return scalar
    }

    /// `[:alpha:]`, `[:^alpha:]`.
    private mutating func addNamedClass(to set: inout ScalarSet) throws(PatternError) -> Bool {
        guard peek == "[", position + 2 < scalars.count, scalars[position + 1] == ":" else { return false }
        var end = position + 2
        while end + 1 < scalars.count, !(scalars[end] == ":" && scalars[end + 1] == "]") { end += 1 }
        guard end + 1 < scalars.count else { return false }
        let start = position
        position += 2
        let isNegated = end > position && take("^")
        var name = String.UnicodeScalarView()
        name.append(contentsOf: scalars[position..<end])
        position = end + 2
        guard let ranges = ScalarSet.named[String(name)] else { throw .unknownClass(text(from: start)) }
        set.ranges += isNegated ? ScalarSet.complement(ranges) : ranges
        return true
    }

    // MARK: Escapes

    /// One character after a backslash.
    private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let scalar = peek else { throw .trailingBackslash }
        position += 1
        switch scalar {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "x": return try hexadecimal(start)
        case "0"..."7":
            let isAlone = scalar != "0" && !(peek.map { "0"..."7" ~= $0 } ?? false)
            if isAlone { throw .unknownEscape(text(from: start)) }
            return octal(first: scalar)
        default:
            let isSign = scalar.isASCII && !("0"..."9" ~= scalar || "a"..."z" ~= scalar || "A"..."Z" ~= scalar)
            guard isSign else { throw .unknownEscape(text(from: start)) }
            return scalar
        }
    }

    private mutating func octal(first: Unicode.Scalar) -> Unicode.Scalar {
        var value = first.value - 0x30
        for _ in 0..<2 {
            guard let digit = peek, "0"..."7" ~= digit else { break }
            value = value * 8 + digit.value - 0x30
            position += 1
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> Unicode.Scalar {
        let isBraced = take("{")
        var value: UInt32 = 0
        var digits = 0
        while let digit = peek.flatMap({ $0.isASCII ? Character($0).hexDigitValue : nil }), isBraced || digits < 2 {
            value = min(value * 16 + UInt32(digit), 0x110000)
            digits += 1
            position += 1
        }
        let isWhole = isBraced ? digits > 0 && take("}") : digits == 2
        guard isWhole, value <= 0x10FFFF else { throw .unknownEscape(text(from: start)) }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
