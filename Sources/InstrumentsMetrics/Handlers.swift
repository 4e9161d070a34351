import CoreMetrics
import Instruments

/// A sum; whole and fractional amounts go to the same one.
final class CounterBridge: CounterHandler, FloatingPointCounterHandler {
    let holding: Holding<Instruments.Counter>
    private let counter: Instruments.Counter
    private let drops: DropCounts

    init(_ holding: Holding<Instruments.Counter>, drops: DropCounts) {
        self.holding = holding
        self.drops = drops
        counter = holding.instrument
    }

    func increment(by amount: Int64) {
        guard amount >= 0 else { return drops.count(.amount, of: holding.metric) }
        counter.increment(by: UInt64(amount))
    }

    func increment(by amount: Double) {
        guard amount >= 0, amount < .infinity else { return drops.count(.amount, of: holding.metric) }
        counter.add(amount)
    }

    /// The sum stays: `rate()` takes a fall for a restart of the process, and what was added since the last scrape would
    /// be lost.
    func reset() {}
}

/// The last value.
final class GaugeBridge: MeterHandler, RecorderHandler {
    let holding: Holding<Instruments.Gauge>
    private let gauge: Instruments.Gauge

    init(_ holding: Holding<Instruments.Gauge>) {
        self.holding = holding
        gauge = holding.instrument
    }

    func set(_ value: Int64) { gauge.set(Double(value)) }
    func set(_ value: Double) { gauge.set(value) }
    func increment(by amount: Double) { gauge.add(amount) }
    func decrement(by amount: Double) { gauge.add(-amount) }
    func record(_ value: Int64) { gauge.set(Double(value)) }
    func record(_ value: Double) { gauge.set(value) }
}

/// A distribution of values.
final class RecorderBridge: RecorderHandler {
    let holding: Holding<Histogram>
    private let histogram: Histogram
    private let drops: DropCounts

    init(_ holding: Holding<Histogram>, drops: DropCounts) {
        self.holding = holding
        self.drops = drops
        histogram = holding.instrument
    }

    func record(_ value: Int64) { histogram.observe(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return drops.count(.amount, of: holding.metric) }
        histogram.observe(value)
    }
}

/// A distribution of durations, in seconds whatever unit the library prefers to see.
final class TimerBridge: TimerHandler {
    let holding: Holding<Histogram>
    private let histogram: Histogram
    private let drops: DropCounts

    init(_ holding: Holding<Histogram>, drops: DropCounts) {
        self.holding = holding
        self.drops = drops
        histogram = holding.instrument
    }

    func recordNanoseconds(_ duration: Int64) {
        guard duration >= 0 else { return drops.count(.amount, of: holding.metric) }
        histogram.observe(Double(duration) / 1e9)
    }
}
