import Synchronization

/// Rows of 64-bit cells that threads add to: one row to begin with, several, each on cache lines of its own, from when
/// two threads have been seen to meet.
///
/// A thread writes to the row that its stack address chooses; a reader adds up all rows. Every write is an atomic
/// read-modify-write, hence none is lost, whatever row two threads come to share and whenever the rows come.
struct StripedCells: ~Copyable, Sendable {
    private static let rows = 4
    private static let cellsPerLine = 8
    /// So many meetings make the rows.
    private static let patience: UInt64 = 16

    // Invariant: `first` is allocated and initialized in `init`, the block in `more` before it is published; both are
    // freed in `deinit` and in between only reached through atomic operations.
    //
    // The cell after the last one counts meetings.
    private nonisolated(unsafe) let first: UnsafeMutablePointer<Atomic<UInt64>>
    private nonisolated(unsafe) let more = Atomic<UnsafeMutableRawPointer?>(nil)
    private let count: Int

    /// All cells start at 0, which is also the bit pattern of the double 0.
    init(cells: Int) {
        count = cells
        first = .allocate(capacity: cells + 1)
        for index in 0...cells { (first + index).initialize(to: Atomic(0)) }
    }

    deinit {
        first.deinitialize(count: count + 1)
        first.deallocate()
        if let block = more.load(ordering: .relaxed) { block.deallocate() }
    }

    private var stride: Int { (count &+ Self.cellsPerLine &- 1) & ~(Self.cellsPerLine &- 1) }

    /// The row of the calling thread, once there are several.
    @inline(__always)
    private var row: UnsafeMutablePointer<Atomic<UInt64>>? {
        guard let block = more.load(ordering: .acquiring) else { return nil }
        return block.assumingMemoryBound(to: Atomic<UInt64>.self) + Self.stripe &* stride
    }

    /// Adds to a whole-number cell; wraps around at 2⁶⁴.
    @inline(__always)
    func add(_ amount: UInt64, to cell: Int) {
        if let row {
            row[cell].wrappingAdd(amount, ordering: .relaxed)
        } else {
            let current = first[cell].load(ordering: .relaxed)
            let (exchanged, _) = first[cell].weakCompareExchange(
                expected: current, desired: current &+ amount, ordering: .relaxed)
            if !exchanged { meet(amount, at: cell) }
        }
    }

    /// Adds to a cell that holds the bit pattern of a double.
    @inline(__always)
    func add(_ amount: Double, to cell: Int) {
        if let row {
            row[cell].addDouble(amount)
        } else {
            let current = first[cell].load(ordering: .relaxed)
            let (exchanged, _) = first[cell].weakCompareExchange(
                expected: current, desired: (Double(bitPattern: current) + amount).bitPattern, ordering: .relaxed)
            if !exchanged { meet(amount, at: cell) }
        }
    }

    @inline(never)
    private func meet(_ amount: UInt64, at cell: Int) {
        first[cell].wrappingAdd(amount, ordering: .relaxed)
        countMeeting()
    }

    @inline(never)
    private func meet(_ amount: Double, at cell: Int) {
        first[cell].addDouble(amount)
        countMeeting()
    }

    private func countMeeting() {
        guard first[count].wrappingAdd(1, ordering: .relaxed).newValue >= Self.patience,
            more.load(ordering: .relaxed) == nil
        else { return }
        let cells = stride * Self.rows
        let size = MemoryLayout<Atomic<UInt64>>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: cells * size, alignment: Self.cellsPerLine * size)
        let start = block.bindMemory(to: Atomic<UInt64>.self, capacity: cells)
        for index in 0..<cells { (start + index).initialize(to: Atomic(0)) }
        let (exchanged, _) = more.compareExchange(
            expected: nil, desired: block, successOrdering: .releasing, failureOrdering: .relaxed)
        if !exchanged { block.deallocate() }
    }

    /// The sum of a whole-number cell over all rows.
    func sum(of cell: Int) -> UInt64 {
        var sum = first[cell].load(ordering: .relaxed)
        forEachRow { sum &+= $0[cell].load(ordering: .relaxed) }
        return sum
    }

    /// The sum of a cell of doubles over all rows.
    func doubleSum(of cell: Int) -> Double {
        var sum = Double(bitPattern: first[cell].load(ordering: .relaxed))
        forEachRow { sum += Double(bitPattern: $0[cell].load(ordering: .relaxed)) }
        return sum
    }

    @inline(__always)
    private func forEachRow(_ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Void) {
        guard let block = more.load(ordering: .acquiring) else { return }
        let start = block.assumingMemoryBound(to: Atomic<UInt64>.self)
        for index in 0..<Self.rows { body(start + index &* stride) }
    }

    /// The row of the calling thread.
    ///
    /// Stacks lie side by side, 8 MiB apart on Linux and 512 KiB on Darwin, so these bits tell neighbours apart at the
    /// price of two shifts: no thread-local lookup, no call. A thread deep in its stack may move to another row.
    @inline(__always)
    private static var stripe: Int {
        var marker: UInt8 = 0
        let address = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
        return Int(truncatingIfNeeded: ((address >> 23) ^ (address >> 19)) & UInt(rows - 1))
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the double whose bit pattern the cell holds.
    @inline(__always)
    func addDouble(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(
                expected: current, desired: sum, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
