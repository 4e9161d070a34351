import Synchronization

/// Quantiles over a sliding window of time, and count and sum since the start.
///
/// The quantiles come from DDSketch: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile
/// Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019. Values are counted in buckets that grow by a constant factor
/// γ, here a power 2^(2^−s), and a quantile is the middle 2γ^i/(γ+1) of the bucket that its rank falls into. Past the limit
/// of buckets, all of them are merged in pairs, as in I. Epicoco, C. Melle, M. Cafaro, M. Pulimeno, G. Morleo, "UDDSketch:
/// Accurate Tracking of Quantiles in Data Streams", IEEE Access 8, 2020.
///
/// Prefer a histogram where several processes are to be looked at together: quantiles cannot be added up.
///
/// Magnitudes below 2⁻¹⁰²² count as 0. Infinities are greater than any number and make the sum infinite. NaN is ignored.
/// Recording takes no lock and allocates nothing, save when a value falls into a bucket for the first time and when a slice
/// of the window ends.
public final class Summary: Instrument {
    private static let count = 0
    private static let sum = 1

    private let window: QuantileWindow
    /// One lane for each slice.
    private let sketch: SparseBuckets
    private let totals = StripedCells(cells: 2)
    private let time: @Sendable () -> UInt64
    private let sliceLength: UInt64
    /// When the slice under way ends, on the clock of `time`.
    private let sliceEnd: Atomic<UInt64>
    private let lane = Atomic(0)
    private let turning = Guarded(())

    /// - Parameters:
    ///   - window: as the definition has checked it.
    ///   - time: nanoseconds on a clock that does not go back.
    init(_ window: QuantileWindow, time: @escaping @Sendable () -> UInt64) {
        self.window = window
        self.time = time
        sketch = SparseBuckets(
            .init(
                schema: window.schema, zeroThreshold: .leastNormalMagnitude,
                maximumZeroThreshold: .leastNormalMagnitude, limit: window.limit, lanes: window.slices))
        sliceLength = UInt64(window.length / .nanoseconds(1)) / UInt64(window.slices)
        sliceEnd = Atomic(time() &+ sliceLength)
    }

    /// Records a value in the unit that the family's name ends in.
    public func observe(_ value: Double) {
        guard value == value else { return }
        let now = time()
        if now >= sliceEnd.load(ordering: .acquiring) { turn(to: now) }
        sketch.count(value, lane: lane.load(ordering: .relaxed), alone: false)
        totals.addOne(to: Self.count, and: value, to: Self.sum)
    }

    /// Records a duration in seconds.
    public func observe(duration: Duration) { observe(duration.inSeconds) }

    /// The quantiles of the window that ends now; count and sum so far.
    ///
    /// An observation under way at the same moment may be in some of them and not yet in others.
    public var reading: Reading {
        let now = time()
        if now >= sliceEnd.load(ordering: .acquiring) { turn(to: now) }
        let distribution = SketchedDistribution(sketch.read())
        return .summary(
            SummaryReading(
                quantiles: window.quantiles.map { .init(rank: $0, value: distribution.value(atRank: $0)) },
                count: totals.sum(of: Self.count), sum: totals.doubleSum(of: Self.sum)))
    }

    /// Empties the slices that have left the window, and begins the one that it is time for.
    ///
    /// Whoever still counts into a slice that has just ended may be in it or in the one that takes its place.
    @inline(never)
    private func turn(to now: UInt64) {
        turning.withLock { _ in
            let end = sliceEnd.load(ordering: .relaxed)
            guard now >= end else { return }
            let turns = (now - end) / sliceLength + 1
            var lane = lane.load(ordering: .relaxed)
            for _ in 0..<min(turns, UInt64(window.slices)) {
                lane = (lane + 1) % window.slices
                sketch.clear(lane: lane)
            }
            self.lane.store(lane, ordering: .relaxed)
            sliceEnd.store(end &+ turns &* sliceLength, ordering: .releasing)
        }
    }
}

/// What a summary shows at one moment.
public struct SummaryReading: Sendable, Hashable {
    /// A quantile of the window.
    public struct Quantile: Sendable, Hashable {
        /// From 0 to 1: the part of the observations that is at most `value`.
        public let rank: Double
        /// In the unit of the summary; NaN if nothing was observed within the window.
        public let value: Double

        /// A quantile as a parser or a test makes it.
        public init(rank: Double, value: Double) {
            self.rank = rank
            self.value = value
        }
    }

    /// By rising rank.
    public let quantiles: [Quantile]
    /// All observations since the start.
    public let count: UInt64
    /// The sum of all observed values since the start, in the unit of the summary.
    public let sum: Double

    /// A reading as a parser or a test makes it, taken as it comes.
    public init(quantiles: [Quantile], count: UInt64, sum: Double) {
        self.quantiles = quantiles
        self.count = count
        self.sum = sum
    }
}
