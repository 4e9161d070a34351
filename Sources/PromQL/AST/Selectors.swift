/// What picks series by name and labels, at one time.
public struct VectorSelector: Sendable, Hashable {
    /// The metric's name; nil when only matchers pick.
    public var name: Name?
    /// Whether the name stands quoted inside the braces, as Prometheus has it since 3.0.
    public var hasNameInBraces: Bool
    /// In the order of the text. A matcher of `__name__` is one of them.
    public var matchers: [Matcher]
    /// How far back in time.
    public var offset: Offset?
    /// At which time, instead of that of the query.
    public var timestamp: TimestampModifier?
    /// How values at the ends of the range are found; an experiment of Prometheus since 3.7.
    public var edges: RangeEdges?
    /// Everything from the name to the last modifier; in a ``RangeSelector``, name and matchers only.
    public var range: SourceRange

    public init(
        name: Name?, hasNameInBraces: Bool = false, matchers: [Matcher] = [], offset: Offset? = nil,
        timestamp: TimestampModifier? = nil, edges: RangeEdges? = nil,
        range: SourceRange
    ) {
        self.name = name
        self.hasNameInBraces = hasNameInBraces
        self.matchers = matchers
        self.offset = offset
        self.timestamp = timestamp
        self.edges = edges
        self.range = range
    }
}

/// `name[5m] anchored`, `name smoothed`.
public struct RangeEdges: Sendable, Hashable {
    /// Whether values are interpolated, and not those that are nearest.
    public var isSmoothed: Bool
    /// The word.
    public var range: SourceRange

    public init(isSmoothed: Bool, range: SourceRange) {
        self.isSmoothed = isSmoothed
        self.range = range
    }
}

/// `label="value"` in the braces of a selector.
public struct Matcher: Sendable, Hashable {
    /// How a label's value is compared.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case notMatches = "!~"

        /// Whether the value is a regular expression.
        public var isRegex: Bool { self == .matches || self == .notMatches }
    }

    /// Of which label.
    public var label: Name
    /// How it is compared.
    public var operation: Operation
    /// With what: a text or a regular expression.
    public var value: StringLiteral

    public init(label: Name, operation: Operation, value: StringLiteral) {
        self.label = label
        self.operation = operation
        self.value = value
    }

    /// From the label to the end of the value.
    public var range: SourceRange { label.range.through(value.range) }
}

/// `offset 5m`, `offset -5m`.
public struct Offset: Sendable, Hashable {
    /// How long.
    public var duration: DurationLiteral
    /// From the word to the end of the duration.
    public var range: SourceRange

    public init(duration: DurationLiteral, range: SourceRange) {
        self.duration = duration
        self.range = range
    }
}

/// `@ 1700000000`, `@ start()`, `@ end()`.
public struct TimestampModifier: Sendable, Hashable {
    /// What stands after the `@`.
    public enum Time: Sendable, Hashable {
        /// Seconds since 1970.
        case seconds(Double)
        /// The start of a range query.
        case start
        /// The end of a range query.
        case end
    }

    /// What stands after the `@`.
    public var time: Time
    /// From the `@` to the end of the time.
    public var range: SourceRange

    public init(time: Time, range: SourceRange) {
        self.time = time
        self.range = range
    }
}

/// A selector over a span of time: `name[5m]`. Its offset, `@` and edges stand in the text after the bracket, and belong
/// to ``selector`` in the tree.
public struct RangeSelector: Sendable, Hashable {
    /// What picks the series.
    public var selector: VectorSelector
    /// How long.
    public var duration: DurationLiteral
    /// The whole of it, modifiers included.
    public var range: SourceRange

    public init(selector: VectorSelector, duration: DurationLiteral, range: SourceRange) {
        self.selector = selector
        self.duration = duration
        self.range = range
    }
}

/// An expression evaluated again and again over a span of time: `expression[1h:5m]`.
public struct Subquery: Sendable, Hashable {
    /// What is evaluated.
    public var expression: Expression
    /// How long.
    public var duration: DurationLiteral
    /// The time from one evaluation to the next; nil is the evaluation interval of the server.
    public var step: DurationLiteral?
    /// How far back in time.
    public var offset: Offset?
    /// At which time, instead of that of the query.
    public var timestamp: TimestampModifier?
    /// The whole of it, modifiers included.
    public var range: SourceRange

    public init(
        expression: Expression, duration: DurationLiteral, step: DurationLiteral? = nil, offset: Offset? = nil,
        timestamp: TimestampModifier? = nil, range: SourceRange
    ) {
        self.expression = expression
        self.duration = duration
        self.step = step
        self.offset = offset
        self.timestamp = timestamp
        self.range = range
    }
}
