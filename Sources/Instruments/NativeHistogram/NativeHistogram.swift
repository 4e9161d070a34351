internal import CInstruments
import Synchronization

/// A distribution over buckets that need not be chosen: they grow by a constant factor and come where values fall.
///
/// The sparse exponential histograms of <https://prometheus.io/docs/specs/native_histograms/>. Prometheus reads them as
/// such from ``ExpositionFormat/protobuf`` only; the text formats show the count and the sum, and those classic buckets
/// that the family was registered with.
///
/// Infinities count in a bucket of their own past the last one and make the sum infinite; NaN counts, lies in no bucket
/// and makes the sum NaN for good: so the specification has it.
///
/// Recording takes no lock and allocates nothing, save when a value falls into a bucket for the first time.
public final class NativeHistogram: Instrument {
    /// Lanes that threads share, beside the one of the owner.
    private static let sharedLanes = 4

    private let buckets: SparseBuckets
    /// Whose lane 0 and ``sum`` are, and the sums of others.
    private let rows = CellRows()
    /// The bit pattern of a double.
    private let sum = Atomic<UInt64>(0)
    private let classic: Histogram?
    private let slots = ExemplarSlots()
    /// A power of two.
    private static let slotCount = 8

    /// - Parameters:
    ///   - native: as the definition has checked it.
    ///   - bounds: the classic buckets; nil for none.
    init(_ native: NativeBuckets, bounds: BucketBounds?) {
        buckets = SparseBuckets(
            .init(
                schema: native.schema, zeroThreshold: native.zeroThreshold,
                maximumZeroThreshold: native.maximumZeroThreshold, limit: native.limit, lanes: Self.sharedLanes + 1))
        classic = bounds.map { Histogram(bounds: $0) }
    }

    deinit { rows.free() }

    /// Records a value in the unit that the family's name ends in.
    public func observe(_ value: Double) {
        if rows.areMine {
            buckets.count(value, lane: 0, alone: true)
            sum.addAlone(value)
        } else {
            let thread = Int(truncatingIfNeeded: instruments_thread())
            buckets.count(value, lane: 1 &+ (thread & (Self.sharedLanes &- 1)), alone: false)
            rows.add(value, to: 0, of: 1)
        }
        classic?.observe(value)
    }

    /// Records a value of which this is an example. Takes a lock and allocates memory, unlike the others.
    ///
    /// The latest example of each power of two is kept; one replaces another whose power differs by a multiple of 8.
    public func observe(_ value: Double, exemplar: ExemplarLabels) {
        observe(value)
        guard value.isFinite else { return }
        let slot = Int(value.exponentBitPattern) & (Self.slotCount - 1)
        slots.keep(exemplar, value, in: slot, of: Self.slotCount)
    }

    /// The latest examples, in no order.
    public var exemplars: [Exemplar] { slots.all.compactMap(\.self) }

    /// Records a duration in seconds.
    public func observe(duration: Duration) { observe(duration.inSeconds) }

    /// Buckets and sum so far.
    ///
    /// The count is that of all buckets and NaNs together, hence they always agree, and no count is ever below what an
    /// earlier reading had. An observation under way at the same moment may be in the buckets and not yet in the sum or
    /// the classic buckets. One that is recorded after another, by the same thread, may be in a reading that lacks the
    /// other.
    public var reading: Reading {
        var sum = Double(bitPattern: sum.load(ordering: .relaxed))
        rows.forEach(1) { sum += Double(bitPattern: $0[0].load(ordering: .relaxed)) }
        let counts = buckets.read()
        let count = counts.numbers &+ counts.notANumber
        return .nativeHistogram(
            NativeHistogramReading(
                count: count, sum: sum, schema: counts.schema, zeroThreshold: counts.zeroThreshold,
                zeroCount: counts.zero,
                negative: NativeHistogramReading.Buckets(counts.negative),
                positive: NativeHistogramReading.Buckets(counts.positive),
                classic: classicBuckets(count: count)))
    }

    /// The classic buckets, ending in one up to infinity that has the whole count, which none exceeds.
    private func classicBuckets(count: UInt64) -> [HistogramReading.Bucket] {
        guard let classic, case .histogram(let reading) = classic.reading else { return [] }
        return reading.buckets.map { bucket in
            let all = bucket.upperBound == .infinity
            return .init(upperBound: bucket.upperBound, count: all ? count : min(bucket.count, count))
        }
    }
}

extension Duration {
    /// Exact up to 2⁵³ attoseconds, and then to the last bit or two. By halves: converting the whole 128 bits takes twenty
    /// times as long.
    var inSeconds: Double {
        let high = Double(Int64(truncatingIfNeeded: attoseconds >> 64))
        let low = Double(UInt64(truncatingIfNeeded: attoseconds))
        return (high * 0x1p64 + low) / 1e18
    }
}
