import Wording

/// A regular expression of a matcher, in the syntax of RE2 as Go has it, that a value must match as a whole.
public struct Pattern: Sendable, Hashable {
    /// As it was written.
    public let source: String
    let tree: PatternTree

    /// - Throws: what Go's `regexp` would refuse; beyond that, what is nested deeper than 200 groups.
    public init(parsing source: String) throws(PatternError) {
        var parser = PatternParser(source)
        tree = try parser.parse()
        self.source = source
    }

    /// Whether the empty text matches, and with it a label that is absent.
    public var allowsEmpty: Bool { tree.allowsEmpty }

    /// Whether both are written the same.
    public static func == (left: Self, right: Self) -> Bool { left.source == right.source }

    /// Of the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

/// Why a text is no regular expression.
public enum PatternError: Error, Sendable, Hashable {
    case missingParenthesis
    case unexpectedParenthesis
    case missingBracket
    case openQuotation
    case missingOperand(String)
    case nestedRepetition(String)
    case repetitionSize(String)
    case unknownEscape(String)
    case trailingBackslash
    case unknownClass(String)
    case backwardRange(String)
    case unknownGroup(String)
    case invalidUTF8
    case tooDeep

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .missingParenthesis: "a ( is not closed"
        case .unexpectedParenthesis: "a ) closes nothing"
        case .missingBracket: "a [ is not closed"
        case .openQuotation: "a \\Q has no \\E"
        case .missingOperand(let text): "nothing stands before \(Prose.quote(text))"
        case .nestedRepetition(let text): "\(Prose.quote(text)) repeats a repetition"
        case .repetitionSize(let text): "\(Prose.quote(text)) repeats more than 1000 times, or counts backwards"
        case .unknownEscape(let text): "\(Prose.quote(text)) is no escape"
        case .trailingBackslash: "it ends with a backslash"
        case .unknownClass(let text): "\(Prose.quote(text)) is no class of characters"
        case .backwardRange(let text): "the range \(Prose.quote(text)) goes backwards"
        case .unknownGroup(let text): "\(Prose.quote(text)) begins no group of RE2"
        case .invalidUTF8: "it is not UTF-8"
        case .tooDeep: "its groups are nested too deep"
        }
    }
}

extension Matcher {
    /// Whether a series without the label matches.
    ///
    /// - Throws: when the value is no regular expression and must be one.
    public var allowsEmpty: Bool {
        get throws(PatternError) {
            switch operation {
            case .equal: return value.value.isEmpty
            case .notEqual: return !value.value.isEmpty
            case .matches: return try pattern.allowsEmpty
            case .notMatches: return try !pattern.allowsEmpty
            }
        }
    }

    private var pattern: Pattern {
        get throws(PatternError) {
            guard value.bytes == nil else { throw .invalidUTF8 }
            return try Pattern(parsing: value.value)
        }
    }
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

    var allowsEmpty: Bool {
        switch self {
        case .empty: true
        case .set: false
        case .assertion(let assertion): assertion != .wordBoundary
        case .sequence(let parts): parts.allSatisfy(\.allowsEmpty)
        case .alternatives(let parts): parts.contains(where: \.allowsEmpty)
        case .repeated(let part, let lower, _): lower == 0 || part.allowsEmpty
        }
    }

    /// Whether repetitions inside one another stay within a number of copies.
    func repeats(atMost limit: Int) -> Bool {
        switch self {
        case .empty, .set, .assertion: return true
        case .sequence(let parts), .alternatives(let parts): return parts.allSatisfy { $0.repeats(atMost: limit) }
        case .repeated(let part, let lower, let upper):
            // As Go has it: *, + and ? count for nothing.
            guard case .counted = Repetition(lower, upper) else { return part.repeats(atMost: limit) }
            if upper == 0 { return true }
            let most = upper ?? lower
            guard most <= limit else { return false }
            return part.repeats(atMost: most > 0 ? limit / most : limit)
        }
    }

    private enum Repetition {
        case counted, sign

        init(_ lower: Int, _ upper: Int?) {
            switch (lower, upper) {
            case (0, nil), (1, nil), (0, 1): self = .sign
            default: self = .counted
            }
        }
    }
}

enum PatternAssertion: Sendable, Hashable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}

extension Pattern {
    /// A pattern that matches this text alone.
    public static func escaped(_ text: String) -> String {
        text.map { #"\.+*?()|[]{}^$"#.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
