import Dispatch
import Instruments
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct CallbackTests {
    struct Broken: Error {}

    let registry = Registry()
    let brief = CallbackLimits(deadline: .milliseconds(20))

    /// Asks anew, with what fails in doing so: collectors, and families of names that come before this one's.
    func failures(_ collector: String, _ reason: String) -> Double? {
        registry.snapshot()[Registry.failuresName, ["collector": collector, "reason": reason]]
    }

    func family(_ name: String, _ series: [MetricFamily.Series]) -> MetricFamily { family(name, .gauge, series) }

    func family(_ name: String, _ type: MetricType, _ series: [MetricFamily.Series]) -> MetricFamily {
        MetricFamily(name: name, type: type, help: "", series: series)
    }

    func series(_ value: Double) -> MetricFamily.Series { series([:], value) }

    func series(_ labels: KeyValuePairs<String, String>, _ value: Double) -> MetricFamily.Series {
        .init(labels: labels.map { .init(name: $0, value: $1) }, reading: .number(value))
    }

    @Test func failuresStartAtZero() throws {
        try registry.observedGauge("depth", help: "", limits: .ample) { [] }
        try registry.collector("pages", limits: .ample) { [] }
        for name in ["depth", "pages"] {
            for reason in ["timeout", "error", "flood", "invalid"] { #expect(failures(name, reason) == 0) }
        }
    }

    @Test func oneThatThrowsIsLeftOut() throws {
        try registry.observedGauge("depth", help: "", limits: .ample) { throw Broken() }
        try registry.collector("pages", limits: .ample) { throw Broken() }
        try registry.gauge("other", help: "").only.set(1)
        let snapshot = registry.snapshot()
        #expect(snapshot["depth"] == nil)
        #expect(snapshot["other"] == 1)
        #expect(failures("depth", "error") == 2)
        #expect(failures("pages", "error") == 3)
    }

    /// A scrape goes on without it; it is not called again while it runs; and it comes back.
    @Test func oneThatHangsIsLeftOut() throws {
        let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let calls = Atomic(0)
        try registry.observedGauge("depth", help: "", limits: brief) {
            if calls.add(1, ordering: .relaxed).newValue == 1 {
                begun.signal()
                gate.wait()
            }
            return [Observation([], 5)]
        }
        try registry.gauge("other", help: "").only.set(1)
        for _ in 1...3 {
            let snapshot = registry.snapshot()
            #expect(snapshot["depth"] == nil)
            #expect(snapshot["other"] == 1)
        }
        // On a busy machine it may not have begun yet.
        begun.wait()
        #expect(calls.load(ordering: .relaxed) == 1)
        #expect(failures("depth", "timeout") == 4)
        gate.signal()
        while registry.snapshot()["depth"] != 5 {}
        #expect(failures("depth", "timeout").map { $0 >= 4 } == true)
    }

    @Test func aCollectorThatHangsIsLeftOut() throws {
        let gate = DispatchSemaphore(value: 0)
        try registry.collector("pages", limits: brief) {
            gate.wait()
            return []
        }
        try registry.gauge("other", help: "").only.set(1)
        #expect(String(decoding: registry.expose(.openMetrics100), as: UTF8.self).contains("\nother 1\n"))
        #expect(failures("pages", "timeout") == 2)
        gate.signal()
    }

    @Test func manyThatHangHoldNobody() throws {
        let gate = DispatchSemaphore(value: 0)
        for number in 0..<20 {
            try registry.observedGauge("depth_\(number)", help: "", limits: .init(deadline: .milliseconds(1))) {
                gate.wait()
                return []
            }
        }
        for _ in 0..<5 { _ = registry.snapshot() }
        #expect(registry.snapshot().sum(Registry.failuresName, where: ["reason": "timeout"]) == 120)
        for _ in 0..<20 { gate.signal() }
    }

    @Test func oneThatAsksForASnapshotDoesNotWaitForItself() throws {
        let registry = registry
        try registry.observedGauge("depth", help: "", limits: brief) { [weak registry] in
            [Observation([], Double(registry?.snapshot().count ?? 0))]
        }
        _ = registry.snapshot()
        #expect(failures("depth", "timeout").map { $0 > 0 } == true)
    }

    @Test func oneThatFloodsIsLeftOut() throws {
        let limits = CallbackLimits(deadline: .seconds(600), series: 10)
        try registry.observedGauge("depth", help: "", labels: [Label("queue", .declared)], limits: limits) {
            (0...10).map { Observation(["\($0)"], 1) }
        }
        let flood = family("pages", (0...10).map { series(["n": "\($0)"], 1) })
        try registry.collector("pages", limits: limits) { [flood] }
        let snapshot = registry.snapshot()
        #expect(snapshot.family("depth")?.series.isEmpty == true)
        #expect(snapshot.family("pages") == nil)
        #expect(failures("depth", "flood") == 2)
        #expect(failures("pages", "flood") == 3)
    }

    @Test func whatACounterCannotBeIsCounted() throws {
        try registry.observedCounter("work_total", help: "", limits: .ample) {
            [Observation([], -1), Observation([], 2)]
        }
        #expect(registry.snapshot()["work_total"] == 2)
        #expect(failures("work_total", "invalid") == 1)
    }

    @Test func scrapesAtOnceShareACall() async throws {
        let gate = DispatchSemaphore(value: 0)
        let calls = Atomic(0)
        try registry.observedGauge("depth", help: "", limits: .init(deadline: .seconds(300))) {
            calls.add(1, ordering: .relaxed)
            gate.wait()
            return [Observation([], 5)]
        }
        let answers = DispatchQueue(label: "scrapes", attributes: .concurrent)
        let group = DispatchGroup()
        let right = Atomic(0)
        for _ in 0..<2 {
            answers.async(group: group) { [registry] in
                if registry.snapshot()["depth"] == 5 { right.add(1, ordering: .relaxed) }
            }
        }
        while calls.load(ordering: .relaxed) == 0 { await Task.yield() }
        gate.signal()
        gate.signal()
        await withCheckedContinuation { done in group.notify(queue: answers) { done.resume() } }
        #expect(right.load(ordering: .relaxed) == 2)
    }

    @Test func collectorsYieldFamiliesInOrder() throws {
        try registry.gauge("b", help: "").only.set(2)
        let histogram = HistogramReading(
            buckets: [.init(upperBound: 1, count: 2), .init(upperBound: .infinity, count: 3)], sum: 4.5)
        let yielded = [
            family("c_total", .counter, [series(["kind": "y"], 1), series(["kind": "x"], 2)]),
            family("a_seconds", .histogram, [.init(labels: [], reading: .histogram(histogram))]),
            family("d", []),
        ]
        try registry.collector("some", limits: .ample) { yielded }
        let snapshot = registry.snapshot()
        #expect(snapshot.map(\.name).filter { !$0.hasPrefix("instruments_") } == ["a_seconds", "b", "c_total", "d"])
        #expect(snapshot.family("a_seconds")?.series.first?.reading == .histogram(histogram))
        let text = String(decoding: registry.expose(.text004), as: UTF8.self)
        #expect(
            text.hasPrefix(
                """
                # TYPE a_seconds histogram
                a_seconds_bucket{le="1.0"} 2
                a_seconds_bucket{le="+Inf"} 3
                a_seconds_sum 4.5
                a_seconds_count 3
                # TYPE b gauge
                b 2
                # TYPE c_total counter
                c_total{kind="x"} 2
                c_total{kind="y"} 1
                # HELP instruments_
                """))
    }

    @Test func unfitFamiliesAreLeftOut() throws {
        _ = try registry.histogram("taken", help: "", buckets: [1])
        let falling = HistogramReading(
            buckets: [.init(upperBound: 1, count: 2), .init(upperBound: .infinity, count: 1)], sum: 0)
        let unfit = [
            family("bad name", [series(1)]),
            family("no_suffix", .counter, [series(1)]),
            family("minus_total", .counter, [series(-1)]),
            family("nan_total", .counter, [series(.nan)]),
            family("number", .histogram, [series(1)]),
            family("falling", .histogram, [.init(labels: [], reading: .histogram(falling))]),
            family("boundless", .histogram, [.init(labels: [], reading: .histogram(.init(buckets: [], sum: 0)))]),
            family("mixed", [series(["a": "1"], 1), series(["b": "1"], 1)]),
            family("twice", [series(["a": "1"], 1), series(["a": "1"], 2)]),
            family("labels", [series(["le": "1"], 1)]),
            family("doubled", [series(["a": "1", "a": "1"], 1)]),
            family("long", [series(["a": String(repeating: "x", count: 1 << 17)], 1)]),
            family("taken_count", [series(1)]),
        ]
        let fit = family("fit", [series(1)])
        try registry.collector("some", limits: .ample) { unfit + [fit, fit] }
        try registry.collector("then", limits: .ample) { [fit] }
        let snapshot = registry.snapshot()
        #expect(snapshot["fit"] == 1)
        #expect(snapshot.map(\.name).filter { !$0.hasPrefix("instruments_") } == ["fit", "taken"])
        #expect(failures("some", "invalid") == Double(2 * (unfit.count + 1)))
        #expect(failures("then", "invalid") == 3)
    }

    @Test func aCollectorsNameIsItsOwn() throws {
        try registry.collector("some") { [] }
        let error = #expect(throws: RegistrationError.self) { try registry.collector("some") { [] } }
        #expect(error?.code == .conflict)
        try registry.scoped(prefix: "x_").collector("some") { [] }
    }
}
