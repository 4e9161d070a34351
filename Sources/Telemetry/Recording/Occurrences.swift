public import Instruments

/// Where occurrences with the same attributes are recorded, once for all families that show them.
public final class Occurrences: Instrument {
    /// Nil when a histogram counts already, or nobody shows them.
    private let counter: Counter?
    @usableFromInline let first: Histogram?
    @usableFromInline let second: Histogram?
    @usableFromInline let third: Histogram?

    /// - Parameter buckets: by measure, the bounds that the families have among them; nil for those that none shows.
    init(buckets: [[Double]?], isCounted: Bool) {
        let histograms = buckets.map { $0.map(Histogram.init(buckets:)) } + [nil, nil, nil]
        (first, second, third) = (histograms[0], histograms[1], histograms[2])
        counter = isCounted && first == nil && second == nil && third == nil ? Counter() : nil
    }

    /// The one that counts every occurrence; nil if none does.
    var counting: (any Instrument)? { counter ?? first ?? second ?? third }

    func measure(_ index: Int) -> Histogram? { [first, second, third][index] }

    /// Records an occurrence without measures.
    public func record() { counter?.increment() }

    /// Records an occurrence by its measures, in the signal's order. NaN is no measure: the occurrence is then not counted.
    public func record(_ first: Double, _ second: Double = 0, _ third: Double = 0) {
        if let counter { return counter.increment() }
        self.first?.observe(first)
        self.second?.observe(second)
        self.third?.observe(third)
    }

    /// How many there were; no exposition shows it.
    public var reading: Reading { counting?.reading ?? .number(0) }
}
