import Foundation
import Instruments
import Synchronization
import Testing
import TestSupport

@Suite struct SummaryTests {
    /// A clock that goes on when told to.
    final class ManualTime: Sendable {
        private let now = Atomic<UInt64>(1_000_000_000)

        var nanoseconds: UInt64 { now.load(ordering: .relaxed) }

        func advance(_ seconds: Double) { now.wrappingAdd(UInt64(seconds * 1e9), ordering: .relaxed) }
    }

    static func summary(_ window: QuantileWindow, _ time: ManualTime = ManualTime()) throws -> Summary {
        try Registry().summary("x_seconds", help: "", window: window, time: { time.nanoseconds }).only
    }

    static func reading(of summary: Summary) throws -> SummaryReading {
        guard case .summary(let reading) = summary.reading else { throw Unexpected() }
        return reading
    }

    struct Unexpected: Error {}

    static let ranks = [0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1]

    // MARK: Error bounds

    /// Distributions with and without tails, with both signs, gaps and ties.
    enum Shape: String, CaseIterable {
        case uniform, exponential, pareto, signed, twoPeaks, constant, whole, tiny

        func sample(_ random: inout SeededGenerator) -> Double {
            let unit = Double.random(in: 0..<1, using: &random)
            return switch self {
            case .uniform: unit * 100
            case .exponential: -log(1 - unit)
            case .pareto: pow(1 - unit, -1 / 1.2)
            case .signed: (unit - 0.5) * 7
            case .twoPeaks: unit < 0.95 ? 0.01 + unit * 0.001 : 30 + unit
            case .constant: 0.3
            case .whole: (unit * 10).rounded(.down)
            case .tiny: unit * 1e-300
            }
        }
    }

    @Test(arguments: Shape.allCases, [0.0014, 0.01, 0.05, 0.3])
    func quantilesAreWithinTheAccuracy(_ shape: Shape, _ accuracy: Double) throws {
        let window = QuantileWindow(quantiles: Self.ranks, accuracy: accuracy, limit: 65_536)
        let summary = try Self.summary(window)
        var random = SeededGenerator(seed: 42)
        let values = (0..<5_000).map { _ in shape.sample(&random) }
        for value in values { summary.observe(value) }
        let sorted = values.sorted()
        for quantile in try Self.reading(of: summary).quantiles {
            let exact = sorted[Int((quantile.rank * Double(sorted.count - 1)).rounded(.down))]
            // A bit more for rounding.
            let error = exact.magnitude * accuracy * (1 + 1e-12)
            #expect(
                (quantile.value - exact).magnitude <= error, "\(quantile.rank): \(quantile.value), exactly \(exact)")
        }
    }

    /// Past the limit, buckets merge in pairs: the error grows with them, and nothing is lost.
    @Test func aLimitWidensTheError() throws {
        let summary = try Self.summary(QuantileWindow(quantiles: [0.5], limit: 64))
        let values = NativeHistogramTests.tame(5_001, seed: 1)
        for value in values { summary.observe(value) }
        let median = values.sorted()[2_500]
        let reading = try Self.reading(of: summary)
        #expect((reading.quantiles[0].value - median).magnitude <= median * 0.2)
        #expect((reading.quantiles[0].value - median).magnitude > 0)
        #expect(reading.count == 5_001)
    }

    // MARK: What a value does

    @Test func anEmptyWindowHasNoQuantiles() throws {
        let reading = try Self.reading(of: Self.summary(QuantileWindow()))
        #expect(reading.quantiles.map(\.rank) == [0.5, 0.9, 0.99])
        #expect(reading.quantiles.allSatisfy { $0.value.isNaN })
        #expect(reading.count == 0)
        #expect(reading.sum == 0)
    }

    @Test func everyDoubleCountsButNaN() throws {
        let summary = try Self.summary(QuantileWindow(quantiles: [0, 0.5, 1]))
        for value in [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
            summary.observe(value)
        }
        let reading = try Self.reading(of: summary)
        #expect(reading.count == 6)
        #expect(reading.quantiles.map(\.value) == [-.infinity, 0, .infinity])
        #expect(reading.sum.isNaN)
    }

    @Test func durationsAreSeconds() throws {
        let summary = try Self.summary(QuantileWindow())
        summary.observe(duration: .milliseconds(250))
        #expect(try Self.reading(of: summary).sum == 0.25)
    }

    // MARK: The window

    @Test func observationsLeaveTheWindow() throws {
        let time = ManualTime()
        let summary = try Self.summary(QuantileWindow(quantiles: [0, 1], length: .seconds(10), slices: 5), time)
        func extremes() throws -> [Double] {
            try Self.reading(of: summary).quantiles.map { ($0.value * 10).rounded() / 10 }
        }
        summary.observe(8)
        time.advance(7.9)
        #expect(try extremes() == [8, 8])
        summary.observe(1)
        time.advance(2.1)
        // The first slice ended at 2 s and goes out after 10.
        #expect(try extremes() == [1, 1])
        summary.observe(2)
        time.advance(7)
        #expect(try extremes() == [2, 2])
        time.advance(3)
        #expect(try extremes().allSatisfy(\.isNaN))
        #expect(try Self.reading(of: summary).count == 3)
        #expect(try Self.reading(of: summary).sum == 11)
        // After a pause of any length, it starts anew.
        time.advance(1e9)
        summary.observe(4)
        #expect(try extremes() == [4, 4])
    }

    @Test(arguments: [1, 2, 60])
    func anObservationStaysAtLeastAllSlicesButOne(_ slices: Int) throws {
        for start in [0, 0.3, 0.9] {
            let time = ManualTime()
            let window = QuantileWindow(quantiles: [0.5], length: .seconds(60), slices: slices)
            let summary = try Self.summary(window, time)
            let slice = 60.0 / Double(slices)
            time.advance(start * slice)
            summary.observe(1)
            time.advance(max(60 - slice - 0.001, 0))
            #expect(try !Self.reading(of: summary).quantiles[0].value.isNaN)
            time.advance(slice + 0.002)
            #expect(try Self.reading(of: summary).quantiles[0].value.isNaN)
        }
    }

    // MARK: Concurrency

    @Test func losesNothing() async throws {
        let time = ManualTime()
        let summary = try Self.summary(
            QuantileWindow(quantiles: [0, 1], length: .seconds(1_000), slices: 4, limit: 300), time)
        await withTaskGroup { group in
            for task in 0..<16 {
                group.addTask {
                    for value in NativeHistogramTests.tame(10_000, seed: UInt64(task)) {
                        summary.observe(value < 1 ? 0.5 : 2)
                        if task == 0 { time.advance(0.01) }
                    }
                }
            }
        }
        let reading = try Self.reading(of: summary)
        let all = (0..<16).flatMap { NativeHistogramTests.tame(10_000, seed: UInt64($0)) }
        #expect(reading.count == 160_000)
        #expect(reading.sum == all.reduce(0) { $0 + ($1 < 1 ? 0.5 : 2) })
        #expect((reading.quantiles[0].value - 0.5).magnitude <= 0.005)
        #expect((reading.quantiles[1].value - 2).magnitude <= 0.02)
    }

    /// While the window turns, quantiles are those of values that were observed.
    @Test func turnsWhileThreadsObserve() async throws {
        let time = ManualTime()
        let summary = try Self.summary(
            QuantileWindow(quantiles: [0, 1], length: .seconds(1), slices: 5), time)
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<20_000 {
                        time.advance(0.0001)
                        summary.observe(3)
                    }
                }
            }
            group.addTask {
                for _ in 0..<200 {
                    guard let reading = try? Self.reading(of: summary) else { continue }
                    for quantile in reading.quantiles where !quantile.value.isNaN {
                        #expect((quantile.value - 3).magnitude <= 0.03)
                    }
                }
            }
        }
        #expect(try Self.reading(of: summary).count == 80_000)
    }
}
