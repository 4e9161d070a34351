import Instruments
import Testing

@Suite struct ExemplarTests {
    private let trace = ExemplarLabels(traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7")

    @Test func aCounterShowsItsLatest() throws {
        let registry = Registry()
        let counter = try registry.counter("calls_total", help: "Calls.", labels: [Label("to", .declared)])
        counter.with("a").increment(exemplar: try #require(ExemplarLabels(traceID: "old")))
        counter.with("a").increment(by: 4, exemplar: try #require(trace))
        counter.with("b").increment()
        let exposition = try ParsedExposition(parsing: registry.expose(.openMetrics100), format: .openMetrics100)
        let samples = try #require(exposition.families.first { $0.name == "calls" }).samples
        let exemplar = try #require(samples.first { $0["to"] == "a" }?.exemplar)
        #expect(exemplar.labels.map(\.name) == ["trace_id", "span_id"])
        #expect(exemplar.labels.map(\.value) == ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"])
        #expect(exemplar.value.double == 4)
        #expect(samples.first { $0["to"] == "b" }?.exemplar == nil)
        #expect(counter.with("a").exemplar?.value == 4)
    }

    @Test func aHistogramShowsOneForEachBucket() throws {
        let registry = Registry()
        let histogram = try registry.histogram("waits_seconds", help: "", buckets: [1, 2]).only
        for value in [0.5, 5, 0.75] {
            histogram.observe(value, exemplar: try #require(ExemplarLabels(traceID: "\(value)")))
        }
        #expect(histogram.exemplars.map { $0?.value } == [0.75, nil, 5])
        let text = String(decoding: registry.expose(.openMetrics100), as: UTF8.self)
        #expect(text.contains(#"waits_seconds_bucket{le="1.0"} 2 # {trace_id="0.75"} 0.75 1"#))
        #expect(text.contains(#"waits_seconds_bucket{le="2.0"} 2"# + "\n"))
        #expect(text.contains(#"waits_seconds_bucket{le="+Inf"} 3 # {trace_id="5.0"} 5 1"#))
        _ = try ParsedExposition(parsing: Array(text.utf8), format: .openMetrics100)
        #expect(!String(decoding: registry.expose(.text004), as: UTF8.self).contains("trace_id"))
    }

    @Test func aNativeHistogramKeepsSome() throws {
        let histogram = try Registry().nativeHistogram("waits_seconds", help: "").only
        for power in 0..<100 {
            histogram.observe(Double(1 << (power % 30)), exemplar: try #require(trace))
            histogram.observe(.infinity, exemplar: try #require(trace))
        }
        #expect(histogram.exemplars.count == 8)
    }

    @Test func whatSpoilsASumLeavesNoExample() throws {
        let registry = Registry()
        let counter = try registry.counter("calls_total", help: "").only
        let histogram = try registry.histogram("waits_seconds", help: "", buckets: [1]).only
        counter.add(-1, exemplar: try #require(trace))
        counter.add(.nan, exemplar: try #require(trace))
        histogram.observe(.nan, exemplar: try #require(trace))
        #expect(counter.exemplar == nil)
        #expect(histogram.exemplars == [])
    }

    @Test func labelsAreBounded() {
        #expect(ExemplarLabels(traceID: String(repeating: "x", count: 120)) != nil)
        #expect(ExemplarLabels(traceID: String(repeating: "x", count: 121)) == nil)
        #expect(ExemplarLabels([.init(name: "a-b", value: "")]) == nil)
        #expect(ExemplarLabels([.init(name: "a", value: "1"), .init(name: "a", value: "2")]) == nil)
        #expect(ExemplarLabels([]) != nil)
    }

    @Test func anyTextReadsBack() throws {
        let odd = "a \"quote\" \\ and\na line 🦊"
        let registry = Registry()
        let counter = try registry.counter("calls_total", help: "").only
        counter.add(0.25, exemplar: try #require(ExemplarLabels([.init(name: "note", value: odd)])))
        let families = try ParsedExposition(
            parsing: registry.expose(.openMetrics100), format: .openMetrics100
        ).families
        #expect(families.first { $0.name == "calls" }?.samples.first?.exemplar?.labels.first?.value == odd)
    }

    @Test func theStrictParserOfThePythonClientReadsThem() throws {
        let answer = try Oracle.pythonParser(openMetrics: true).ask(
            try registryWithEverything().expose(.openMetrics100))
        #expect(answer.status == 0, "\(answer.output)")
    }

    @Test func protobufHasThem() throws {
        let bytes = try registryWithEverything().expose(.protobuf)
        let traceID = Array("4bf92f3577b34da6a3ce929d0e0e4736".utf8)
        let places = bytes.indices.filter { bytes[$0...].starts(with: traceID) }
        #expect(places.count == 3)
    }

    private func registryWithEverything() throws -> Registry {
        let registry = Registry()
        let trace = try #require(trace)
        try registry.counter("calls_total", help: "").only.increment(exemplar: trace)
        try registry.histogram("waits_seconds", help: "", buckets: [1]).only.observe(3, exemplar: trace)
        try registry.nativeHistogram("works_seconds", help: "").only.observe(3, exemplar: trace)
        return registry
    }
}
