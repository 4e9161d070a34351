import Synchronization

/// A value that goes up and down: queue depth, connections open, temperature.
///
/// Any double may be set, infinities and NaN included.
public final class Gauge: Instrument {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// Replaces the value.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds one.
    public func increment() { bits.addDouble(1) }

    /// Takes one away.
    public func decrement() { bits.addDouble(-1) }

    /// Adds an amount, which may be negative. No addition is lost, save to a ``set(_:)`` that comes after it.
    public func add(_ amount: Double) { bits.addDouble(amount) }

    /// The value now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    /// The ``value``, as a number.
    public var reading: Reading { .number(value) }
}
