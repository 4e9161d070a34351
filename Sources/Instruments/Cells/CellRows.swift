internal import CInstruments
import Synchronization

/// Who adds where to the cells of one instrument.
///
/// The first thread that records owns the cells in the instrument itself: it adds by a plain load and store, as nobody
/// else writes there. Others add to rows beside it. To begin with that is one row for all of them, where they add by
/// atomic read-modify-writes; after so many additions there, it is a row for each, which it owns as the first thread owns
/// the instrument's cells, and still one for those that found none free. Each row has cache lines of its own. A reader
/// adds up all rows, so nothing is lost, whatever threads come and go; what a thread owned when it ended goes to the one
/// that gets its number.
struct CellRows: ~Copyable, Sendable {
    private static let ownerShift: UInt64 = 48
    private static let addressMask: UInt64 = 1 << ownerShift - 1
    /// So many additions to a row for all make more rows.
    private static let patience: UInt64 = 64
    private static let mostRows = 64

    /// The number of the owning thread, or 0; below it, the address of the newest block of rows, or 0.
    private let word = Atomic<UInt64>(0)

    /// Frees the rows. To be called once, when nobody adds any more.
    func free() {
        var block = newest
        while let current = block {
            block = current.previous
            current.free()
        }
    }

    private var newest: RowBlock? { RowBlock(word.load(ordering: .acquiring) & Self.addressMask) }

    /// Whether the calling thread may write to the instrument's own cells; makes it the owner if there is none.
    @inline(__always)
    var areMine: Bool {
        let owner = word.load(ordering: .relaxed) >> Self.ownerShift
        return owner == instruments_thread() || owner == 0 && claim()
    }

    @inline(never)
    private func claim() -> Bool {
        if instruments_thread() == UInt64.max { instruments_register() }
        let number = instruments_thread()
        guard number < 1 << (64 - Self.ownerShift) else { return false }
        var current = word.load(ordering: .relaxed)
        while current >> Self.ownerShift == 0 {
            let (exchanged, original) = word.compareExchange(
                expected: current, desired: current | number << Self.ownerShift, ordering: .relaxed)
            if exchanged { return true }
            current = original
        }
        return false
    }

    /// Adds to a whole-number cell, beside the instrument's own.
    ///
    /// - Parameter cells: how many the instrument has; always the same.
    @inline(never)
    func add(_ amount: UInt64, to cell: Int, of cells: Int) {
        if let row = myRow(cells) {
            row[cell].addAlone(amount)
        } else {
            rowForAll(cells)[cell].wrappingAdd(amount, ordering: .relaxed)
        }
    }

    /// Adds to a cell that holds the bit pattern of a double, beside the instrument's own.
    @inline(never)
    func add(_ amount: Double, to cell: Int, of cells: Int) {
        if let row = myRow(cells) {
            row[cell].addAlone(amount)
        } else {
            rowForAll(cells)[cell].addDouble(amount)
        }
    }

    /// Adds one to a whole-number cell, and an amount to another that holds the bit pattern of a double.
    @inline(never)
    func addOne(to cell: Int, and amount: Double, to other: Int, of cells: Int) {
        if let row = myRow(cells) {
            row[cell].addAlone(1 as UInt64)
            row[other].addAlone(amount)
        } else {
            let row = rowForAll(cells)
            row[cell].wrappingAdd(1 as UInt64, ordering: .relaxed)
            row[other].addDouble(amount)
        }
    }

    /// The row that the calling thread owns.
    @inline(__always)
    private func myRow(_ cells: Int) -> RowBlock.Row? {
        guard let block = newest, block.rows > 0 else { return nil }
        let (owner, row) = block.row(of: instruments_thread(), cells)
        let current = owner.pointee.load(ordering: .relaxed)
        return current == instruments_thread() || current == 0 && Self.claim(owner) ? row : nil
    }

    @inline(never)
    private static func claim(_ owner: RowBlock.Row) -> Bool {
        if instruments_thread() == UInt64.max { instruments_register() }
        let number = instruments_thread()
        return owner.pointee.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
    }

    /// The row of those that own none; makes it, and more rows when it has been asked for often.
    @inline(never)
    private func rowForAll(_ cells: Int) -> RowBlock.Row {
        var block = newest ?? grow(from: nil, to: 0, cells)
        if block.additions.pointee.wrappingAdd(1, ordering: .relaxed).newValue == Self.patience,
            block.rows < Self.mostRows
        {
            block = grow(from: block, to: max(block.rows * 4, 4), cells)
        }
        return block.rowForAll(cells)
    }

    /// Puts a new block before the newest one, unless somebody else has done so; returns the newest then.
    private func grow(from old: RowBlock?, to rows: Int, _ cells: Int) -> RowBlock {
        let made = RowBlock(rows: rows, cells: cells, previous: old)
        var current = word.load(ordering: .acquiring)
        while true {
            if let now = RowBlock(current & Self.addressMask), now != old {
                made.free()
                return now
            }
            let (exchanged, original) = word.compareExchange(
                expected: current, desired: current & ~Self.addressMask | made.address,
                successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
            if exchanged { return made }
            current = original
        }
    }

    /// Calls the body with each row beside the instrument's own.
    @inline(__always)
    func forEach(_ cells: Int, _ body: (RowBlock.Row) -> Void) {
        var next = newest
        while let block = next {
            for index in 0...block.rows { body(block.row(index, cells)) }
            next = block.previous
        }
    }
}

/// Rows that were allocated together: one for each of some threads, and one for all others.
///
/// One allocation: a line for the header (the address of the block before; the number of rows that can be owned, 0 or a
/// power of two; additions to the row for all), then the rows, that for all last. A row begins with its owner's number.
struct RowBlock: Equatable {
    typealias Row = UnsafeMutablePointer<Atomic<UInt64>>

    private static let rowsOffset = 8
    private static let additionsOffset = 16
    private static let line = 64

    private let start: UnsafeMutableRawPointer

    /// Nil if the address is 0.
    @inline(__always)
    init?(_ address: UInt64) {
        guard let start = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return nil }
        self.start = start
    }

    init(rows: Int, cells: Int, previous: RowBlock?) {
        let count = (rows + 1) * Self.stride(cells)
        start = .allocate(byteCount: Self.line + count * 8, alignment: Self.line)
        start.storeBytes(of: previous?.address ?? 0, as: UInt64.self)
        start.storeBytes(of: rows, toByteOffset: Self.rowsOffset, as: Int.self)
        additions.initialize(to: Atomic(0))
        let first = (start + Self.line).bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { (first + index).initialize(to: Atomic(0)) }
    }

    func free() { start.deallocate() }

    var address: UInt64 { UInt64(UInt(bitPattern: start)) }

    var previous: RowBlock? { RowBlock(start.load(as: UInt64.self)) }

    /// How many rows can be owned.
    @inline(__always)
    var rows: Int { start.load(fromByteOffset: Self.rowsOffset, as: Int.self) }

    var additions: Row { (start + Self.additionsOffset).assumingMemoryBound(to: Atomic<UInt64>.self) }

    /// The row that the thread can own, if there are such, and the cell that says who does.
    @inline(__always)
    func row(of thread: UInt64, _ cells: Int) -> (owner: Row, row: Row) {
        let row = row(Int(truncatingIfNeeded: thread) & (rows &- 1), cells)
        return (row - 1, row)
    }

    func rowForAll(_ cells: Int) -> Row { row(rows, cells) }

    /// The first cell of a row; the row for all is the last.
    @inline(__always)
    func row(_ index: Int, _ cells: Int) -> Row {
        (start + Self.line).assumingMemoryBound(to: Atomic<UInt64>.self) + (index &* Self.stride(cells) &+ 1)
    }

    /// From one row to the next: its owner and its cells, in whole cache lines.
    @inline(__always)
    private static func stride(_ cells: Int) -> Int {
        let perLine = line / 8
        return (1 &+ cells &+ perLine &- 1) & ~(perLine &- 1)
    }
}

extension Atomic where Value == UInt64 {
    /// Adds, where no other thread writes.
    @inline(__always)
    func addAlone(_ amount: UInt64) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Adds to the double whose bit pattern the cell holds, where no other thread writes.
    @inline(__always)
    func addAlone(_ amount: Double) {
        store((Double(bitPattern: load(ordering: .relaxed)) + amount).bitPattern, ordering: .relaxed)
    }

    /// Adds to the double whose bit pattern the cell holds.
    @inline(__always)
    func addDouble(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: current, desired: sum, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
