import Instruments
import Testing

/// Names beyond the legacy character set, as each format and each escaping shows them.
@Suite struct UTF8NamesTests {
    let registry = Registry(utf8Names: true)

    static func text(_ registry: Registry, _ format: ExpositionFormat, _ escaping: EscapingScheme) -> String {
        String(decoding: registry.expose(format, escaping: escaping), as: UTF8.self)
    }

    /// The examples of the page on escaping schemes, and what Prometheus's own libraries make of other names.
    @Test(
        arguments: [
            ("metric.name/with/slashes", "metric_name_with_slashes", "metric_dot_name__with__slashes", nil),
            ("metric.name.with.dots", "metric_name_with_dots", "metric_dot_name_dot_with_dot_dots", nil),
            ("metric.name", "metric_name", "metric_dot_name", "U__metric_2e_name"),
            ("legacy:name_1", "legacy:name_1", "legacy:name__1", "legacy:name_1"),
            ("a.b_c", "a_b_c", "a_dot_b__c", "U__a_2e_b__c"),
            ("a:b c", "a:b_c", "a:b__c", "U__a:b_20_c"),
            ("1st", "_st", "__st", "U___31_st"),
            ("花火🧮", "___", "______", "U___82b1__706b__1f9ee_"),
        ] as [(String, String, String, String?)])
    func schemes(_ name: String, _ underscores: String, _ dots: String, _ values: String?) throws {
        try registry.gauge(name, help: "").only.set(1)
        for format in [ExpositionFormat.text004, .text100, .openMetrics100] {
            #expect(
                Self.text(registry, format, .underscores).contains("# TYPE \(underscores) gauge\n\(underscores) 1\n"))
            #expect(Self.text(registry, format, .dots).contains("# TYPE \(dots) gauge\n\(dots) 1\n"))
            guard let values else { continue }
            #expect(Self.text(registry, format, .values).contains("# TYPE \(values) gauge\n\(values) 1\n"))
        }
    }

    @Test func namesStandInQuotes() throws {
        let registry = Registry(showingCreated: true, utf8Names: true)
        let labels = [Label("plain", .declared), Label("a.b", .declared)]
        try registry.counter("my.hits_total", help: "Say \"hi\".", labels: labels).with("x", "y").increment(by: 3)
        try registry.counter("bare.hits_total", help: "").only.increment()
        try registry.gauge("level", help: "", labels: [Label("say \"hi\"\\\n", .declared)]).with("v").set(2)
        try registry.histogram("wait.seconds", help: "", labels: labels, buckets: [1]).with("x", "y").observe(0.5)
        try registry.histogram("z", help: "", labels: [Label("é", .declared)], buckets: []).with("x").observe(0.5)
        _ = try registry.stateSet("the.phase", help: "", states: ["on"])
        let lines = Self.text(registry, .openMetrics100, .allowUTF8).split(separator: "\n").map { line in
            line.contains("_created") ? String(line.prefix { $0 != "}" }) : String(line)
        }
        let shown = lines.filter { !$0.contains("instruments_") }
        #expect(
            shown == [
                "# TYPE \"bare.hits\" counter", "{\"bare.hits_total\"} 1", "{\"bare.hits_created\"",
                "# TYPE level gauge",
                "level{\"say \\\"hi\\\"\\\\\\n\"=\"v\"} 2", "# HELP \"my.hits\" Say \\\"hi\\\".",
                "# TYPE \"my.hits\" counter", "{\"my.hits_total\",plain=\"x\",\"a.b\"=\"y\"} 3",
                "{\"my.hits_created\",plain=\"x\",\"a.b\"=\"y\"", "# TYPE \"the.phase\" stateset",
                "{\"the.phase\",\"the.phase\"=\"on\"} 0", "# TYPE \"wait.seconds\" histogram",
                "{\"wait.seconds_bucket\",plain=\"x\",\"a.b\"=\"y\",le=\"1.0\"} 1",
                "{\"wait.seconds_bucket\",plain=\"x\",\"a.b\"=\"y\",le=\"+Inf\"} 1",
                "{\"wait.seconds_sum\",plain=\"x\",\"a.b\"=\"y\"} 0.5",
                "{\"wait.seconds_count\",plain=\"x\",\"a.b\"=\"y\"} 1",
                "{\"wait.seconds_created\",plain=\"x\",\"a.b\"=\"y\"", "# TYPE z histogram",
                "z_bucket{\"é\"=\"x\",le=\"+Inf\"} 1", "z_sum{\"é\"=\"x\"} 0.5", "z_count{\"é\"=\"x\"} 1",
                "z_created{\"é\"=\"x\"", "# EOF",
            ])
        #expect(
            Self.text(registry, .text100, .allowUTF8).contains("\n{\"my.hits_total\",plain=\"x\",\"a.b\"=\"y\"} 3\n"))
        for format in [ExpositionFormat.text004, .text100] {
            #expect(Self.text(registry, format, .dots).contains("\nmy_dot_hits__total{plain=\"x\",a_dot_b=\"y\"} 3\n"))
        }
        let dots = Self.text(registry, .openMetrics100, .dots)
        #expect(dots.contains("\nmy_dot_hits__created{plain=\"x\",a_dot_b=\"y\"} "))
        #expect(dots.contains("\nwait_dot_seconds_created{plain=\"x\",a_dot_b=\"y\"} "))
    }

    @Test func text004HasNoQuotedNames() throws {
        try registry.gauge("my.level", help: "", labels: [Label("a.b", .declared)]).with("x").set(1)
        #expect(registry.expose(.text004, escaping: .allowUTF8) == registry.expose(.text004))
        #expect(Self.text(registry, .text004, .allowUTF8).contains("\nmy_level{a_b=\"x\"} 1\n"))
    }

    @Test func legacyNamesChangeInDotsAlone() throws {
        let labels = [Label("the_label", .declared)]
        try registry.counter("the_hits_total", help: "", labels: labels).with("x").increment()
        try registry.observedGauge("the_level", help: "", labels: labels, limits: .ample) { [Observation(["x"], 2)] }
        for format in [ExpositionFormat.text004, .text100, .openMetrics100] {
            let legacy = Self.text(registry, format, .underscores)
            #expect(legacy.contains("\nthe_hits_total{the_label=\"x\"} 1\n"))
            #expect(Self.text(registry, format, .values) == legacy)
            #expect(Self.text(registry, format, .allowUTF8) == legacy)
            let dots = Self.text(registry, format, .dots)
            #expect(dots.contains("\nthe__hits__total{the__label=\"x\"} 1\n"))
            #expect(dots.contains("\nthe__level{the__label=\"x\"} 2\n"))
        }
    }

    @Test func scopesCallbacksAndCollectors() throws {
        let scope = registry.scoped(prefix: "db.", labels: ["pool.name": "main"])
        try scope.counter("waits_total", help: "").only.increment()
        try scope.observedGauge("depth", help: "", limits: .ample) { [Observation([], 4)] }
        try scope.collector("pages", limits: .ample) {
            [MetricFamily(name: "pages", type: .gauge, help: "", series: [.init(labels: [], reading: .number(5))])]
        }
        let text = Self.text(registry, .text100, .allowUTF8)
        for line in ["waits_total\",\"pool.name\"=\"main\"} 1", "depth\",\"pool.name\"=\"main\"} 4"] {
            #expect(text.contains("\n{\"db.\(line)\n"))
        }
        #expect(text.contains("\n{\"db.pages\",\"pool.name\"=\"main\"} 5\n"))
        #expect(Self.text(registry, .text100, .underscores).contains("\ndb_pages{pool_name=\"main\"} 5\n"))
    }

    @Test func chunksMakeTheWhole() throws {
        let family = try registry.counter("my.hits_total", help: "", labels: [Label("a.b", .declared)])
        for index in 0..<2_000 { family.with("\(index)").increment() }
        for escaping in EscapingScheme.allCases {
            for format in ExpositionFormat.allCases {
                var bytes: [UInt8] = []
                registry.expose(format, escaping: escaping, chunk: 1) { bytes.append(contentsOf: $0) }
                #expect(bytes == registry.expose(format, escaping: escaping))
            }
        }
    }

    @Test func protobufHasNames() throws {
        try registry.gauge("my.level", help: "", labels: [Label("a.b", .declared)]).with("x").set(1)
        try registry.stateSet("the.phase", help: "", states: ["on"]).only.become("on")
        let names = { (escaping: EscapingScheme) in
            try ProtobufTests.decode(registry.expose(.protobuf, escaping: escaping)).map { family in
                [family.name] + family.series[0].labels.map(\.name)
            }
        }
        #expect(try names(.allowUTF8).suffix(2) == [["my.level", "a.b"], ["the.phase", "the.phase"]])
        #expect(try names(.underscores).suffix(2) == [["my_level", "a_b"], ["the_phase", "the_phase"]])
        #expect(try names(.dots).suffix(2) == [["my_dot_level", "a_dot_b"], ["the_dot_phase", "the_dot_phase"]])
        #expect(try names(.values).suffix(2).first == ["U__my_2e_level", "U__a_2e_b"])
    }

    @Test func sizesBoundEveryScheme() throws {
        let labels = [Label("a.b_c", .closed(["x"]))]
        try registry.histogram("my.wait_seconds", help: "Wait.", labels: labels, buckets: [1]).with("x").observe(1)
        let bytes = try #require(registry.size().families.first { $0.name == "my.wait_seconds" }?.maximumBytes)
        for escaping in EscapingScheme.allCases {
            let text = Self.text(registry, .text100, escaping)
            let shown = text.split(separator: "\n").filter { $0.contains("wait") && !$0.contains("instruments") }
            #expect(!shown.isEmpty && shown.reduce(0) { $0 + $1.utf8.count + 1 } <= bytes)
        }
    }
}
