import Synchronization

/// Counts of exponential buckets at one resolution, kept in several lanes.
///
/// A bucket has a key, and the key a position that never changes; a lane has a counter at each position. Keys come under
/// the lock of ``SparseBuckets`` and never go; finding and counting take no lock.
struct BucketGeneration: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<BucketGeneration>

    /// What all lanes have from the start.
    static let zeroPosition = 0
    static let notANumberPosition = 1
    private static let reserved = 2
    private static let cellsPerLine = 8

    /// See ``BucketIndex/shift(of:)``.
    let shift: Int
    /// Magnitudes up to here count as zero.
    let zeroThreshold: Double
    /// How many keys there is room for.
    let capacity: Int
    /// What was counted into before this one, and may still be by those who were late.
    let previous: Pointer?

    // Invariant: both are allocated and initialized in `init` and freed in `deinit`; in between they are only reached
    // through atomic operations.
    /// Open addressing, at most half full: 0, or the key above and the position below.
    private let slots: UnsafeMutablePointer<Atomic<UInt64>>
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    private let slotBits: Int
    private let lanes: Int
    private let laneStride: Int

    init(shift: Int, zeroThreshold: Double, capacity: Int, lanes: Int, previous: Pointer?) {
        self.shift = shift
        self.zeroThreshold = zeroThreshold
        self.capacity = capacity
        self.previous = previous
        self.lanes = lanes
        slotBits = Int.bitWidth - (2 * capacity - 1).leadingZeroBitCount
        let lines = (capacity + Self.reserved + Self.cellsPerLine - 1) / Self.cellsPerLine
        laneStride = lines * Self.cellsPerLine
        slots = Self.allocate(1 << slotBits)
        cells = Self.allocate(laneStride * lanes)
    }

    deinit {
        slots.deinitialize(count: 1 << slotBits).deallocate()
        cells.deinitialize(count: laneStride * lanes).deallocate()
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let cell = MemoryLayout<Atomic<UInt64>>.self
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: count * cell.stride, alignment: cellsPerLine * cell.stride)
        let cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
        return cells
    }

    /// The position of a key; nil if the bucket is new.
    @inline(__always)
    func position(of key: BucketKey) -> Int? {
        let mask = (1 &<< slotBits) &- 1
        var slot = firstSlot(of: key)
        while true {
            let entry = slots[slot].load(ordering: .relaxed)
            if entry == 0 { return nil }
            if UInt32(truncatingIfNeeded: entry >> 32) == key.bits {
                return Int(truncatingIfNeeded: entry & 0xffff_ffff)
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Adds one at a position.
    ///
    /// - Parameter alone: whether no other thread writes to the lane.
    @inline(__always)
    func increment(_ position: Int, lane: Int, alone: Bool) {
        let cell = cells + (lane &* laneStride &+ position)
        if alone { cell.pointee.addAlone(1 as UInt64) } else { cell.pointee.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Gives a new key its position. The caller holds the lock, and has seen that there is room.
    ///
    /// - Parameter used: how many keys there are.
    func insert(_ key: BucketKey, used: Int) -> Int {
        let mask = (1 << slotBits) - 1
        var slot = firstSlot(of: key)
        while slots[slot].load(ordering: .relaxed) != 0 { slot = (slot + 1) & mask }
        let position = Self.reserved + used
        slots[slot].store(UInt64(key.bits) << 32 | UInt64(position), ordering: .relaxed)
        return position
    }

    /// All keys and their positions.
    func forEachKey(_ body: (BucketKey, Int) -> Void) {
        for slot in 0..<(1 << slotBits) {
            let entry = slots[slot].load(ordering: .relaxed)
            guard entry != 0 else { continue }
            body(BucketKey(bits: UInt32(truncatingIfNeeded: entry >> 32)), Int(entry & 0xffff_ffff))
        }
    }

    /// What the lanes have counted at a position.
    func count(at position: Int) -> UInt64 {
        (0..<lanes).reduce(0) { $0 &+ cells[$1 * laneStride + position].load(ordering: .relaxed) }
    }

    /// Sets a lane back to 0.
    func clear(lane: Int) {
        for cell in 0..<laneStride { cells[lane * laneStride + cell].store(0, ordering: .relaxed) }
    }

    /// Multiplicative hashing, as indices that are multiples of a power of two are common.
    @inline(__always)
    private func firstSlot(of key: BucketKey) -> Int {
        Int(truncatingIfNeeded: (UInt64(key.bits) &* 0x9e37_79b9_7f4a_7c15) &>> UInt64(64 &- slotBits))
    }
}

/// A bucket's index and sign.
struct BucketKey: Hashable {
    let bits: UInt32

    @inline(__always)
    init(bits: UInt32) { self.bits = bits }

    @inline(__always)
    init(index: Int, isNegative: Bool) {
        bits = UInt32(truncatingIfNeeded: index &<< 1 | (isNegative ? 1 : 0))
    }

    var index: Int { Int(Int32(bitPattern: bits) >> 1) }
    var isNegative: Bool { bits & 1 != 0 }

    func coarsened(by shift: Int) -> BucketKey {
        BucketKey(index: BucketIndex.coarsen(index, by: shift), isNegative: isNegative)
    }
}
