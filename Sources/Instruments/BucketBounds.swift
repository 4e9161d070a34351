/// The upper bounds of a histogram's buckets, shared by the series of a family.
final class BucketBounds: Sendable {
    /// Up to here, comparing with every bound is quicker than a binary search.
    private static let scanLimit = 32
    private static let lanes = 4

    /// Finite and strictly rising.
    let list: [Double]
    let count: Int
    // Invariant: allocated and filled in `init`, freed in `deinit`, only read in between. Holds the bounds and infinities
    // up to a multiple of `lanes`.
    private nonisolated(unsafe) let padded: UnsafeMutablePointer<Double>
    private let groups: Int

    init(_ bounds: [Double]) {
        list = bounds
        count = bounds.count
        groups = (bounds.count + Self.lanes - 1) / Self.lanes
        padded = .allocate(capacity: max(groups, 1) * Self.lanes)
        for index in 0..<max(groups, 1) * Self.lanes {
            (padded + index).initialize(to: index < bounds.count ? bounds[index] : .infinity)
        }
    }

    deinit { padded.deallocate() }

    /// The number of bounds that are less than the value: the index of the first bucket that holds it.
    @inline(__always)
    func bucket(of value: Double) -> Int {
        count <= Self.scanLimit ? scan(value) : search(value)
    }

    /// Without a branch that depends on the value, which no processor could foresee.
    @inline(__always)
    private func scan(_ value: Double) -> Int {
        let values = SIMD4<Double>(repeating: value)
        var below = SIMD4<Int64>.zero
        var group = UnsafeRawPointer(padded)
        let end = group + groups &* Self.lanes &* 8
        while group < end {
            // A lane of a mask that holds is all ones: -1.
            below &-= unsafeBitCast(group.loadUnaligned(as: SIMD4<Double>.self) .< values, to: SIMD4<Int64>.self)
            group += Self.lanes &* 8
        }
        return Int(below.wrappedSum())
    }

    @inline(never)
    private func search(_ value: Double) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low &+ high) / 2
            if padded[middle] < value { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
