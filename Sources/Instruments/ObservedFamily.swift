import Synchronization

/// One value that a callback reports: the label values, in the order of the labels, and the number.
public struct Observation: Sendable, Hashable {
    /// The label values, as many as the family has labels, in their order.
    public var labels: [String]
    /// The number to show, in the family's unit.
    public var value: Double

    /// A value under these label values; none for a family without labels.
    public init(_ labels: [String] = [], _ value: Double) {
        self.labels = labels
        self.value = value
    }
}

/// A family whose values a callback supplies at each scrape.
final class ObservedFamily: CollectedFamily {
    let definition: Definition
    private let layout: SeriesLayout
    private let policy: LabelPolicy
    private let overflows: Family<Counter>
    private let callback: Callback<[Observation]>
    /// The values of the last labels, which a scope supplies.
    private let constants: [String]
    private let lastCount = Atomic<Int>(0)

    init(
        _ definition: Definition, constants: [String], overflows: Family<Counter>, callback: Callback<[Observation]>
    ) {
        self.definition = definition
        self.constants = constants
        self.overflows = overflows
        self.callback = callback
        layout = SeriesLayout(definition)
        policy = LabelPolicy(definition.labels)
        for label in definition.labels where label.domain.canOverflow {
            _ = overflows.with(definition.name, label.name)
        }
    }

    var seriesCount: Int { lastCount.load(ordering: .relaxed) }
    var mostSeries: Int? { callback.limits.series }

    func readings() -> [SeriesReading] {
        observe().sorted { $0.key < $1.key }.map { values, value in
            SeriesReading(values: values, reading: .number(value), created: nil)
        }
    }

    func write(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool {
        layout.escaped(buffer.escaping).write(readings(), to: &buffer)
        return true
    }

    /// Calls back, brings the values into their domains and adds up what falls on the same series.
    private func observe() -> [LabelValues: Double] {
        var usage = LabelPolicy.Usage()
        var sums: [LabelValues: Double] = [:]
        for observation in observations() {
            guard observation.labels.count == definition.ownLabels.count else {
                overflows.with(definition.name, Family<Counter>.wrongCount).increment()
                callback.report(.wrongCount(observation.labels, definition))
                continue
            }
            // What no counter can be, strict parsers reject together with the whole scrape.
            if definition.type == .counter, !(observation.value >= 0) {
                callback.fail(.invalid, "a counter cannot be \(observation.value)")
                continue
            }
            let given = LabelValues(observation.labels + constants)
            let (values, overflowed) = policy.resolve(given, usage: usage)
            for index in overflowed {
                let label = definition.labels[index]
                overflows.with(definition.name, label.name).increment()
                callback.report(.outsideDomain(given.strings[index], of: label, definition.name))
            }
            if sums[values] == nil { policy.claim(values, in: &usage) }
            sums[values, default: 0] += observation.value
        }
        lastCount.store(sums.count, ordering: .relaxed)
        return sums
    }

    /// None if the callback fails.
    private func observations() -> [Observation] {
        guard let observations = callback.call() else { return [] }
        guard observations.count <= callback.limits.series else {
            callback.fail(.flood, "it yielded \(observations.count) observations, \(callback.limits.series) at most")
            return []
        }
        return observations
    }
}

extension SeriesLayout {
    /// Appends header and samples of series that have no text of their own; nothing if there is no series.
    func write(_ readings: [SeriesReading], to buffer: inout ExpositionBuffer) {
        guard !readings.isEmpty else { return }
        writeHeader(to: &buffer)
        let nobody = NoInstrument()
        for reading in readings {
            let series = series(reading.values.strings, nobody)
            defer { series.free() }
            write(reading.reading, of: series.text, to: &buffer)
        }
    }
}

/// Stands for the instrument of a series that has none.
private final class NoInstrument {}
