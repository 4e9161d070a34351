/// A sum that only grows: requests served, bytes sent, seconds spent.
///
/// Whole and fractional amounts are kept apart, so that a count stays exact beyond 2⁵³ and a whole increment is one
/// atomic addition. The whole part wraps around at 2⁶⁴, which a reader sees as a counter that started again.
public final class Counter: Instrument {
    private static let whole = 0
    private static let fraction = 1

    private let cells = StripedCells(cells: 2)

    init() {}

    /// Adds one.
    public func increment() {
        cells.add(1 as UInt64, to: Self.whole)
    }

    /// Adds a whole amount.
    public func increment(by amount: UInt64) {
        cells.add(amount, to: Self.whole)
    }

    /// Adds an amount; one that is negative, infinite or not a number is ignored, as it would spoil the sum for good.
    public func add(_ amount: Double) {
        guard amount >= 0, amount < .infinity else { return }
        if amount < 0x1p53, amount == amount.rounded(.towardZero) {
            cells.add(UInt64(amount), to: Self.whole)
        } else {
            cells.add(amount, to: Self.fraction)
        }
    }

    /// The sum so far. An addition under way at the same moment may be in it or not.
    public var value: Double {
        Double(cells.sum(of: Self.whole)) + cells.doubleSum(of: Self.fraction)
    }

    public var reading: Reading { .number(value) }
}
