/// A distribution over fixed buckets: durations in seconds, sizes in bytes.
///
/// A value that equals a bound belongs to that bound's bucket. Infinities count in the first and the last bucket and make
/// the sum infinite. NaN belongs to no bucket and is ignored.
public final class Histogram: Instrument {
    /// Up to here, comparing with every bound without a branch is quicker than a binary search.
    private static let scanLimit = 24

    private let bounds: [Double]
    private let cells: StripedCells

    /// - Parameter bounds: finite and strictly rising, as the definition has checked.
    init(bounds: [Double]) {
        self.bounds = bounds
        cells = StripedCells(cells: bounds.count + 2)
    }

    /// Records a value in the unit that the family's name ends in.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let count = bounds.count
        let bucket = bounds.withUnsafeBufferPointer { Self.bucket(of: value, in: $0) }
        cells.add(1 as UInt64, to: bucket)
        cells.add(value, to: count &+ 1)
    }

    /// Records a duration in seconds.
    public func observe(duration: Duration) {
        // By halves: converting the whole 128 bits takes twenty times as long. Exact up to 2⁵³ attoseconds, and then
        // to the last bit or two.
        let attoseconds = duration.attoseconds
        let high = Double(Int64(truncatingIfNeeded: attoseconds >> 64))
        let low = Double(UInt64(truncatingIfNeeded: attoseconds))
        observe((high * 0x1p64 + low) / 1e18)
    }

    /// Buckets and sum so far.
    ///
    /// The count is that of the last bucket, hence they always agree. An observation under way at the same moment may be
    /// in the buckets and not yet in the sum.
    public var reading: Reading {
        var total: UInt64 = 0
        var buckets: [HistogramReading.Bucket] = []
        buckets.reserveCapacity(bounds.count + 1)
        for (index, bound) in bounds.enumerated() {
            total &+= cells.sum(of: index)
            buckets.append(.init(upperBound: bound, count: total))
        }
        total &+= cells.sum(of: bounds.count)
        buckets.append(.init(upperBound: .infinity, count: total))
        return .histogram(HistogramReading(buckets: buckets, sum: cells.doubleSum(of: bounds.count + 1)))
    }

    /// The number of bounds that are less than the value: the index of the first bucket that holds it.
    @inline(__always)
    private static func bucket(of value: Double, in bounds: UnsafeBufferPointer<Double>) -> Int {
        if bounds.count <= scanLimit {
            var below = 0
            for bound in bounds { below &+= bound < value ? 1 : 0 }
            return below
        }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low &+ high) / 2
            if bounds[middle] < value { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
