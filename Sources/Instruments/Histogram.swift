/// A distribution over fixed buckets: durations in seconds, sizes in bytes.
///
/// A value that equals a bound belongs to that bound's bucket. Infinities count in the first and the last bucket and make
/// the sum infinite. NaN belongs to no bucket and is ignored.
public final class Histogram: Instrument {
    private let bounds: BucketBounds
    private let cells: StripedCells
    private let slots = ExemplarSlots()

    /// - Parameter buckets: finite upper bounds, strictly rising.
    package convenience init(buckets: [Double]) { self.init(bounds: BucketBounds(buckets)) }

    init(bounds: BucketBounds) {
        self.bounds = bounds
        cells = StripedCells(cells: bounds.count + 2)
    }

    /// Records a value in the unit that the family's name ends in.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return Audit.ignored(value, by: self) }
        cells.addOne(to: bounds.bucket(of: value), and: value, to: bounds.count &+ 1)
    }

    /// Records a duration in seconds.
    public func observe(duration: Duration) { observe(duration.inSeconds) }

    /// Records a value of which this is an example. Takes a lock and allocates memory, unlike the others.
    public func observe(_ value: Double, exemplar: ExemplarLabels) {
        guard !value.isNaN else { return }
        observe(value)
        slots.keep(exemplar, value, in: bounds.bucket(of: value), of: bounds.count + 1)
    }

    /// The latest example of each bucket, nil where there was none; empty if there was none at all.
    public var exemplars: [Exemplar?] { slots.all }

    /// Buckets and sum so far.
    ///
    /// The count is that of the last bucket, hence they always agree. An observation under way at the same moment may be
    /// in the buckets and not yet in the sum.
    public var reading: Reading {
        var total: UInt64 = 0
        var buckets: [HistogramReading.Bucket] = []
        buckets.reserveCapacity(bounds.count + 1)
        for (index, bound) in bounds.list.enumerated() {
            total &+= cells.sum(of: index)
            buckets.append(.init(upperBound: bound, count: total))
        }
        total &+= cells.sum(of: bounds.count)
        buckets.append(.init(upperBound: .infinity, count: total))
        return .histogram(HistogramReading(buckets: buckets, sum: cells.doubleSum(of: bounds.count + 1)))
    }
}
