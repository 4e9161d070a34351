/// Where a part of a query stands in its text.
///
/// Any two are equal, so that trees are compared by what they say and not by where it stands; compare ``offsets`` when
/// the place matters.
public struct SourceRange: Sendable {
    /// UTF-8 bytes before the first and before the one after the last.
    public var offsets: Range<Int>

    /// The place of these bytes.
    public init(_ offsets: Range<Int>) { self.offsets = offsets }
}

extension SourceRange: Hashable {
    /// Always true.
    public static func == (left: Self, right: Self) -> Bool { true }

    /// Adds nothing.
    public func hash(into hasher: inout Hasher) {}
}

extension SourceRange {
    @inline(__always)
    init(_ start: Int, _ end: Int) { self.init(Range(uncheckedBounds: (start, max(start, end)))) }

    var start: Int { offsets.lowerBound }
    var end: Int { offsets.upperBound }

    /// From the start of this to the end of another.
    func through(_ other: SourceRange) -> SourceRange { SourceRange(start, other.end) }
}
