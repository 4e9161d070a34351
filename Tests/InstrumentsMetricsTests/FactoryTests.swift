import CoreMetrics
import Instruments
import InstrumentsMetrics
import Testing

/// A registry, a factory over it, and what the registry shows.
struct Bridge {
    let registry = Registry()
    let factory: InstrumentsFactory

    init(_ options: BridgeOptions = BridgeOptions()) throws {
        factory = try InstrumentsFactory(registry: registry, options: options)
    }

    func family(_ name: String) throws -> MetricFamily {
        try #require(registry.snapshot().first { $0.name == name }, "\(name)")
    }

    /// The values of all series by their label values.
    func values(_ name: String) -> [[String]: Double] {
        let series = registry.snapshot().first { $0.name == name }?.series ?? []
        return Dictionary(uniqueKeysWithValues: series.map { ($0.labels.map(\.value), $0.value) })
    }

    func drops(_ metric: String, _ reason: String, _ dimension: String = "") -> Double {
        values("instruments_bridge_dropped_total")[[metric, reason, dimension]] ?? 0
    }
}

@Suite struct FactoryTests {
    @Test func eachKindIsItsFamily() throws {
        var options = BridgeOptions()
        options.secondsBuckets = [0.1, 1]
        options.otherBuckets = [1, 10]
        let bridge = try Bridge(options)
        let factory = bridge.factory
        CoreMetrics.Counter(label: "jobs", dimensions: [("queue.name", "a\"b")], factory: factory).increment(by: 3)
        FloatingPointCounter(label: "energy.joules", factory: factory).increment(by: 1.5)
        let meter = Meter(label: "load", factory: factory)
        meter.set(2.5)
        meter.increment()
        meter.decrement(by: 0.25)
        CoreMetrics.Gauge(label: "depth", factory: factory).record(7)
        let recorder = Recorder(label: "batch", factory: factory)
        recorder.record(1)
        recorder.record(9.5)
        let timer = CoreMetrics.Timer(label: "wait", preferredDisplayUnit: .milliseconds, factory: factory)
        timer.recordMilliseconds(250)
        timer.recordSeconds(2)
        let text = String(decoding: bridge.registry.expose(.text004), as: UTF8.self)
        #expect(
            text == """
                # HELP batch The recorder batch of swift-metrics.
                # TYPE batch histogram
                batch_bucket{le="1.0"} 1
                batch_bucket{le="10.0"} 2
                batch_bucket{le="+Inf"} 2
                batch_sum 10.5
                batch_count 2
                # HELP depth The gauge depth of swift-metrics.
                # TYPE depth gauge
                depth 7
                # HELP energy_joules_total The counter energy.joules of swift-metrics.
                # TYPE energy_joules_total counter
                energy_joules_total 1.5
                # HELP instruments_label_overflow_total Label values outside their domain, recorded as other; label * \
                stands for a wrong count of values.
                # TYPE instruments_label_overflow_total counter
                instruments_label_overflow_total{family="instruments_bridge_dropped_total",label="dimension"} 0
                instruments_label_overflow_total{family="instruments_bridge_dropped_total",label="metric"} 0
                instruments_label_overflow_total{family="instruments_bridge_dropped_total",label="reason"} 0
                instruments_label_overflow_total{family="jobs_total",label="queue_name"} 0
                # HELP jobs_total The counter jobs of swift-metrics.
                # TYPE jobs_total counter
                jobs_total{queue_name="a\\"b"} 3
                # HELP load The gauge load of swift-metrics.
                # TYPE load gauge
                load 3.25
                # HELP wait_seconds The timer wait of swift-metrics.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.1"} 0
                wait_seconds_bucket{le="1.0"} 1
                wait_seconds_bucket{le="+Inf"} 2
                wait_seconds_sum 2.25
                wait_seconds_count 2

                """)
    }

    @Test func theSameAgainIsTheSameSeries() throws {
        let bridge = try Bridge()
        for _ in 0..<3 {
            CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1"), ("b", "2")], factory: bridge.factory)
                .increment()
            FloatingPointCounter(label: "jobs", dimensions: [("b", "2"), ("a", "1")], factory: bridge.factory)
                .increment(by: 0.5)
        }
        #expect(bridge.values("jobs_total") == [["1", "2"]: 4.5])
    }

    @Test func countersOnlyGrow() throws {
        let bridge = try Bridge()
        let counter = CoreMetrics.Counter(label: "jobs", factory: bridge.factory)
        counter.increment(by: 2)
        counter.increment(by: -1)
        counter.increment(by: Int64.min)
        counter.reset()
        let fractional = FloatingPointCounter(label: "jobs", factory: bridge.factory)
        fractional.increment(by: -0.5)
        fractional.increment(by: Double.nan)
        fractional.increment(by: Double.infinity)
        fractional.reset()
        #expect(bridge.values("jobs_total") == [[]: 2])
        #expect(bridge.drops("jobs", "amount") == 5)
    }

    @Test func nonsenseSpoilsNoHistogram() throws {
        let bridge = try Bridge()
        CoreMetrics.Timer(label: "wait", factory: bridge.factory).recordNanoseconds(-1)
        CoreMetrics.Timer(label: "wait", factory: bridge.factory).recordNanoseconds(Int64.max)
        Recorder(label: "size", factory: bridge.factory).record(Double.nan)
        Recorder(label: "size", factory: bridge.factory).record(-3)
        #expect(bridge.values("wait_seconds") == [[]: 1])
        #expect(bridge.values("size") == [[]: 1])
        #expect(bridge.drops("wait", "amount") == 1)
        #expect(bridge.drops("size", "amount") == 1)
    }

    @Test func concurrentMakersShareSeries() async throws {
        let bridge = try Bridge()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<500 {
                        let counter = CoreMetrics.Counter(
                            label: "jobs", dimensions: [("k", "\(round % 5)")], factory: bridge.factory)
                        counter.increment()
                        let own = Meter(label: "own", dimensions: [("t", "\(task)-\(round)")], factory: bridge.factory)
                        own.set(1)
                        own.destroy()
                    }
                }
            }
        }
        #expect(bridge.values("jobs_total") == ["0", "1", "2", "3", "4"].reduce(into: [:]) { $0[[$1]] = 800 })
        #expect(bridge.values("own").filter { $0.key != ["other"] }.isEmpty)
    }
}
