import Instruments
import Testing
import TestSupport

/// Any names come back as they were, in our parser and in that of the Python client.
@Suite struct UTF8RoundTripTests {
    static let formats = RoundTripTests.formats.filter { $0.shown != .text004 }

    /// One family of each type with names of all sorts; a number in front keeps them apart.
    static func registry(_ random: inout SeededGenerator) throws -> Registry {
        let registry = Registry(showingCreated: true, utf8Names: true)
        let labels = (0..<3).map { Label("l\($0)\(random.text())", .declared) }
        let name = { (random: inout SeededGenerator, index: Int) in "n\(index)\(random.text())" }
        try registry.counter("\(name(&random, 0))_total", help: random.text(), labels: labels)
            .with(labels.map { _ in random.text() }).increment()
        try registry.gauge("\(name(&random, 1)).", help: random.text(), labels: labels)
            .with(labels.map { _ in random.text() }).set(random.double())
        try registry.histogram("\(name(&random, 2)).", help: "", labels: labels, buckets: [1, 2])
            .with(labels.map { _ in random.text() }).observe(1.5)
        try registry.summary("\(name(&random, 3)).", help: "", labels: labels)
            .with(labels.map { _ in random.text() }).observe(1.5)
        _ = try registry.info("\(name(&random, 4))_info", help: "", labels: labels)
            .with(labels.map { _ in random.text() })
        let phase = String(String.UnicodeScalarView(name(&random, 5).unicodeScalars.filter { $0 != ":" }))
        try registry.stateSet("\(phase).", help: "", labels: labels, states: ["on", "off"])
            .with(labels.map { _ in random.text() }).become("on")
        return registry
    }

    @Test(arguments: formats, Array<UInt64>(1...60))
    func namesReadBackTheSame(_ formats: RoundTripTests.Formats, _ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registry = try Self.registry(&random)
        let text = registry.expose(formats.shown, escaping: .allowUTF8)
        let parsed = try ParsedExposition(parsing: text, format: formats.read)
        let told = registry.snapshot().filter { !$0.series.isEmpty }
        #expect(parsed.families.count == told.count)
        for (read, told) in zip(parsed.families, told) {
            #expect(Array(read.name.utf8) == Self.name(told, formats.read))
            let points = read.points(in: formats.read)
            // Prometheus text has state sets as gauges, a point for each state.
            let isGauges = told.type == .stateSet && formats.read != .openMetrics100
            #expect(points.count == (isGauges ? 2 : 1))
            let series = told.series[0]
            for point in points {
                let shown = point.labels.prefix(series.labels.count)
                #expect(shown.map { Array($0.name.utf8) } == series.labels.map { Array($0.name.utf8) })
                #expect(shown.map { Array($0.value.utf8) } == series.labels.map { Array($0.value.utf8) })
            }
        }
        #expect(try ParsedExposition(parsing: parsed.canonical, format: formats.read) == parsed)
    }

    /// As TYPE has it.
    private static func name(_ family: MetricFamily, _ format: TextFormat) -> [UInt8] {
        switch family.type {
        case .counter where format == .openMetrics100: Array(family.name.utf8.dropLast("_total".utf8.count))
        case .info where format == .openMetrics100: Array(family.name.utf8.dropLast("_info".utf8.count))
        default: Array(family.name.utf8)
        }
    }

    @Test(arguments: RoundTripTests.formats, Array<UInt64>(1...20))
    func escapedNamesAreNeverBroken(_ formats: RoundTripTests.Formats, _ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registry = try Self.registry(&random)
        let told = registry.snapshot().filter { !$0.series.isEmpty }
        for escaping in EscapingScheme.allCases where escaping != .allowUTF8 {
            let text = registry.expose(formats.shown, escaping: escaping)
            let parsed = try ParsedExposition(parsing: text, format: formats.read)
            #expect(parsed.families.count == told.count)
            #expect(!parsed.canonical.contains([UInt8]("\n{".utf8)))
        }
    }

    @Test(arguments: formats)
    func pythonReadsTheSameNames(_ formats: RoundTripTests.Formats) throws {
        let registries = try (1...30).map { (seed: UInt64) in
            var random = SeededGenerator(seed: seed)
            return try Self.registry(&random)
        }
        for escaping in EscapingScheme.allCases {
            let texts = registries.map { UTF8NamesTests.text($0, formats.shown, escaping) }
            for (text, answer) in zip(texts, try Oracle.answers(texts, formats.read)) {
                #expect(answer.error == nil, "\(text)")
                #expect(
                    try ParsingOracleTests.spellings(of: text, formats.read) == ParsingOracleTests.spellings(of: answer)
                )
            }
        }
    }
}
