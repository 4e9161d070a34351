import Foundation
import Instruments
import Testing

@Suite struct OracleTests {
    static let awkward = [
        "", " ", "plain", "say \"hi\"", "back\\slash", "\\", "\\n", "\\\"", "line\nbreak", "\n", "tab\t", "\r", "\r\n",
        "emoji 🧮👩‍👩‍👧", "é", "e\u{301}", "}", "{", ",", "=", "# EOF", "\"} 1\ninjected{a=\"", "NaN", "\u{2028}", "\u{85}",
        "\u{1}", "ünï/{id}?x=1&y=2", String(repeating: "long ", count: 2000),
    ]

    struct Sample: Hashable, Codable {
        var type: String
        var name: String
        var labels: [String: String]
        var value: String
    }

    let registry = Registry()

    /// Everything but a gauge that ends in `_total`, which the lint of promtool frowns upon.
    init() throws {
        let hits = try registry.counter(
            "hits_total", help: "Hits with \"quotes\", \\ and\nnewline.", labels: [Label("name", .open(cap: 100))])
        let wait = try registry.histogram(
            "wait_seconds", help: "Wait.", labels: [Label("name", .open(cap: 100))], buckets: [1e-5, 0.1, 1, 1e6, 1e17])
        for (index, value) in Self.awkward.enumerated() {
            hits.with(value).add(Double(index) * 1.25)
            for amount in [0.1, 1, 2, 1e-5, 1e6, 1e300] { wait.with(value).observe(amount) }
        }
        let level = try registry.gauge("level_ratio", help: "Level.", labels: [Label("case", .declared)])
        let values: [Double] = [
            0, -0.0, 1e-5, 5e16, 1e19, -1e-300, 0.1 + 0.2, 0x1p53, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            .infinity, -.infinity, .nan,
        ]
        for (index, value) in values.enumerated() { level.with("\(index)").set(value) }
        try registry.histogram("change_ratio", help: "Change.", buckets: [-1, 0, 1]).only.observe(-0.5)
        try registry.histogram("drop_ratio", help: "Drop.", buckets: [1]).only.observe(-0.5)
        try registry.info("build_info", help: "Build.", labels: [Label("version", .declared)]).show("1")
        let native = try registry.nativeHistogram("native_seconds", help: "Native.", buckets: [0.5, 1]).only
        let bare = try registry.nativeHistogram("bare_seconds", help: "Bare.").only
        let summary = try registry.summary("summary_seconds", help: "Summary.", labels: [Label("name", .declared)])
        let states = try registry.stateSet(
            "phase", help: "Phase.", labels: [Label("name", .declared)], states: Set(Self.awkward + ["idle"]).sorted())
        for value in [0.25, 0.75, 3, 1e-7] {
            native.observe(value)
            bare.observe(value)
            summary.with("a").observe(value)
        }
        _ = summary.with("idle")
        states.with("a").become("idle")
        try ProcessMetrics.register(in: registry)
    }

    @Test func promtoolFindsNothing() throws {
        let answer = try Oracle.promtool().ask(registry.expose(.text004))
        #expect(answer.status == 0, "\(answer.output)")
        #expect(answer.output.isEmpty)
    }

    @Test(arguments: [ExpositionFormat.text004, .openMetrics100])
    func pythonReadsWhatTheSnapshotHolds(_ format: ExpositionFormat) throws {
        _ = try registry.gauge("workers_total", help: "A name that others fixed.", allowingTotal: true)
        let answer = try Oracle.pythonParser(openMetrics: format == .openMetrics100).ask(registry.expose(format))
        try #require(answer.status == 0, "\(answer.output)")
        let read = try JSONDecoder().decode([Sample].self, from: Data(answer.output.utf8))
        let told = registry.snapshot().flatMap { samples(of: $0, in: format) }
        // CPU time and memory go on between the scrape and the snapshot.
        let moving = { (sample: Sample) in sample.name.hasPrefix("process_") }
        #expect(read.count == told.count)
        let spelledRead = Set(read.filter { !moving($0) }.map(Spelling.init))
        let spelledTold = Set(told.filter { !moving($0) }.map(Spelling.init))
        #expect(spelledRead.subtracting(spelledTold).map(\.description) == [])
        #expect(spelledTold.subtracting(spelledRead).map(\.description) == [])
        #expect(Set(read.map(\.name)) == Set(told.map(\.name)))
    }

    /// A sample compared byte by byte: `String` takes two spellings of an accented letter for one.
    struct Spelling: Hashable, CustomStringConvertible {
        let bytes: [UInt8]

        var description: String { String(decoding: bytes, as: UTF8.self) }

        init(_ sample: Sample) {
            let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let number = Double(sample.value).map { $0.isNaN ? "nan" : "\($0)" } ?? "unreadable \(sample.value)"
            bytes = Array("\(sample.type) \(sample.name) \(labels) \(number)".utf8)
        }
    }

    func samples(of family: MetricFamily, in format: ExpositionFormat) -> [Sample] {
        family.series.flatMap { series -> [Sample] in
            let labels = Dictionary(uniqueKeysWithValues: series.labels.map { ($0.name, $0.value) })
            func sample(_ suffix: String, _ value: Double, _ more: [String: String] = [:]) -> Sample {
                Sample(
                    type: type(of: family, in: format), name: family.name + suffix,
                    labels: labels.merging(more) { $1 }, value: "\(value)")
            }
            let histogram: HistogramReading
            switch series.reading {
            case .number(let value): return [sample("", value)]
            case .states(let states): return states.map { sample("", $0.holds ? 1 : 0, [family.name: $0.name]) }
            case .summary(let summary):
                return summary.quantiles.map { sample("", $0.value, ["quantile": "\($0.rank)"]) }
                    + [sample("_sum", summary.sum), sample("_count", Double(summary.count))]
            case .histogram(let reading): histogram = reading
            case .nativeHistogram(let reading): histogram = reading.withoutSparseBuckets
            }
            var samples = histogram.buckets.map { sample("_bucket", Double($0.count), ["le": bound($0.upperBound)]) }
            let negative = histogram.buckets[0].upperBound < 0 || histogram.sum < 0
            if format == .text004 || !negative {
                samples += [sample("_sum", histogram.sum), sample("_count", Double(histogram.count))]
            }
            return samples
        }
    }

    /// The text format has neither infos nor state sets.
    func type(of family: MetricFamily, in format: ExpositionFormat) -> String {
        let gauge = family.type == .info || family.type == .stateSet
        return gauge && format == .text004 ? "gauge" : family.type.rawValue
    }

    func bound(_ bound: Double) -> String {
        switch bound {
        case .infinity: "+Inf"
        case 1e6: "1e+06"
        default: "\(bound)"
        }
    }
}
