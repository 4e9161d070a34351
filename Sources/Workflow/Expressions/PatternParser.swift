/// Reads the syntax of ``Pattern`` into a tree.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var flags = Flags()

    private struct Flags {
        var ignoresCase = false
        var multiline = false
        var dotAll = false
    }

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func parse() throws(ExpressionError) -> PatternTree {
        let tree = try alternatives()
        guard position == scalars.count else { throw fault(.unopenedGroup) }
        return tree
    }

    private mutating func alternatives() throws(ExpressionError) -> PatternTree {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(ExpressionError) -> PatternTree {
        var items: [PatternTree] = []
        while let next = peek, next != "|", next != ")" {
            let start = position
            guard let atom = try atom() else { continue }
            items.append(try repeats(of: atom, from: start))
        }
        return items.count == 1 ? items[0] : items.isEmpty ? .empty : .sequence(items)
    }

    /// One thing that can be repeated; nil for a change of flags.
    private mutating func atom() throws(ExpressionError) -> PatternTree? {
        let place = position
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "(": return try group(place)
        case "[": return try characterClass(place)
        case ".": return .set(flags.dotAll ? .any : .anyButLineFeed)
        case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.multiline ? .lineEnd : .textEnd)
        case "\\": return try escape(place)
        case "*", "+", "?": throw fault(.nothingToRepeat, at: place)
        default: return literal(scalar.value)
        }
    }

    private func literal(_ scalar: UInt32) -> PatternTree {
        .set(ScalarSet([scalar...scalar]).finished(negated: false, ignoringCase: flags.ignoresCase))
    }

    // MARK: Repeats

    private mutating func repeats(of atom: PatternTree, from start: Int) throws(ExpressionError) -> PatternTree {
        let place = position
        guard let bounds = try repeatBounds() else { return atom }
        if case .assertion = atom { throw fault(.nothingToRepeat, at: place) }
        // Greedy or lazy makes no difference to whether something matches.
        _ = take("?")
        if peek == "+" { throw fault(.possessive) }
        if peek == "*" || peek == "?" { throw fault(.nothingToRepeat) }
        return .repeated(atom, lower: bounds.lower, upper: bounds.upper)
    }

    private mutating func repeatBounds() throws(ExpressionError) -> (lower: Int, upper: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard peek == "{" else { return nil }
        return try countedBounds()
    }

    /// `{m}`, `{m,}`, `{m,n}`; nil, with nothing consumed, when the brace is a literal.
    private mutating func countedBounds() throws(ExpressionError) -> (lower: Int, upper: Int?)? {
        let start = position
        position += 1
        guard let lower = number() else { return rewind(start) }
        var upper: Int? = lower
        if take(",") { upper = number() }
        guard take("}") else { return rewind(start) }
        guard max(lower, upper ?? 0) <= Pattern.maximumCount else {
            throw fault(.repeatTooLarge(limit: Pattern.maximumCount), at: start)
        }
        if let upper, upper < lower { throw fault(.badRepeat(text(start)), at: start) }
        return (lower, upper)
    }

    private mutating func rewind(_ start: Int) -> (lower: Int, upper: Int?)? {
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let next = peek, "0"..."9" ~= next {
            value = min((value ?? 0) * 10 + Int(next.value - 0x30), Pattern.maximumCount + 1)
            position += 1
        }
        return value
    }

    // MARK: Groups

    private mutating func group(_ place: Int) throws(ExpressionError) -> PatternTree? {
        let outer = flags
        if take("?"), try !groupHead(place) { return nil }
        depth += 1
        guard depth <= Pattern.maximumDepth else {
            throw fault(.tooDeep(limit: Pattern.maximumDepth), at: place)
        }
        let inner = try alternatives()
        guard take(")") else { throw fault(.unclosedGroup, at: place) }
        depth -= 1
        flags = outer
        return inner
    }

    /// What follows `(?`: true when a group begins, false when it only changed flags.
    private mutating func groupHead(_ place: Int) throws(ExpressionError) -> Bool {
        switch peek {
        case ":":
            position += 1
            return true
        case "=", "!": throw fault(.lookAround, at: place)
        case ">": throw fault(.atomicGroup, at: place)
        case "<", "P":
            try groupName(place)
            return true
        default: return try groupFlags(place)
        }
    }

    private mutating func groupName(_ place: Int) throws(ExpressionError) {
        if take("P"), peek == "=" { throw fault(.backReference, at: place) }
        guard take("<") else { throw fault(.unknownGroup, at: place) }
        if peek == "=" || peek == "!" { throw fault(.lookAround, at: place) }
        let start = position
        while let next = peek, next.properties.isAlphabetic || next == "_" || "0"..."9" ~= next { position += 1 }
        guard position > start, take(">") else { throw fault(.unknownGroup, at: place) }
    }

    private mutating func groupFlags(_ place: Int) throws(ExpressionError) -> Bool {
        var value = true
        while let next = peek {
            position += 1
            switch next {
            case "-": value = false
            case "i": flags.ignoresCase = value
            case "m": flags.multiline = value
            case "s": flags.dotAll = value
            case ")": return false
            case ":": return true
            default:
                if next.properties.isAlphabetic { throw fault(.unknownFlag(String(Character(next))), at: place) }
                throw fault(.unknownGroup, at: place)
            }
        }
        throw fault(.unclosedGroup, at: place)
    }

    // MARK: Escapes and classes

    private mutating func escape(_ place: Int) throws(ExpressionError) -> PatternTree {
        guard let next = peek else { throw fault(.trailingBackslash, at: place) }
        let assertions: [Unicode.Scalar: PatternAssertion] = [
            "b": .wordBoundary, "B": .noWordBoundary, "A": .textStart, "z": .textEnd,
        ]
        if let assertion = assertions[next] {
            position += 1
            return .assertion(assertion)
        }
        if let set = namedSet(next) {
            position += 1
            return .set(set)
        }
        return literal(try escapedScalar(place))
    }

    private func namedSet(_ letter: Unicode.Scalar) -> ScalarSet? {
        switch letter {
        case "d": .digit
        case "D": .noDigit
        case "w": .word
        case "W": .noWord
        case "s": .space
        case "S": .noSpace
        default: nil
        }
    }

    /// The scalar that the escape at the position (behind its backslash) stands for.
    private mutating func escapedScalar(_ place: Int) throws(ExpressionError) -> UInt32 {
        let letter = scalars[position]
        position += 1
        switch letter {
        case "n": return 0x0A
        case "t": return 0x09
        case "r": return 0x0D
        case "f": return 0x0C
        case "v": return 0x0B
        case "x": return try hex(place, digits: 2)
        case "u": return try hex(place, digits: 4)
        case "p", "P": throw fault(.unicodeProperty, at: place)
        case "k", "1"..."9": throw fault(.backReference, at: place)
        case "a"..."z", "A"..."Z", "0": throw fault(.unknownEscape(text(place)), at: place)
        default: return letter.value
        }
    }

    private mutating func hex(_ place: Int, digits: Int) throws(ExpressionError) -> UInt32 {
        let braced = take("{")
        var value: UInt32 = 0
        var count = 0
        while let next = peek, count < (braced ? 6 : digits), let digit = Character(next).hexDigitValue, next.isASCII {
            value = value << 4 | UInt32(digit)
            count += 1
            position += 1
        }
        let isComplete = braced ? count > 0 && take("}") : count == digits
        guard isComplete, Unicode.Scalar(value) != nil else { throw fault(.badHex, at: place) }
        return value
    }

    private mutating func characterClass(_ place: Int) throws(ExpressionError) -> PatternTree {
        let negated = take("^")
        var set = ScalarSet()
        var isFirst = true
        while true {
            guard let next = peek else { throw fault(.unclosedClass, at: place) }
            if next == "]" {
                if isFirst { throw fault(.emptyClass, at: place) }
                position += 1
                return .set(set.finished(negated: negated, ignoringCase: flags.ignoresCase))
            }
            isFirst = false
            try classItem(into: &set)
        }
    }

    private mutating func classItem(into set: inout ScalarSet) throws(ExpressionError) {
        let place = position
        if peek == "[", position + 1 < scalars.count, scalars[position + 1] == ":" { throw fault(.posixClass) }
        guard let lower = try classScalar(into: &set) else { return }
        // A hyphen at the end of the class, or before a named set, stands for itself.
        guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
            return set.insert(lower...lower)
        }
        position += 1
        guard let upper = try classScalar(into: &set) else {
            set.insert(0x2D...0x2D)
            return set.insert(lower...lower)
        }
        guard lower <= upper else { throw fault(.badRange(text(place)), at: place) }
        set.insert(lower...upper)
    }

    /// One scalar of a class; nil when it was a named set, which is merged in.
    private mutating func classScalar(into set: inout ScalarSet) throws(ExpressionError) -> UInt32? {
        let place = position
        guard take("\\") else {
            position += 1
            return scalars[place].value
        }
        guard let next = peek else { throw fault(.trailingBackslash, at: place) }
        if let named = namedSet(next) {
            position += 1
            set.formUnion(named)
            return nil
        }
        if next == "b" {
            position += 1
            return 0x08
        }
        return try escapedScalar(place)
    }

    // MARK: Reading

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func text(_ start: Int) -> String {
        String(String.UnicodeScalarView(scalars[start..<min(position, scalars.count)]))
    }

    private func fault(_ fault: ExpressionError.PatternFault, at place: Int? = nil) -> ExpressionError {
        ExpressionError(.pattern(fault), at: place ?? position)
    }
}
