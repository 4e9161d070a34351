import CoreMetrics
import Instruments
import InstrumentsMetrics
import Testing

/// What swift-metrics allows and Prometheus does not.
@Suite struct ConflictTests {
    @Test func aMissingKeyIsTheEmptyValue() throws {
        let bridge = try Bridge()
        CoreMetrics.Counter(label: "jobs", dimensions: [("b", "2"), ("a", "1")], factory: bridge.factory).increment()
        CoreMetrics.Counter(label: "jobs", dimensions: [("b", "2")], factory: bridge.factory).increment()
        CoreMetrics.Counter(label: "jobs", factory: bridge.factory).increment()
        #expect(bridge.values("jobs_total") == [["1", "2"]: 1, ["", "2"]: 1, ["", ""]: 1])
        #expect(try bridge.family("jobs_total").series.first?.labels.map(\.name) == ["a", "b"])
        #expect(bridge.values("instruments_bridge_dropped_total").isEmpty)
    }

    @Test func aFurtherKeyIsLeftOutOfSums() throws {
        let bridge = try Bridge()
        CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory).increment()
        for id in 0..<3 {
            CoreMetrics.Counter(label: "jobs", dimensions: [("id", "\(id)"), ("a", "1")], factory: bridge.factory)
                .increment(by: 10)
            CoreMetrics.Timer(label: "wait", dimensions: id == 0 ? [] : [("id", "\(id)")], factory: bridge.factory)
                .recordSeconds(1)
        }
        #expect(bridge.values("jobs_total") == [["1"]: 31])
        #expect(bridge.values("wait_seconds") == [[]: 3])
        #expect(bridge.drops("jobs", "extra_dimension", "id") == 3)
        #expect(bridge.drops("wait", "extra_dimension", "id") == 2)
    }

    @Test func aFurtherKeyHidesAGauge() throws {
        let bridge = try Bridge()
        Meter(label: "depth", factory: bridge.factory).set(5)
        Meter(label: "depth", dimensions: [("queue", "a")], factory: bridge.factory).set(1)
        Recorder(label: "depth", dimensions: [("queue", "b")], aggregate: false, factory: bridge.factory).record(2)
        #expect(bridge.values("depth") == [[]: 5])
        #expect(bridge.drops("depth", "extra_dimension", "queue") == 2)
    }

    @Test func keysThatBecomeOneLabelJoinTheirValues() throws {
        let bridge = try Bridge()
        let dimensions = [("a.b", "1"), ("a-b", "2"), ("c", "3"), ("c", "4")]
        CoreMetrics.Counter(label: "jobs", dimensions: dimensions, factory: bridge.factory).increment()
        #expect(bridge.values("jobs_total") == [["1;2", "3;4"]: 1])
    }

    @Test func theFirstLabelKeepsTheName() throws {
        let bridge = try Bridge()
        CoreMetrics.Counter(label: "a.b", factory: bridge.factory).increment()
        CoreMetrics.Counter(label: "a-b", factory: bridge.factory).increment()
        CoreMetrics.Counter(label: "a-b", factory: bridge.factory).increment()
        #expect(bridge.values("a_b_total") == [[]: 1])
        #expect(bridge.drops("a-b", "name_taken") == 2)
    }

    @Test func kindsThatCannotShareANameAreCounted() throws {
        let bridge = try Bridge()
        // In OpenMetrics the counter's family is named without its suffix.
        CoreMetrics.Counter(label: "jobs", factory: bridge.factory).increment()
        Meter(label: "jobs", factory: bridge.factory).set(2)
        Recorder(label: "jobs", factory: bridge.factory).record(2)
        CoreMetrics.Timer(label: "jobs", factory: bridge.factory).recordSeconds(2)
        Meter(label: "jobs_seconds_count", factory: bridge.factory).set(2)
        #expect(bridge.values("jobs_total") == [[]: 1])
        #expect(bridge.values("jobs_seconds") == [[]: 1])
        #expect(bridge.values("jobs").isEmpty)
        #expect(bridge.drops("jobs", "name_taken") == 2)
        #expect(bridge.drops("jobs_seconds_count", "name_taken") == 1)
    }

    @Test func anotherNameResolvesACollision() throws {
        var options = BridgeOptions()
        options.families[.gauge("jobs")] = .init(name: "jobs_running", help: "Jobs that run now.")
        let bridge = try Bridge(options)
        CoreMetrics.Counter(label: "jobs", factory: bridge.factory).increment()
        Meter(label: "jobs", factory: bridge.factory).set(2)
        #expect(bridge.values("jobs_total") == [[]: 1])
        #expect(bridge.values("jobs_running") == [[]: 2])
        #expect(try bridge.family("jobs_running").help == "Jobs that run now.")
    }

    @Test func theRegistryWasThereFirst() throws {
        let bridge = try Bridge()
        let own = try bridge.registry.counter("jobs_total", help: "Jobs.", labels: [Label("kind", .closed(["a"]))])
        CoreMetrics.Counter(label: "jobs", dimensions: [("kind", "a")], factory: bridge.factory).increment()
        own.with("a").increment()
        #expect(bridge.values("jobs_total") == [["a"]: 1])
        #expect(bridge.drops("jobs", "name_taken") == 1)
    }

    @Test func noMoreFamiliesThanTheLimit() throws {
        var options = BridgeOptions()
        options.familyLimit = 3
        let bridge = try Bridge(options)
        for id in 0..<500 { CoreMetrics.Counter(label: "user.\(id)", factory: bridge.factory).increment() }
        CoreMetrics.Counter(label: "user.1", factory: bridge.factory).increment()
        let names = bridge.registry.snapshot().map(\.name).filter { $0.hasPrefix("user") }
        #expect(names == ["user_0_total", "user_1_total", "user_2_total"])
        #expect(bridge.values("user_1_total") == [[]: 2])
        let drops = bridge.values("instruments_bridge_dropped_total")
        #expect(drops.values.reduce(0, +) == 497)
        #expect(drops.count <= 101)
    }

    @Test func valuesAreCapped() throws {
        var options = BridgeOptions()
        options.valueCap = 2
        options.families[.counter("routes")] = .init(labels: [Label("path", .declared)])
        let bridge = try Bridge(options)
        for id in 0..<10 {
            CoreMetrics.Counter(label: "jobs", dimensions: [("id", "\(id)")], factory: bridge.factory).increment()
            CoreMetrics.Counter(label: "routes", dimensions: [("path", "\(id)")], factory: bridge.factory).increment()
        }
        #expect(bridge.values("jobs_total") == [["0"]: 1, ["1"]: 1, ["other"]: 8])
        #expect(bridge.values("routes_total").count == 10)
        #expect(bridge.values(Registry.overflowName)[["jobs_total", "id"]] == 8)
    }
}

@Suite struct OptionTests {
    @Test func optionsShapeAFamily() throws {
        var options = BridgeOptions()
        options.families[.timer("http.duration")] = .init(
            help: "Time of a request.",
            labels: [Label("status", .closed(["2xx", "5xx"])), Label("http_method", .closed(["GET"]))], buckets: [0.5])
        let bridge = try Bridge(options)
        CoreMetrics.Timer(
            label: "http.duration", dimensions: [("http.method", "GET"), ("status", "5xx")], factory: bridge.factory
        ).recordMilliseconds(400)
        let family = try bridge.family("http_duration_seconds")
        #expect(family.help == "Time of a request.")
        #expect(family.series.map { $0.labels.map(\.value) } == [["2xx", "GET"], ["5xx", "GET"]])
        guard case .histogram(let reading)? = family.series("5xx", "GET")?.reading else {
            Issue.record("no histogram")
            return
        }
        #expect(reading.buckets == [.init(upperBound: 0.5, count: 1), .init(upperBound: .infinity, count: 1)])
    }

    @Test func bucketsGoByUnit() throws {
        let bridge = try Bridge()
        let options = BridgeOptions()
        Recorder(label: "answer.bytes", factory: bridge.factory).record(1)
        Recorder(label: "answer.seconds", factory: bridge.factory).record(1)
        Recorder(label: "answers", factory: bridge.factory).record(1)
        for (name, bounds) in [
            ("answer_bytes", options.bytesBuckets), ("answer_seconds", options.secondsBuckets),
            ("answers", options.otherBuckets),
        ] {
            guard case .histogram(let reading)? = try bridge.family(name).series.first?.reading else {
                Issue.record("no histogram \(name)")
                continue
            }
            #expect(reading.buckets.map(\.upperBound) == bounds + [.infinity])
        }
    }

    static let wrong: [(RegistrationError.Code, @Sendable (inout BridgeOptions) -> Void)] = [
        (.invalidBuckets, { $0.secondsBuckets = [2, 1] }), (.invalidBuckets, { $0.bytesBuckets = [.nan] }),
        (.invalidBuckets, { $0.otherBuckets = [1, 1] }), (.invalidDomain, { $0.valueCap = 0 }),
        (.invalidName, { $0.families[.counter("x")] = .init(name: "x") }),
        (.invalidName, { $0.families[.timer("x")] = .init(name: "x_total") }),
        (.invalidLabel, { $0.families[.gauge("x")] = .init(labels: [Label("a.b", .declared)]) }),
        (.invalidBuckets, { $0.families[.recorder("x")] = .init(buckets: [.infinity]) }),
        (
            .conflict,
            {
                $0.families[.counter("x")] = .init(help: "X.")
                $0.families[.gauge("x")] = .init(help: "X.")
            }
        ),
    ]

    @Test(arguments: wrong.indices)
    func wrongOptionsAreRefused(_ index: Int) {
        var options = BridgeOptions()
        Self.wrong[index].1(&options)
        let error = #expect(throws: RegistrationError.self) { _ = try Bridge(options) }
        #expect(error?.code == Self.wrong[index].0)
    }

    @Test func theCountOfDropsNeedsItsName() throws {
        let registry = Registry()
        _ = try registry.gauge("instruments_bridge_dropped", help: "")
        #expect(throws: RegistrationError.self) { _ = try InstrumentsFactory(registry: registry) }
    }
}
