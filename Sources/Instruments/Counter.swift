import Synchronization

/// A sum that only grows: requests served, bytes sent, seconds spent.
///
/// Whole and fractional amounts are kept apart, so that a count stays exact beyond 2⁵³. The whole part wraps around at
/// 2⁶⁴, which a reader sees as a counter that started again.
public final class Counter: Instrument {
    private static let cells = 2
    private static let wholeCell = 0
    private static let fractionCell = 1

    private let whole = Atomic<UInt64>(0)
    /// The bit pattern of a double.
    private let fraction = Atomic<UInt64>(0)
    private let rows = CellRows()
    private let slots = ExemplarSlots()

    package init() {}

    deinit { rows.free() }

    /// Adds one.
    public func increment() { increment(by: 1) }

    /// Adds a whole amount.
    public func increment(by amount: UInt64) {
        if rows.areMine { whole.addAlone(amount) } else { rows.add(amount, to: Self.wholeCell, of: Self.cells) }
    }

    /// Adds an amount; one that is negative, infinite or not a number is ignored, as it would spoil the sum for good.
    public func add(_ amount: Double) {
        guard amount >= 0, amount < .infinity else { return Audit.ignored(amount, by: self) }
        // Rounding would be a call; converting forth and back is two instructions.
        let whole = amount < 0x1p53 ? Int64(amount) : -1
        if Double(whole) == amount {
            increment(by: UInt64(bitPattern: whole))
        } else if rows.areMine {
            fraction.addAlone(amount)
        } else {
            rows.add(amount, to: Self.fractionCell, of: Self.cells)
        }
    }

    /// Adds a whole amount, of which this is an example. Takes a lock and allocates memory, unlike the others.
    public func increment(by amount: UInt64 = 1, exemplar: ExemplarLabels) {
        increment(by: amount)
        slots.keep(exemplar, Double(amount), in: 0, of: 1)
    }

    /// Adds an amount, of which this is an example. Takes a lock and allocates memory, unlike the others.
    public func add(_ amount: Double, exemplar: ExemplarLabels) {
        guard amount >= 0, amount < .infinity else { return }
        add(amount)
        slots.keep(exemplar, amount, in: 0, of: 1)
    }

    /// The latest example; nil if there was none.
    public var exemplar: Exemplar? { slots.all.first ?? nil }

    /// The sum so far. An addition under way at the same moment may be in it or not.
    public var value: Double {
        var whole = whole.load(ordering: .relaxed)
        var fraction = Double(bitPattern: fraction.load(ordering: .relaxed))
        rows.forEach(Self.cells) { row in
            whole &+= row[Self.wholeCell].load(ordering: .relaxed)
            fraction += Double(bitPattern: row[Self.fractionCell].load(ordering: .relaxed))
        }
        return Double(whole) + fraction
    }

    /// The ``value``, as a number.
    public var reading: Reading { .number(value) }
}
