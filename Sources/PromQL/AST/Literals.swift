/// A number, without a sign: `-1` is a ``UnaryOperation``.
public struct NumberLiteral: Sendable, Hashable {
    /// The value; of a duration, its seconds.
    public var value: Double
    /// The same in nanoseconds when it is written as a duration, as Prometheus has it since 2.54: `5m` for 300.
    public var nanoseconds: Int64?
    /// The whole of it.
    public var range: SourceRange

    public init(value: Double, range: SourceRange) {
        self.value = value
        self.range = range
    }

    public init(nanoseconds: Int64, range: SourceRange) {
        value = Double(nanoseconds) / 1e9
        self.nanoseconds = nanoseconds
        self.range = range
    }

    /// By the value's bits, so that NaN is equal to itself.
    public static func == (left: Self, right: Self) -> Bool {
        left.value.bitPattern == right.value.bitPattern && left.nanoseconds == right.nanoseconds
    }

    /// Of the value's bits.
    public func hash(into hasher: inout Hasher) { hasher.combine(value.bitPattern) }
}

/// A text in double quotes, single quotes or back-ticks.
public struct StringLiteral: Sendable, Hashable {
    /// The text, its escapes decoded.
    public var value: String
    /// The decoded bytes when they are not UTF-8, as in `"\xff"`; then ``value`` has U+FFFD for what is wrong in them.
    public var bytes: [UInt8]?
    /// The quotes included.
    public var range: SourceRange

    public init(value: String, bytes: [UInt8]? = nil, range: SourceRange) {
        self.value = value
        self.bytes = bytes
        self.range = range
    }
}

/// A length of time: `5m`, `1h30m`, or since Prometheus 2.54 a number of seconds.
public struct DurationLiteral: Sendable, Hashable {
    /// In nanoseconds, which is what Prometheus counts in; below 0 only in an ``Offset``.
    public var nanoseconds: Int64
    /// A sign included.
    public var range: SourceRange

    public init(nanoseconds: Int64, range: SourceRange) {
        self.nanoseconds = nanoseconds
        self.range = range
    }

    /// In seconds.
    public var seconds: Double { Double(nanoseconds) / 1e9 }
}

/// The name of a metric, a label or a function.
public struct Name: Sendable, Hashable {
    /// The name, without quotes.
    public var text: String
    /// Quotes included, where there are any.
    public var range: SourceRange

    public init(text: String, range: SourceRange) {
        self.text = text
        self.range = range
    }
}

extension Name {
    /// Whether a label can be called so without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
    public static func isPlainLabel(_ text: String) -> Bool { isPlain(text, colons: false) }

    /// Whether a metric can be called so without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    public static func isPlainMetric(_ text: String) -> Bool { isPlain(text, colons: true) }

    private static func isPlain(_ text: String, colons: Bool) -> Bool {
        var first = true
        for byte in text.utf8 {
            switch ByteClass.of(byte) {
            case .letter: break
            case .digit where !first: break
            case .colon where colons: break
            default: return false
            }
            first = false
        }
        return !first
    }
}
