/// What a native histogram shows at one moment.
///
/// In a bucket of index i lie the magnitudes above 2^((i−1)/2^schema) and up to 2^(i/2^schema).
public struct NativeHistogramReading: Sendable, Hashable {
    /// A run of buckets without a gap.
    public struct Span: Sendable, Hashable {
        /// The index of the run's first bucket; after the first run, the number of empty buckets since the run before.
        public let offset: Int32
        /// How many buckets there are.
        public let length: UInt32

        /// A run as a parser or a test makes it.
        public init(offset: Int32, length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    /// The buckets of one sign, by rising index; those that are empty are left out.
    public struct Buckets: Sendable, Hashable {
        /// The runs of buckets without a gap, by rising index.
        public let spans: [Span]
        /// The observations in each bucket of the spans, one after the other. Not cumulative.
        public let counts: [UInt64]

        /// Buckets as a parser or a test makes them: as many counts as the spans are long together.
        public init(spans: [Span], counts: [UInt64]) {
            self.spans = spans
            self.counts = counts
        }

        /// The same as ``counts``, each as the difference from the one before it, the first from 0.
        public var deltas: [Int64] {
            zip(counts, [0] + counts).map { Int64(bitPattern: $0 &- $1) }
        }

        /// Index and count of each bucket.
        public var indexed: [(index: Int, count: UInt64)] {
            var index = 0
            let indices = spans.flatMap { span -> Range<Int> in
                let start = index + Int(span.offset)
                index = start + Int(span.length)
                return start..<index
            }
            return zip(indices, counts).map { ($0, $1) }
        }
    }

    /// All observations, NaN included.
    public let count: UInt64
    /// The sum of all observed values, in the unit of the histogram.
    public let sum: Double
    /// −4 to 8. It may fall from one reading to the next, and never rises.
    public let schema: Int
    /// Half the width of the zero bucket, in the unit of the histogram. It may rise from one reading to the next.
    public let zeroThreshold: Double
    /// Observations whose magnitude was at most the threshold, or was so before the threshold last rose.
    public let zeroCount: UInt64
    /// The buckets of values below 0, by their magnitude.
    public let negative: Buckets
    /// The buckets of values above 0.
    public let positive: Buckets
    /// Cumulative buckets with fixed bounds by rising bound, the last bound infinity, over the same observations; empty if
    /// the family has none. NaN is in the last one only.
    public let classic: [HistogramReading.Bucket]

    /// A reading as a parser or a test makes it, taken as it comes.
    public init(
        count: UInt64, sum: Double, schema: Int, zeroThreshold: Double, zeroCount: UInt64, negative: Buckets,
        positive: Buckets, classic: [HistogramReading.Bucket] = []
    ) {
        self.count = count
        self.sum = sum
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.zeroCount = zeroCount
        self.negative = negative
        self.positive = positive
        self.classic = classic
    }

    /// The nearest that a format without sparse buckets can show: the classic buckets, or the one up to infinity.
    public var withoutSparseBuckets: HistogramReading {
        HistogramReading(
            buckets: classic.isEmpty ? [.init(upperBound: .infinity, count: count)] : classic, sum: sum)
    }
}

extension NativeHistogramReading.Buckets {
    /// - Parameter counts: by rising index, none twice.
    init(_ counts: [(index: Int, count: UInt64)]) {
        var spans: [NativeHistogramReading.Span] = []
        var next = 0
        for (index, _) in counts {
            if let last = spans.last, index == next {
                spans[spans.count - 1] = .init(offset: last.offset, length: last.length + 1)
            } else {
                spans.append(.init(offset: Int32(index - next), length: 1))
            }
            next = index + 1
        }
        self.init(spans: spans, counts: counts.map(\.count))
    }
}
