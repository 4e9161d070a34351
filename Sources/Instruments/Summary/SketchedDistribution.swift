/// Values by rising order, each standing for a bucket of a sketch.
struct SketchedDistribution {
    private let values: [(value: Double, count: UInt64)]
    private let count: UInt64

    init(_ counts: SparseCounts) {
        let shift = BucketIndex.shift(of: counts.schema)
        let factor = ExponentialBounds.growthFactor(of: counts.schema)
        // The middle of a bucket is 2/(γ+1) of its upper bound; from the lower one, as the upper may be infinite.
        let middle = { (index: Int) -> Double in
            let lower = BucketIndex.upperBound(of: index - 1, shift: shift)
            return lower == .greatestFiniteMagnitude ? .infinity : lower * (2 * factor / (factor + 1))
        }
        values =
            counts.negative.reversed().map { (-middle($0.index), $0.count) } + [(0, counts.zero)]
            + counts.positive.map { (middle($0.index), $0.count) }
        count = counts.numbers
    }

    /// The value that has `rank · (count − 1)` others before it, rounded down; NaN if there is none.
    ///
    /// - Parameter rank: from 0 to 1.
    func value(atRank rank: Double) -> Double {
        guard count > 0 else { return .nan }
        let before = rank * Double(count - 1)
        var passed: UInt64 = 0
        for (value, count) in values where count > 0 {
            passed &+= count
            if Double(passed) > before { return value }
        }
        return values.last { $0.count > 0 }?.value ?? .nan
    }
}
