/// What a registry keeps and shows, whatever its instruments are.
protocol CollectedFamily: AnyObject, Sendable {
    var definition: Definition { get }

    /// How many series there are now; of a callback, how many it last yielded.
    var seriesCount: Int { get }

    /// How many there can be at most, whatever the labels are; nil if only these tell.
    var mostSeries: Int? { get }

    /// Takes out series that have been idle for too long.
    ///
    /// - Parameter now: the time since some fixed moment.
    func expire(at now: Duration)

    /// All series by label values, with what they show now.
    func readings() -> [SeriesReading]

    /// Appends header and samples in the buffer's format until it is full; nothing if there is no series.
    ///
    /// - Parameter position: where to go on; the same one until all has been written.
    /// - Returns: whether all has been written.
    func write(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool
}

/// How far a family has been written.
struct SeriesPosition {
    /// All series, by label values; nil before the beginning. Whoever has them is within a reading (see `CInstruments`).
    var series: [LiveSeries]?
    /// The index of the first that has not been written.
    var next = 0
}

/// One series while it is being shown.
struct SeriesReading {
    let values: LabelValues
    let reading: Reading
    /// In milliseconds since 1970, in UTC; nil if unknown or meaningless.
    let created: UInt64?
    /// By bucket, if there are buckets; empty if there are no exemplars.
    var exemplars: [Exemplar?] = []
}

extension CollectedFamily {
    var mostSeries: Int? { nil }

    func expire(at now: Duration) {}

    /// The family as plain values, with names as the scheme shows them.
    func snapshot(_ escaping: EscapingScheme = .allowUTF8) -> MetricFamily {
        let definition = definition.escaped(escaping)
        return MetricFamily(
            name: definition.name, type: definition.type, help: definition.help,
            series: readings().map { series in
                MetricFamily.Series(
                    labels: zip(definition.labels, series.values.strings).map {
                        MetricFamily.LabelPair(name: $0.name, value: $1)
                    },
                    reading: series.reading, created: series.created.map { Double($0) / 1_000 },
                    exemplars: series.exemplars)
            })
    }
}
