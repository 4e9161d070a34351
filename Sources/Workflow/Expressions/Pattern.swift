/// A regular expression whose time is bounded by the length of the text times the size of the pattern.
///
/// It looks for the pattern anywhere in the text; `^…$` asks for the whole. The syntax: literals, `.`, classes `[a-z]`
/// `[^…]`, `\d \w \s` and `\D \W \S` (ASCII), `\b \B`, `^ $ \A \z`, groups `(…)` `(?:…)` `(?<name>…)`, alternatives,
/// `? * + {m} {m,} {m,n}` with or without a lazy `?`, escapes `\n \t \r \f \v \xHH \uHHHH \x{H…}`, flags `(?i)`, `(?m)`,
/// `(?s)` from where they stand, or for a group `(?i:…)`. `.` leaves out the line feed unless `s` is on; `^` and `$` are
/// the ends of the text unless `m` is on. Characters are Unicode scalars; `(?i)` takes upper and lower case of single
/// scalars for one. Back-references and look-around are refused.
///
/// Bounds: 4,096 bytes of pattern, 2,000 instructions, counts up to 1,000, groups 50 deep. A text over 64 KiB does not
/// match, nor one that would take too many steps: it takes a pattern of hundreds of instructions that are all alive at
/// once on a text of many KiB to get there.
public struct Pattern: Sendable, Hashable {
    /// The pattern as it was written.
    public let source: String
    let program: PatternProgram

    public static let maximumBytes = 4096
    public static let maximumInstructions = 2000
    public static let maximumCount = 1000
    public static let maximumDepth = 50
    /// Longer texts never match.
    public static let maximumTextBytes = 64 << 10
    public init(parsing source: String) throws(ExpressionError) {
        guard source.utf8.count <= Self.maximumBytes else {
            throw ExpressionError(.textTooLong(limit: Self.maximumBytes))
        }
        var parser = PatternParser(source)
        let tree = try parser.parse()
        self.source = source
        program = try PatternCompiler.compile(tree)
    }

    /// Whether the pattern occurs in the text.
    public func matches(_ text: String) -> Bool {
        var work = Work()
        return matches(text, &work)
    }

    /// False as well when the work is over, which the caller has to look at.
    func matches(_ text: String, _ work: inout Work) -> Bool {
        guard text.utf8.count <= Self.maximumTextBytes else { return false }
        var machine = PatternMachine(program, steps: work.left)
        let occurs = machine.search(text.unicodeScalars)
        // What it takes to begin is more than a step.
        work.spend(machine.steps + program.instructions.count)
        return occurs
    }

    public static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }

    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Pattern: CustomStringConvertible {
    public var description: String { source }
}

/// A pattern as a tree.
indirect enum PatternTree: Sendable {
    case empty
    case set(ScalarSet)
    case assertion(PatternAssertion)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    /// `upper` nil is without end.
    case repeated(PatternTree, lower: Int, upper: Int?)
}

enum PatternAssertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

    func holds(before: UInt32?, after: UInt32?) -> Bool {
        switch self {
        case .textStart: before == nil
        case .textEnd: after == nil
        case .lineStart: before == nil || before == 0x0A
        case .lineEnd: after == nil || after == 0x0A
        case .wordBoundary: Self.isWord(before) != Self.isWord(after)
        case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
        }
    }

    private static func isWord(_ scalar: UInt32?) -> Bool {
        guard let scalar else { return false }
        return ScalarSet.word.contains(scalar)
    }
}

/// A set of Unicode scalars: a bit map for ASCII, ranges for the rest.
struct ScalarSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var ranges: [ClosedRange<UInt32>] = []
    private var isNegated = false
    private(set) var ignoresCase = false

    init() {}

    init(_ ranges: [ClosedRange<UInt32>]) {
        for range in ranges { insert(range) }
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        if range.lowerBound < 0x80 {
            for value in range.lowerBound...min(range.upperBound, 0x7F) { insertASCII(value) }
        }
        if range.upperBound >= 0x80 { ranges.append(max(range.lowerBound, 0x80)...range.upperBound) }
    }

    private mutating func insertASCII(_ value: UInt32) {
        if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }

    mutating func formUnion(_ other: ScalarSet) {
        // Only the named classes are merged in, and the negated ones are written out as ranges.
        low |= other.low
        high |= other.high
        ranges += other.ranges
    }

    /// The set once its members are all there.
    func finished(negated: Bool, ignoringCase: Bool) -> ScalarSet {
        var set = self
        if ignoringCase {
            set.ignoresCase = true
            for letter in UInt32(0x61)...0x7A where containsPlain(letter) || containsPlain(letter - 32) {
                set.insertASCII(letter)
                set.insertASCII(letter - 32)
            }
        }
        set.isNegated = negated
        return set
    }

    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 128 { return containsPlain(scalar) != isNegated }
        return contains(FoldedScalar(scalar, ignoringCase: ignoresCase))
    }

    @inline(__always)
    func contains(_ scalar: FoldedScalar) -> Bool {
        if scalar.plain < 128 { return containsPlain(scalar.plain) != isNegated }
        return containsBeyondASCII(scalar) != isNegated
    }

    /// What it costs to ask about a scalar beyond ASCII.
    var weight: Int { 1 + ranges.count / 4 }

    private func containsBeyondASCII(_ scalar: FoldedScalar) -> Bool {
        if containsPlain(scalar.plain) { return true }
        guard ignoresCase else { return false }
        return scalar.lower.map(containsPlain) ?? false || scalar.upper.map(containsPlain) ?? false
    }

    private func containsPlain(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return high >> UInt64(scalar - 64) & 1 == 1 }
        return ranges.contains { $0.contains(scalar) }
    }

    private static let last: UInt32 = 0x10FFFF
    static let digit = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0D, 0x20...0x20])
    static let noDigit = ScalarSet([0...0x2F, 0x3A...last])
    static let noWord = ScalarSet([0...0x2F, 0x3A...0x40, 0x5B...0x5E, 0x60...0x60, 0x7B...last])
    static let noSpace = ScalarSet([0...0x08, 0x0E...0x1F, 0x21...last])
    static let any = ScalarSet([0...last])
    static let anyButLineFeed = ScalarSet([0...0x09, 0x0B...last])
}

/// A scalar with its other cases, which are looked up once for all instructions that ask about it.
struct FoldedScalar {
    let plain: UInt32
    /// Nil when there is none, when it is several scalars, and when it does not count.
    var lower: UInt32?
    var upper: UInt32?

    init(_ scalar: UInt32, ignoringCase: Bool) {
        plain = scalar
        guard ignoringCase, scalar >= 128, let properties = Unicode.Scalar(scalar)?.properties else { return }
        lower = Self.single(properties.lowercaseMapping)
        upper = Self.single(properties.uppercaseMapping)
    }

    private static func single(_ mapping: String) -> UInt32? {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first?.value : nil
    }
}
