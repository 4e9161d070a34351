/// What measures: a ``Counter``, ``Gauge``, ``Histogram``, ``NativeHistogram``, ``Summary``, ``Info`` or ``StateSet``.
///
/// Instruments are got from a ``Family`` and may be kept for as long as one likes: recording through a kept instrument
/// takes no lock and allocates nothing. All methods may be called from any thread at any time, and none can fail.
public protocol Instrument: AnyObject, Sendable {
    /// What the instrument shows now.
    var reading: Reading { get }
}

/// What an instrument shows at one moment.
public enum Reading: Sendable, Hashable {
    /// The value of a counter or gauge; 1 of an info.
    case number(Double)
    /// The buckets and the sum of a histogram.
    case histogram(HistogramReading)
    /// The sparse buckets and the sum of a native histogram.
    case nativeHistogram(NativeHistogramReading)
    /// The quantiles, count and sum of a summary.
    case summary(SummaryReading)
    /// The states of a state set, in the order in which the family has them.
    case states([StateReading])
}

/// What a histogram shows at one moment.
public struct HistogramReading: Sendable, Hashable {
    /// How many observations were at most `upperBound`.
    public struct Bucket: Sendable, Hashable {
        /// The greatest value that counts, in the unit of the histogram; infinity in the last bucket.
        public let upperBound: Double
        /// The observations in this bucket and in all before it.
        public let count: UInt64

        /// A bucket as a parser or a test makes it; the count includes all buckets before.
        public init(upperBound: Double, count: UInt64) {
            self.upperBound = upperBound
            self.count = count
        }
    }

    /// Cumulative buckets by rising bound; the last one's bound is infinity. Never empty when a histogram made it.
    public let buckets: [Bucket]
    /// The sum of all observed values, in the unit of the histogram.
    public let sum: Double

    /// All observations: by definition the count of the last bucket.
    public var count: UInt64 { buckets.last?.count ?? 0 }

    /// A reading as a parser or a test makes it. The buckets are taken as they come.
    public init(buckets: [Bucket], sum: Double) {
        self.buckets = buckets
        self.sum = sum
    }
}
