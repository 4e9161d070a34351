/// One value that a callback reports: the label values, in the order of the labels, and the number.
public struct Observation: Sendable, Hashable {
    public var labels: [String]
    public var value: Double

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
    private let read: @Sendable () -> [Observation]

    init(
        _ definition: Definition, overflows: Family<Counter>, read: @escaping @Sendable () -> [Observation]
    ) {
        self.definition = definition
        self.overflows = overflows
        self.read = read
        layout = SeriesLayout(definition)
        policy = LabelPolicy(definition.labels)
        for label in definition.labels where label.domain.canOverflow {
            _ = overflows.with(definition.name, label.name)
        }
    }

    func readings() -> [SeriesReading] {
        observe().sorted { $0.key < $1.key }.map { values, value in
            SeriesReading(values: values, reading: .number(value), created: nil)
        }
    }

    func write(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool {
        let readings = readings()
        guard !readings.isEmpty else { return true }
        layout.writeHeader(to: &buffer)
        for series in readings {
            let text = layout.series(series.values.strings, self)
            defer { text.free() }
            layout.write(series.reading, of: text.text, to: &buffer)
        }
        return true
    }

    /// Calls back, brings the values into their domains and adds up what falls on the same series.
    private func observe() -> [LabelValues: Double] {
        var usage = LabelPolicy.Usage()
        var sums: [LabelValues: Double] = [:]
        for observation in read() {
            guard observation.labels.count == definition.labels.count else {
                overflows.with(definition.name, Family<Counter>.wrongCount).increment()
                continue
            }
            // What no counter can be, strict parsers reject together with the whole scrape.
            if definition.type == .counter, !(observation.value >= 0) { continue }
            let (values, overflowed) = policy.resolve(LabelValues(observation.labels), usage: usage)
            for index in overflowed {
                overflows.with(definition.name, definition.labels[index].name).increment()
            }
            if sums[values] == nil { policy.claim(values, in: &usage) }
            sums[values, default: 0] += observation.value
        }
        return sums
    }
}
