/// Reads the syntax of RE2 as Go's `regexp` has it.
struct PatternParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0

    struct Flags {
        var ignoresCase = false
        var multiline = false
        /// Prometheus has it on since 3.0; for whether the empty text matches it makes no difference.
        var dotAll = true
    }

    private static let deepest = 200

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    func text(from start: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<min(position, scalars.count)])
        return String(text)
    }

    mutating func parse() throws(PatternError) -> PatternTree {
        let tree = try alternatives()
        guard position == scalars.count else { throw .unexpectedParenthesis }
        return tree
    }

    private mutating func alternatives() throws(PatternError) -> PatternTree {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var items: [PatternTree] = []
        var repetition: Int?
        while let next = peek, next != "|", next != ")" {
            let start = position
            guard let (lower, upper) = try count() else {
                repetition = nil
                items += try atoms()
                continue
            }
            _ = take("?")
            if let repetition { throw .nestedRepetition(text(from: repetition)) }
            guard let last = items.popLast() else { throw .missingOperand(text(from: start)) }
            let repeated = PatternTree.repeated(last, lower: lower, upper: upper)
            let isLarge = lower >= 2 || upper ?? 0 >= 2
            if isLarge, !repeated.repeats(atMost: 1000) { throw .repetitionSize(text(from: start)) }
            items.append(repeated)
            repetition = start
        }
        return items.count == 1 ? items[0] : items.isEmpty ? .empty : .sequence(items)
    }

    // MARK: Repetitions

    /// `*`, `+`, `?` or `{2,3}`; nil when none is here. A brace that is none stands for itself.
    private mutating func count() throws(PatternError) -> (lower: Int, upper: Int?)? {
        let start = position
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{"), let lower = number() else {
            position = start
            return nil
        }
        var upper: Int? = lower
        if take(",") { upper = peek == "}" ? nil : number() ?? -1 }
        guard upper != -1, take("}") else {
            position = start
            return nil
        }
        let isSmall = lower <= 1000 && upper ?? 0 <= 1000 && upper ?? lower >= lower
        guard isSmall else { throw .repetitionSize(text(from: start)) }
        return (lower, upper)
    }

    /// Digits without a zero before them.
    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while let digit = peek.flatMap({ Character($0).isASCII ? Character($0).wholeNumberValue : nil }) {
            value = min(value * 10 + digit, 1_000_000)
            position += 1
        }
        let isPadded = position - start > 1 && scalars[start] == "0"
        return position == start || isPadded ? nil : value
    }

    // MARK: Atoms

    /// One thing that can be repeated; none for a change of flags, and several for a quotation.
    private mutating func atoms() throws(PatternError) -> [PatternTree] {
        guard let scalar = peek else { return [] }
        switch scalar {
        case "(": return try group().map { [$0] } ?? []
        case "[": return [.set(try characterClass())]
        case "\\": return try escape()
        default: break
        }
        position += 1
        switch scalar {
        case ".": return [.set(flags.dotAll ? .any : .anyButLineFeed)]
        case "^": return [.assertion(flags.multiline ? .lineStart : .textStart)]
        case "$": return [.assertion(flags.multiline ? .lineEnd : .textEnd)]
        default: return [literal(scalar)]
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        var set = ScalarSet([scalar.value...scalar.value])
        set.ignoresCase = flags.ignoresCase
        return .set(set)
    }

    private mutating func group() throws(PatternError) -> PatternTree? {
        let start = position
        position += 1
        let outer = flags
        if take("?") {
            guard try groupStart(start) else { return nil }
        }
        depth += 1
        guard depth <= Self.deepest else { throw .tooDeep }
        let tree = try alternatives()
        depth -= 1
        guard take(")") else { throw .missingParenthesis }
        flags = outer
        // A group of nothing can be repeated like any other.
        return tree
    }

    /// What follows `(?`.
    ///
    /// - Returns: whether a group begins; else the flags changed.
    private mutating func groupStart(_ start: Int) throws(PatternError) -> Bool {
        if peek == "P" || peek == "<" {
            if take("P"), peek != "<" { throw .unknownGroup(text(from: start)) }
            try groupName(start)
            return true
        }
        var isOn = true
        var hasFlag = false
        while let flag = peek {
            position += 1
            switch flag {
            case "i": flags.ignoresCase = isOn
            case "m": flags.multiline = isOn
            case "s": flags.dotAll = isOn
            case "U": break
            case "-" where isOn:
                isOn = false
                hasFlag = false
                continue
            case ":", ")":
                guard isOn || hasFlag else { throw .unknownGroup(text(from: start)) }
                return flag == ":"
            default: throw .unknownGroup(text(from: start))
            }
            hasFlag = true
        }
        throw .missingParenthesis
    }

    private mutating func groupName(_ start: Int) throws(PatternError) {
        position += 1
        let nameStart = position
        while let scalar = peek, ScalarSet.words.contains(where: { $0.contains(scalar.value) }) { position += 1 }
        let name = text(from: nameStart)
        // Two groups may have the same name in Go.
        guard !name.isEmpty, take(">") else { throw .unknownGroup(text(from: start)) }
    }
}
