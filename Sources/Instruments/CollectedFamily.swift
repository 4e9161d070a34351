/// What a registry keeps and shows, whatever its instruments are.
protocol CollectedFamily: AnyObject, Sendable {
    var definition: Definition { get }

    /// All series by label values, with what they show now.
    func readings() -> [SeriesReading]

    /// Appends header and samples in the buffer's format; nothing if there is no series.
    func write(to buffer: inout ExpositionBuffer)
}

/// One series while it is being shown.
struct SeriesReading {
    let values: LabelValues
    let reading: Reading
    /// In milliseconds since 1970, in UTC; nil if unknown or meaningless.
    let created: UInt64?
}

extension CollectedFamily {
    /// The family as plain values.
    func snapshot() -> MetricFamily {
        MetricFamily(
            name: definition.name, type: definition.type, help: definition.help,
            series: readings().map { series in
                MetricFamily.Series(
                    labels: zip(definition.labels, series.values.strings).map {
                        MetricFamily.LabelPair(name: $0.name, value: $1)
                    },
                    reading: series.reading, created: series.created.map { Double($0) / 1_000 })
            })
    }
}
