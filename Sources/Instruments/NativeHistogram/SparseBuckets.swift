import Synchronization

/// Exponential buckets that come when a value first falls into them, up to a limit.
///
/// Counts never move. When buckets run short, a new generation takes over, larger, with a wider zero bucket or at half the
/// resolution; the old ones stay, and a reader merges them all into the newest one's buckets. So an observation that is
/// late still counts, in the generation that it found, exactly once. There are few generations: sizes double up to the
/// limit, the zero bucket widens once, resolution halves twelve times at most.
///
/// Counting takes no lock, save when a bucket is new.
struct SparseBuckets: ~Copyable, Sendable {
    struct Configuration: Sendable {
        var schema: Int
        /// Not below 0.
        var zeroThreshold: Double
        /// How far the zero bucket may widen when buckets run short.
        var maximumZeroThreshold: Double
        /// How many buckets there may be, positive and negative together, before resolution gives way. It does not go
        /// below schema −4, which has few buckets: then the limit gives way.
        var limit: Int
        var lanes: Int
    }

    private static let firstCapacity = 16

    private let configuration: Configuration
    // Invariant: always points to an initialized generation. They are freed in `deinit` only, hence whoever has loaded one
    // may use it during a call.
    private nonisolated(unsafe) let newest: Atomic<BucketGeneration.Pointer>
    /// How many keys the newest generation has; held while keys or generations are made.
    private let used = Guarded(0)
    private let indices = BucketIndex.shared

    init(_ configuration: Configuration) {
        self.configuration = configuration
        newest = Atomic(
            Self.allocate(
                shift: BucketIndex.shift(of: configuration.schema), zeroThreshold: configuration.zeroThreshold,
                capacity: min(Self.firstCapacity, configuration.limit), lanes: configuration.lanes, previous: nil))
    }

    deinit {
        var next: BucketGeneration.Pointer? = newest.load(ordering: .acquiring)
        while let generation = next {
            next = generation.pointee.previous
            generation.deinitialize(count: 1).deallocate()
        }
    }

    private static func allocate(
        shift: Int, zeroThreshold: Double, capacity: Int, lanes: Int, previous: BucketGeneration.Pointer?
    ) -> BucketGeneration.Pointer {
        let generation = BucketGeneration.Pointer.allocate(capacity: 1)
        generation.initialize(
            to: BucketGeneration(
                shift: shift, zeroThreshold: zeroThreshold, capacity: capacity, lanes: lanes, previous: previous))
        return generation
    }

    /// Counts a value in its bucket: the zero bucket, the one for NaN, or one of those that come and grow coarser.
    ///
    /// - Parameter alone: whether no other thread writes to the lane.
    @inline(__always)
    func count(_ value: Double, lane: Int, alone: Bool) {
        let generation = newest.load(ordering: .acquiring)
        let magnitude = value.magnitude
        guard magnitude > generation.pointee.zeroThreshold else {
            let isNumber = magnitude == magnitude
            return generation.pointee.increment(
                isNumber ? BucketGeneration.zeroPosition : BucketGeneration.notANumberPosition, lane: lane, alone: alone
            )
        }
        let key = key(of: value, in: generation)
        guard let position = generation.pointee.position(of: key) else {
            return countFirst(value, lane: lane, alone: alone)
        }
        generation.pointee.increment(position, lane: lane, alone: alone)
    }

    /// Counts a number that is not zero and whose bucket may be new.
    @inline(never)
    private func countFirst(_ value: Double, lane: Int, alone: Bool) {
        used.withLock { used in
            while true {
                let generation = newest.load(ordering: .acquiring)
                guard value.magnitude > generation.pointee.zeroThreshold else {
                    return generation.pointee.increment(BucketGeneration.zeroPosition, lane: lane, alone: alone)
                }
                let key = key(of: value, in: generation)
                if let position = generation.pointee.position(of: key) {
                    return generation.pointee.increment(position, lane: lane, alone: alone)
                }
                if used < min(generation.pointee.capacity, limit(of: generation)) {
                    let position = generation.pointee.insert(key, used: used)
                    used += 1
                    return generation.pointee.increment(position, lane: lane, alone: alone)
                }
                used = makeRoom(after: generation)
            }
        }
    }

    @inline(__always)
    private func key(of value: Double, in generation: BucketGeneration.Pointer) -> BucketKey {
        BucketKey(
            index: indices.index(of: value.magnitude, shift: generation.pointee.shift), isNegative: value < 0)
    }

    /// The configured limit, or at the coarsest schema all buckets that there can be.
    private func limit(of generation: BucketGeneration.Pointer) -> Int {
        let shift = generation.pointee.shift
        guard shift == BucketIndex.shift(of: BucketIndex.schemas.lowerBound) else { return configuration.limit }
        return max(configuration.limit, 2 * BucketIndex.count(shift: shift))
    }

    /// Publishes a generation in which another bucket is more likely to have room, and has the keys that the old one had.
    ///
    /// - Returns: how many keys it has.
    private func makeRoom(after generation: BucketGeneration.Pointer) -> Int {
        var shift = generation.pointee.shift
        var zeroThreshold = generation.pointee.zeroThreshold
        var capacity = generation.pointee.capacity
        var keys: Set<BucketKey> = []
        generation.pointee.forEachKey { key, _ in keys.insert(key) }
        let limit = limit(of: generation)
        if keys.count < limit {
            capacity = min(2 * capacity, limit)
        } else {
            let wider = widerThreshold(than: zeroThreshold, shift: shift)
            let kept = keys.filter { BucketIndex.upperBound(of: $0.index, shift: shift) > wider }
            if kept.count < keys.count {
                zeroThreshold = wider
                keys = kept
            } else {
                repeat {
                    shift += 1
                    keys = Set(keys.map { $0.coarsened(by: 1) })
                } while keys.count >= limit && shift < BucketIndex.shift(of: BucketIndex.schemas.lowerBound)
            }
        }
        let made = Self.allocate(
            shift: shift, zeroThreshold: zeroThreshold, capacity: capacity, lanes: configuration.lanes,
            previous: generation)
        for (number, key) in keys.enumerated() { _ = made.pointee.insert(key, used: number) }
        newest.store(made, ordering: .releasing)
        return keys.count
    }

    /// The greatest bound up to which the zero bucket may widen; on a bound, it cuts no bucket in two.
    private func widerThreshold(than threshold: Double, shift: Int) -> Double {
        let maximum = configuration.maximumZeroThreshold
        guard maximum > threshold else { return threshold }
        let index = indices.index(of: maximum, shift: shift)
        let bound = BucketIndex.upperBound(of: index, shift: shift)
        return max(threshold, bound <= maximum ? bound : BucketIndex.upperBound(of: index - 1, shift: shift))
    }

    /// What has been counted, in the buckets of the newest generation.
    ///
    /// Each counter is read by itself: what is counted meanwhile may be in or not. No counter is ever behind what an
    /// earlier call saw of it, unless a lane was cleared.
    func read() -> SparseCounts {
        let newest = newest.load(ordering: .acquiring)
        var counts = SparseCounts(
            schema: BucketIndex.schemas.upperBound - newest.pointee.shift, zeroThreshold: newest.pointee.zeroThreshold)
        var buckets: [SparseCounts.Bucket] = []
        var next: BucketGeneration.Pointer? = newest
        while let generation = next {
            let shift = generation.pointee.shift
            counts.zero &+= generation.pointee.count(at: BucketGeneration.zeroPosition)
            counts.notANumber &+= generation.pointee.count(at: BucketGeneration.notANumberPosition)
            generation.pointee.forEachKey { key, position in
                let count = generation.pointee.count(at: position)
                guard count > 0 else { return }
                if BucketIndex.upperBound(of: key.index, shift: shift) <= counts.zeroThreshold {
                    counts.zero &+= count
                } else {
                    buckets.append(.init(key: key.coarsened(by: newest.pointee.shift - shift), count: count))
                }
            }
            next = generation.pointee.previous
        }
        counts.add(buckets)
        return counts
    }

    /// Sets a lane back to 0. What is being counted into it at this moment may stay or go.
    func clear(lane: Int) {
        var next: BucketGeneration.Pointer? = newest.load(ordering: .acquiring)
        while let generation = next {
            generation.pointee.clear(lane: lane)
            next = generation.pointee.previous
        }
    }
}

/// What sparse buckets hold at one moment.
struct SparseCounts {
    struct Bucket {
        let key: BucketKey
        var count: UInt64
    }

    let schema: Int
    let zeroThreshold: Double
    var zero: UInt64 = 0
    var notANumber: UInt64 = 0
    /// By rising index; only buckets with a count.
    private(set) var positive: [(index: Int, count: UInt64)] = []
    /// By rising index, which is falling value; only buckets with a count.
    private(set) var negative: [(index: Int, count: UInt64)] = []

    init(schema: Int, zeroThreshold: Double) {
        self.schema = schema
        self.zeroThreshold = zeroThreshold
    }

    /// All numbers, zero included.
    var numbers: UInt64 {
        positive.reduce(zero) { $0 &+ $1.count } &+ negative.reduce(0) { $0 &+ $1.count }
    }

    fileprivate mutating func add(_ buckets: [Bucket]) {
        for bucket in buckets.sorted(by: { $0.key.index < $1.key.index }) {
            Self.append(bucket, to: bucket.key.isNegative ? \.negative : \.positive, of: &self)
        }
    }

    private static func append(
        _ bucket: Bucket, to side: WritableKeyPath<SparseCounts, [(index: Int, count: UInt64)]>,
        of counts: inout SparseCounts
    ) {
        let index = bucket.key.index
        if let last = counts[keyPath: side].last, last.index == index {
            counts[keyPath: side][counts[keyPath: side].count - 1].count = last.count &+ bucket.count
        } else {
            counts[keyPath: side].append((index, bucket.count))
        }
    }
}
