import Synchronization

/// A row of 64-bit cells, kept several times over so that threads on different cores seldom write to one cache line.
///
/// A thread writes to the stripe that its stack address chooses; a reader adds up all stripes. Every write is a relaxed
/// atomic read-modify-write, hence none is lost, whatever stripe two threads come to share.
struct StripedCells: ~Copyable, Sendable {
    private static let stripes = 4
    private static let cellsPerLine = 8

    // Invariant: allocated, aligned and initialized in `init`, freed in `deinit`, and never handed out past a call. In
    // between it is only reached through atomic operations.
    private nonisolated(unsafe) let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let stride: Int

    /// All cells start at 0, which is also the bit pattern of the double 0.
    init(cells: Int) {
        let lines = (cells + Self.cellsPerLine - 1) / Self.cellsPerLine
        stride = lines * Self.cellsPerLine
        let count = stride * Self.stripes
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: count * MemoryLayout<Atomic<UInt64>>.stride,
            alignment: Self.cellsPerLine * MemoryLayout<Atomic<UInt64>>.stride)
        base = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { (base + index).initialize(to: Atomic(0)) }
    }

    deinit {
        base.deinitialize(count: stride * Self.stripes)
        base.deallocate()
    }

    /// Adds to a whole-number cell; wraps around at 2⁶⁴.
    @inline(__always)
    func add(_ amount: UInt64, to cell: Int) {
        base[Self.stripe &* stride &+ cell].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds to a cell that holds the bit pattern of a double.
    @inline(__always)
    func add(_ amount: Double, to cell: Int) {
        base[Self.stripe &* stride &+ cell].addDouble(amount)
    }

    /// The sum of a whole-number cell over all stripes.
    func sum(of cell: Int) -> UInt64 {
        var sum: UInt64 = 0
        for stripe in 0..<Self.stripes {
            sum &+= base[stripe &* stride &+ cell].load(ordering: .relaxed)
        }
        return sum
    }

    /// The sum of a cell of doubles over all stripes.
    func doubleSum(of cell: Int) -> Double {
        var sum = 0.0
        for stripe in 0..<Self.stripes {
            sum += Double(bitPattern: base[stripe &* stride &+ cell].load(ordering: .relaxed))
        }
        return sum
    }

    /// The stripe of the calling thread.
    ///
    /// Stacks lie side by side, 8 MiB apart on Linux and 512 KiB on Darwin, so these bits tell neighbours apart at the
    /// price of two shifts: no thread-local lookup, no call. A thread deep in its stack may move to another stripe.
    @inline(__always)
    private static var stripe: Int {
        var marker: UInt8 = 0
        let address = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
        return Int(truncatingIfNeeded: ((address >> 23) ^ (address >> 19)) & UInt(stripes - 1))
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
