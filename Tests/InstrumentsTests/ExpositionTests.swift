import Instruments
import Testing

@Suite struct ExpositionTests {
    let registry = Registry()

    func text(_ format: ExpositionFormat) -> String { String(decoding: registry.expose(format), as: UTF8.self) }

    /// One of everything, registered and recorded out of order.
    func fill() throws {
        let requests = try registry.counter(
            "http_requests_total", help: "Requests, by \"path\".\nBackslash: \\.",
            labels: [Label("path", .route), Label("method", .closed(["GET"]))])
        requests.with("/b", "GET").increment(by: 3)
        requests.with("/a", "POST").increment()
        requests.with("/a", "GET").add(0.5)
        requests.with("say \"hi\"\\\n", "GET").increment()
        try registry.gauge("depth", help: "").only.set(-1.5)
        let wait = try registry.histogram(
            "wait_seconds", help: "Wait.", labels: [Label("queue", .closed(["a"]))], buckets: [0.005, 1, 1e6])
        for value in [0.005, 0.5, 2, 3e6] { wait.with("a").observe(value) }
        let size = try registry.histogram("size_bytes", help: "Size.", buckets: [])
        size.only.observe(7)
        try registry.observedGauge("alive", help: "Alive.", labels: [Label("who", .declared)], limits: .ample) {
            [Observation(["z"], 1), Observation(["é"], 2), Observation([""], 3)]
        }
        _ = try registry.gauge("empty", help: "No series, no lines.", labels: [Label("a", .declared)])
    }

    @Test func text004() throws {
        try fill()
        #expect(
            text(.text004) == #"""
                # HELP alive Alive.
                # TYPE alive gauge
                alive{who=""} 3
                alive{who="z"} 1
                alive{who="é"} 2
                # TYPE depth gauge
                depth -1.5
                # HELP http_requests_total Requests, by "path".\nBackslash: \\.
                # TYPE http_requests_total counter
                http_requests_total{path="/a",method="GET"} 0.5
                http_requests_total{path="/a",method="other"} 1
                http_requests_total{path="/b",method="GET"} 3
                http_requests_total{path="say \"hi\"\\\n",method="GET"} 1
                # HELP instruments_collector_failures_total Scrapes without what a callback should have yielded.
                # TYPE instruments_collector_failures_total counter
                instruments_collector_failures_total{collector="alive",reason="error"} 0
                instruments_collector_failures_total{collector="alive",reason="flood"} 0
                instruments_collector_failures_total{collector="alive",reason="invalid"} 0
                instruments_collector_failures_total{collector="alive",reason="timeout"} 0
                # HELP instruments_label_overflow_total Label values outside their domain, recorded as other; label * stands for a wrong count of values.
                # TYPE instruments_label_overflow_total counter
                instruments_label_overflow_total{family="http_requests_total",label="method"} 1
                instruments_label_overflow_total{family="wait_seconds",label="queue"} 0
                # HELP size_bytes Size.
                # TYPE size_bytes histogram
                size_bytes_bucket{le="+Inf"} 1
                size_bytes_sum 7
                size_bytes_count 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{queue="a",le="0.005"} 1
                wait_seconds_bucket{queue="a",le="1.0"} 2
                wait_seconds_bucket{queue="a",le="1e+06"} 3
                wait_seconds_bucket{queue="a",le="+Inf"} 4
                wait_seconds_sum{queue="a"} 3000002.505
                wait_seconds_count{queue="a"} 4

                """#)
    }

    @Test func openMetrics100() throws {
        try fill()
        #expect(
            text(.openMetrics100) == #"""
                # HELP alive Alive.
                # TYPE alive gauge
                alive{who=""} 3
                alive{who="z"} 1
                alive{who="é"} 2
                # TYPE depth gauge
                depth -1.5
                # HELP http_requests Requests, by \"path\".\nBackslash: \\.
                # TYPE http_requests counter
                http_requests_total{path="/a",method="GET"} 0.5
                http_requests_total{path="/a",method="other"} 1
                http_requests_total{path="/b",method="GET"} 3
                http_requests_total{path="say \"hi\"\\\n",method="GET"} 1
                # HELP instruments_collector_failures Scrapes without what a callback should have yielded.
                # TYPE instruments_collector_failures counter
                instruments_collector_failures_total{collector="alive",reason="error"} 0
                instruments_collector_failures_total{collector="alive",reason="flood"} 0
                instruments_collector_failures_total{collector="alive",reason="invalid"} 0
                instruments_collector_failures_total{collector="alive",reason="timeout"} 0
                # HELP instruments_label_overflow Label values outside their domain, recorded as other; label * stands for a wrong count of values.
                # TYPE instruments_label_overflow counter
                instruments_label_overflow_total{family="http_requests_total",label="method"} 1
                instruments_label_overflow_total{family="wait_seconds",label="queue"} 0
                # HELP size_bytes Size.
                # TYPE size_bytes histogram
                size_bytes_bucket{le="+Inf"} 1
                size_bytes_sum 7
                size_bytes_count 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{queue="a",le="0.005"} 1
                wait_seconds_bucket{queue="a",le="1.0"} 2
                wait_seconds_bucket{queue="a",le="1e+06"} 3
                wait_seconds_bucket{queue="a",le="+Inf"} 4
                wait_seconds_sum{queue="a"} 3000002.505
                wait_seconds_count{queue="a"} 4
                # EOF

                """#)
    }

    @Test func anEmptyRegistryIsAValidExposition() {
        #expect(text(.text004).isEmpty)
        #expect(text(.openMetrics100) == "# EOF\n")
        #expect(registry.snapshot().map(\.name) == [Registry.failuresName, Registry.overflowName])
    }

    @Test func aSnapshotIsPlainValues() throws {
        try fill()
        let families = registry.snapshot()
        #expect(
            families.map(\.name) == [
                "alive", "depth", "empty", "http_requests_total", Registry.failuresName, Registry.overflowName,
                "size_bytes", "wait_seconds",
            ])
        let requests = try #require(families.first { $0.name == "http_requests_total" })
        #expect(requests.type == .counter)
        #expect(requests.series("/b", "GET")?.value == 3)
        #expect(requests.series("/b", "GET")?["method"] == "GET")
        #expect(requests.series("/b", "GET")?["nothing"] == nil)
        #expect(families.last?.series("a")?.value == 4)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1e5, "100000"), (5e16, "50000000000000000"),
            (0x1p53, "9007199254740992"), (0x1p62, "4611686018427387904"), (1e19, "1e+19"), (1e-5, "1e-05"),
            (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (123456.789, "123456.789"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (-.nan, "NaN"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ expected: String) throws {
        try registry.gauge("depth", help: "").only.set(value)
        #expect(text(.text004) == "# TYPE depth gauge\ndepth \(expected)\n")
    }

    /// As Go prints them in Prometheus 3.
    @Test(
        arguments: [
            (0, "0.0"), (1, "1.0"), (-1, "-1.0"), (0.0001, "0.0001"), (0.00001, "1e-05"), (999_999, "999999.0"),
            (1e6, "1e+06"), (-2.5e6, "-2.5e+06"), (1_234_567.5, "1.2345675e+06"), (1e16, "1e+16"), (1e100, "1e+100"),
            (0x1p53, "9.007199254740992e+15"),
        ] as [(Double, String)])
    func bounds(_ bound: Double, _ expected: String) throws {
        _ = try registry.histogram("size_bytes", help: "", buckets: [bound])
        #expect(text(.text004).contains("size_bytes_bucket{le=\"\(expected)\"} 0\n"))
        #expect(text(.openMetrics100).contains("size_bytes_bucket{le=\"\(expected)\"} 0\n"))
    }

    /// OpenMetrics forbids a sum that can go down; the text format does not.
    @Test(arguments: [([-1, 1], 2), ([1], -2), ([1], -.infinity)] as [([Double], Double)])
    func aNegativeSumIsLeftOutOfOpenMetrics(_ bounds: [Double], _ value: Double) throws {
        try registry.histogram("change", help: "", buckets: bounds).only.observe(value)
        #expect(text(.text004).contains("change_sum "))
        #expect(text(.text004).contains("change_count 1\n"))
        #expect(!text(.openMetrics100).contains("change_sum"))
        #expect(!text(.openMetrics100).contains("change_count"))
        #expect(text(.openMetrics100).contains("change_bucket{le=\"+Inf\"} 1\n"))
    }

    @Test func aValueCannotInjectASeries() throws {
        let family = try registry.gauge("depth", help: "", labels: [Label("name", .declared)])
        family.with("x\"} 1\ninjected{a=\"").set(1)
        family.with("x\r\ny\u{0}\u{2028}").set(1)
        let lines = registry.expose(.text004).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3)
        #expect(lines.dropFirst().allSatisfy { $0.starts(with: "depth{name=\"".utf8) })
    }

    @Test func orderDoesNotDependOnHistory() throws {
        let names = (0..<50).map { "value \($0)" }
        let expositions = try [names, names.reversed(), names.shuffled()].map { names in
            let registry = Registry()
            let family = try registry.gauge("depth", help: "", labels: [Label("name", .declared)])
            for name in names { _ = family.with(name) }
            return registry.expose(.text004)
        }
        #expect(Set(expositions).count == 1)
    }
}
