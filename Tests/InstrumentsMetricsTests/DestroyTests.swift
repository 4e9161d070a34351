import CoreMetrics
import Instruments
import InstrumentsMetrics
import Testing

@Suite struct DestroyTests {
    @Test func aDestroyedSeriesGoesAndStartsAgain() throws {
        let bridge = try Bridge()
        let make = { CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory) }
        let counter = make()
        counter.increment(by: 5)
        counter.destroy()
        counter.destroy()
        #expect(bridge.values("jobs_total").isEmpty)
        counter.increment()
        let again = make()
        again.increment()
        #expect(bridge.values("jobs_total") == [["1"]: 1])
        again.destroy()
        #expect(bridge.values("jobs_total").isEmpty)
    }

    @Test func allKindsCanBeDestroyed() throws {
        let bridge = try Bridge()
        let dimensions = [("a", "1")]
        let meter = Meter(label: "m", dimensions: dimensions, factory: bridge.factory)
        let gauge = CoreMetrics.Gauge(label: "g", dimensions: dimensions, factory: bridge.factory)
        let recorder = Recorder(label: "r", dimensions: dimensions, factory: bridge.factory)
        let timer = CoreMetrics.Timer(label: "t", dimensions: dimensions, factory: bridge.factory)
        let fractional = FloatingPointCounter(label: "f", dimensions: dimensions, factory: bridge.factory)
        let names = ["m", "g", "r", "t_seconds", "f_total"]
        #expect(names.allSatisfy { bridge.values($0).count == 1 })
        meter.destroy()
        gauge.destroy()
        recorder.destroy()
        timer.destroy()
        fractional.destroy()
        #expect(names.allSatisfy { bridge.values($0).isEmpty })
    }

    @Test func theOtherHandlersKeepTheSeries() throws {
        let bridge = try Bridge()
        let first = CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory)
        let second = FloatingPointCounter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory)
        first.destroy()
        second.increment(by: 2)
        #expect(bridge.values("jobs_total") == [["1"]: 2])
        second.destroy()
        #expect(bridge.values("jobs_total").isEmpty)
    }

    @Test func aReleasedHandlerIsNoneAndDestroysNothing() throws {
        let bridge = try Bridge()
        for _ in 0..<3 {
            CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory).increment()
        }
        #expect(bridge.values("jobs_total") == [["1"]: 3])
        CoreMetrics.Counter(label: "jobs", dimensions: [("a", "1")], factory: bridge.factory).destroy()
        #expect(bridge.values("jobs_total").isEmpty)
    }

    @Test func aDestroyedValueMakesRoomUnderTheCap() throws {
        var options = BridgeOptions()
        options.valueCap = 1
        let bridge = try Bridge(options)
        for id in 0..<5 {
            let meter = Meter(label: "load", dimensions: [("id", "\(id)")], factory: bridge.factory)
            meter.set(1)
            #expect(bridge.values("load") == [["\(id)"]: 1])
            meter.destroy()
        }
    }

    @Test func aSeriesWithoutLabelsStays() throws {
        let bridge = try Bridge()
        let counter = CoreMetrics.Counter(label: "jobs", factory: bridge.factory)
        counter.increment()
        counter.destroy()
        #expect(bridge.values("jobs_total") == [[]: 1])
    }

    @Test func handlersOfOthersAreLeftAlone() throws {
        let bridge = try Bridge()
        bridge.factory.destroyCounter(NOOPMetricsHandler.instance)
        bridge.factory.destroyFloatingPointCounter(NOOPMetricsHandler.instance)
        bridge.factory.destroyMeter(NOOPMetricsHandler.instance)
        bridge.factory.destroyRecorder(NOOPMetricsHandler.instance)
        bridge.factory.destroyTimer(NOOPMetricsHandler.instance)
    }
}
