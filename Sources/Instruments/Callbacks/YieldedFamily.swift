/// A family that a collector has yielded for one scrape, found fit to be shown.
final class YieldedFamily: CollectedFamily {
    /// Why a family cannot be shown.
    struct Unfit: Error {
        let reason: String
    }

    let definition: Definition
    private let rows: [SeriesReading]

    /// - Parameters:
    ///   - prefix: what a scope puts before the name.
    ///   - constants: labels that a scope adds, with their values.
    ///   - utf8Names: whether names need not be legacy names.
    init(
        _ family: MetricFamily, prefix: String, constants: [MetricFamily.LabelPair], utf8Names: Bool
    ) throws(Unfit) {
        let names = (family.series.first?.labels ?? []).map(\.name)
        let bounds = try Self.bounds(of: family)
        definition = Definition(
            name: prefix + family.name, type: family.type, help: family.help,
            labels: (names + constants.map(\.name)).map { Label($0, .declared) }, buckets: bounds)
        do {
            try definition.validate(allowingTotal: true, utf8Names: utf8Names)
        } catch {
            throw Unfit(reason: error.message)
        }
        var rows: [SeriesReading] = []
        for series in family.series {
            guard series.labels.map(\.name) == names else {
                throw Unfit(reason: "the series of \"\(family.name)\" differ in the names or the order of their labels")
            }
            try Self.check(series, of: family, bounds: bounds)
            let values = LabelValues((series.labels + constants).map(\.value))
            let created = series.created.flatMap { UInt64(exactly: ($0 * 1_000).rounded()) }
            rows.append(SeriesReading(values: values, reading: series.reading, created: created))
        }
        self.rows = rows.sorted { $0.values < $1.values }
        for (row, next) in zip(self.rows, self.rows.dropFirst()) where row.values == next.values {
            throw Unfit(reason: "\"\(family.name)\" has two series with the values \(row.values.strings)")
        }
    }

    var seriesCount: Int { rows.count }

    func readings() -> [SeriesReading] { rows }

    func write(to buffer: inout ExpositionBuffer, from position: inout SeriesPosition) -> Bool {
        SeriesLayout(definition.escaped(buffer.escaping)).write(rows, to: &buffer)
        return true
    }

    /// The finite bounds of the first series of a histogram.
    private static func bounds(of family: MetricFamily) throws(Unfit) -> [Double] {
        guard family.type == .histogram, case .histogram(let first)? = family.series.first?.reading else { return [] }
        guard first.buckets.last?.upperBound == .infinity else {
            throw Unfit(reason: "the last bucket of \"\(family.name)\" does not reach to infinity")
        }
        return first.buckets.dropLast().map(\.upperBound)
    }

    private static func check(
        _ series: MetricFamily.Series, of family: MetricFamily, bounds: [Double]
    ) throws(Unfit) {
        if series.labels.contains(where: { $0.value.utf8.count > LabelPolicy.longestValue }) {
            throw Unfit(reason: "a label value of \"\(family.name)\" is longer than \(LabelPolicy.longestValue) bytes")
        }
        switch (family.type, series.reading) {
        case (.gauge, .number), (.info, .number(1)): break
        case (.counter, .number(let value)):
            if !(value >= 0) { throw Unfit(reason: "the counter \"\(family.name)\" cannot be \(value)") }
        case (.histogram, .histogram(let histogram)):
            let counts = histogram.buckets.map(\.count)
            guard histogram.buckets.map(\.upperBound) == bounds + [.infinity], counts == counts.sorted() else {
                throw Unfit(reason: "the series of \"\(family.name)\" differ in their buckets, or buckets fall")
            }
        default:
            throw Unfit(
                reason:
                    "a reading of \"\(family.name)\" is not one that a collector can yield for a \(family.type.rawValue)"
            )
        }
    }
}
