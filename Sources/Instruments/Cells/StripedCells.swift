import Synchronization

/// 64-bit cells that threads add to, for instruments with many: see ``CellRows``.
struct StripedCells: ~Copyable, Sendable {
    // Invariant: allocated and initialized in `init`, freed in `deinit`; in between only reached through atomic
    // operations, and written to by the owner of the rows alone.
    private nonisolated(unsafe) let own: UnsafeMutablePointer<Atomic<UInt64>>
    private let rows = CellRows()
    private let count: Int

    /// All cells start at 0, which is also the bit pattern of the double 0.
    init(cells: Int) {
        count = cells
        own = .allocate(capacity: cells)
        for index in 0..<cells { (own + index).initialize(to: Atomic(0)) }
    }

    deinit {
        own.deinitialize(count: count)
        own.deallocate()
        rows.free()
    }

    /// Adds to a whole-number cell; wraps around at 2⁶⁴.
    @inline(__always)
    func add(_ amount: UInt64, to cell: Int) {
        if rows.areMine { own[cell].addAlone(amount) } else { rows.add(amount, to: cell, of: count) }
    }

    /// Adds to a cell that holds the bit pattern of a double.
    @inline(__always)
    func add(_ amount: Double, to cell: Int) {
        if rows.areMine { own[cell].addAlone(amount) } else { rows.add(amount, to: cell, of: count) }
    }

    /// Adds one to a whole-number cell, and an amount to another that holds the bit pattern of a double.
    @inline(__always)
    func addOne(to cell: Int, and amount: Double, to other: Int) {
        if rows.areMine {
            own[cell].addAlone(1 as UInt64)
            own[other].addAlone(amount)
        } else {
            rows.addOne(to: cell, and: amount, to: other, of: count)
        }
    }

    /// The sum of a whole-number cell over all rows.
    func sum(of cell: Int) -> UInt64 {
        var sum = own[cell].load(ordering: .relaxed)
        rows.forEach(count) { sum &+= $0[cell].load(ordering: .relaxed) }
        return sum
    }

    /// The sum of a cell of doubles over all rows.
    func doubleSum(of cell: Int) -> Double {
        var sum = Double(bitPattern: own[cell].load(ordering: .relaxed))
        rows.forEach(count) { sum += Double(bitPattern: $0[cell].load(ordering: .relaxed)) }
        return sum
    }
}
