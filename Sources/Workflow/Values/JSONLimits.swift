/// What the JSON reader accepts at most; a text beyond any of these is refused with the place where it went too far.
public struct JSONLimits: Sendable, Hashable {
    /// Lists and objects inside one another. The reader recurses this deep and no deeper.
    public var depth: Int
    /// Values in all, the root and every list element and member value included.
    public var values: Int
    /// The UTF-8 length of one string or key, after its escapes are decoded.
    public var stringBytes: Int

    /// No `depth` given to ``init(depth:values:stringBytes:)`` takes effect beyond this, so that a thread's stack holds.
    public static let deepest = 512

    public init(depth: Int = 64, values: Int = 50_000, stringBytes: Int = 1 << 20) {
        self.depth = min(max(depth, 0), Self.deepest)
        self.values = values
        self.stringBytes = stringBytes
    }

    /// For texts from outside: 64 levels, 50,000 values, strings up to 1 MiB.
    public static let standard = JSONLimits()

    /// For texts that this program wrote itself, such as journal records; they may nest deeper than what comes in,
    /// because a template puts values inside other values.
    public static let trusted = JSONLimits(depth: deepest, values: .max, stringBytes: .max)
}
