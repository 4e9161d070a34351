import Instruments
import Testing

@Suite struct CounterTests {
    let counter: Counter

    init() throws { counter = try Registry().counter("work_total", help: "Work.").only }

    @Test func addsWholeAndFractionalAmounts() {
        counter.increment()
        counter.increment(by: 40)
        counter.add(0.25)
        counter.add(1.5)
        #expect(counter.value == 42.75)
    }

    @Test(arguments: [-1, -.infinity, .infinity, .nan, -.leastNonzeroMagnitude] as [Double])
    func ignoresWhatWouldSpoilTheSum(_ amount: Double) {
        counter.increment()
        counter.add(amount)
        #expect(counter.value == 1)
    }

    @Test(arguments: [0, -0.0, 0x1p52, 0x1p53, 0x1p64, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Double])
    func takesAnyFiniteAmount(_ amount: Double) {
        counter.add(amount)
        #expect(counter.value == amount)
    }

    @Test func staysExactAmongWholeNumbers() {
        counter.increment(by: 1 << 53)
        counter.increment()
        counter.increment()
        #expect(counter.value == 0x1p53 + 2)
    }

    @Test func wrapsAroundInsteadOfTrapping() {
        counter.increment(by: .max)
        counter.increment(by: 2)
        #expect(counter.value == 1)
    }
}

@Suite struct GaugeTests {
    @Test func goesUpAndDown() throws {
        let gauge = try Registry().gauge("depth", help: "Depth.").only
        #expect(gauge.value == 0)
        gauge.set(5)
        gauge.increment()
        gauge.decrement()
        gauge.decrement()
        gauge.add(-0.5)
        #expect(gauge.value == 3.5)
        gauge.set(.infinity)
        #expect(gauge.value == .infinity)
        gauge.set(.nan)
        #expect(gauge.value.isNaN)
    }
}

@Suite struct InFlightTests {
    @Test func isAGaugeThatReturnsToZero() async throws {
        let registry = Registry()
        let running = try registry.inFlight("jobs", help: "Jobs.").only
        running.begin()
        running.begin()
        #expect(registry.snapshot().first { $0.name == "jobs" }?.type == .gauge)
        #expect(running.reading == .number(2))
        // Begun here, ended by others; and the other way round.
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<50_000 { running.begin() } }
                group.addTask { for _ in 0..<50_000 { running.end() } }
            }
        }
        #expect(running.reading == .number(2))
        running.end()
        running.end()
        #expect(running.reading == .number(0))
    }

    @Test func isNeverBelowZero() throws {
        let running = try Registry().inFlight("jobs", help: "Jobs.").only
        running.end()
        #expect(running.reading == .number(0))
        running.begin()
        #expect(running.reading == .number(0))
    }

    @Test func theSameRegistrationGivesTheSameFamily() throws {
        let registry = Registry()
        try registry.inFlight("jobs", help: "Jobs.").only.begin()
        #expect(try registry.inFlight("jobs", help: "Jobs.").only.reading == .number(1))
        #expect(throws: RegistrationError.self) { try registry.gauge("jobs", help: "Jobs.") }
    }
}

@Suite struct HistogramTests {
    func counts(_ values: [Double], bounds: [Double]) throws -> (counts: [UInt64], sum: Double) {
        let histogram = try Registry().histogram("wait_seconds", help: "Wait.", buckets: bounds).only
        for value in values { histogram.observe(value) }
        guard case .histogram(let reading) = histogram.reading else { return ([], .nan) }
        #expect(reading.buckets.map(\.upperBound) == bounds + [.infinity])
        #expect(reading.count == reading.buckets.last?.count)
        return (reading.buckets.map(\.count), reading.sum)
    }

    @Test(
        arguments: [
            (1, [1, 1, 1]), (1.0.nextUp, [0, 1, 1]), (2, [0, 1, 1]), (2.0.nextUp, [0, 0, 1]), (0, [1, 1, 1]),
            (-7, [1, 1, 1]),
            (.infinity, [0, 0, 1]), (-.infinity, [1, 1, 1]),
        ] as [(Double, [UInt64])])
    func aBoundBelongsToItsBucket(_ value: Double, _ expected: [UInt64]) throws {
        let (counts, sum) = try counts([value], bounds: [1, 2])
        #expect(counts == expected)
        #expect(sum == value)
    }

    @Test func ignoresNaN() throws {
        let (counts, sum) = try counts([.nan, 1, .signalingNaN], bounds: [1])
        #expect(counts == [1, 1])
        #expect(sum == 1)
    }

    @Test func worksWithoutBounds() throws {
        let (counts, sum) = try counts([1, 2.5], bounds: [])
        #expect(counts == [2])
        #expect(sum == 3.5)
    }

    /// Few bounds are scanned, many are searched: both must agree with the definition.
    @Test(arguments: [1, 2, 11, 23, 24, 25, 26, 200])
    func findsTheBucketAmong(_ count: Int) throws {
        let bounds = (0..<count).map { Double($0) }
        let values = stride(from: -1.0, through: Double(count) + 1, by: 0.5).map { $0 }
        let expected = (bounds + [.infinity]).map { bound in UInt64(values.count(where: { $0 <= bound })) }
        #expect(try counts(values, bounds: bounds).counts == expected)
    }

    @Test func durationsAreSeconds() throws {
        let histogram = try Registry().histogram("wait_seconds", help: "Wait.", buckets: [0.25]).only
        histogram.observe(duration: .milliseconds(250))
        histogram.observe(duration: .microseconds(1_500_000))
        guard case .histogram(let reading) = histogram.reading else { return }
        #expect(reading.buckets.map(\.count) == [1, 2])
        #expect(reading.sum == 1.75)
    }
}

@Suite struct ConcurrencyTests {
    static let tasks = 16
    static let rounds = 20_000

    @Test func losesNothing() async throws {
        let registry = Registry()
        let counter = try registry.counter("work_total", help: "Work.").only
        let gauge = try registry.gauge("depth", help: "Depth.").only
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2, 3]).only
        await withTaskGroup { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    for _ in 0..<Self.rounds {
                        counter.increment()
                        counter.add(0.5)
                        gauge.increment()
                        histogram.observe(Double(task % 4) + 0.5)
                    }
                }
            }
        }
        let all = Double(Self.tasks * Self.rounds)
        #expect(counter.value == all * 1.5)
        #expect(gauge.value == all)
        guard case .histogram(let reading) = histogram.reading else { return }
        #expect(reading.buckets.map { Double($0.count) } == [all / 4, all / 2, all * 3 / 4, all])
        #expect(reading.sum == all * 2)
    }

    @Test func registersRecordsAndShowsAtOnce() async throws {
        let registry = Registry()
        try await withThrowingTaskGroup { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    for round in 0..<500 {
                        let label = Label("user", .open(cap: 50))
                        let family = try registry.counter("hits_\(round % 7)_total", help: "Hits.", labels: [label])
                        family.with("\(task)-\(round)").increment()
                        family.remove("\(task)-\(round - 100)")
                        try registry.counter("kept_total", help: "Kept.").only.increment()
                        if round % 50 == 0 { _ = registry.expose(.openMetrics100) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let kept = registry.snapshot().first { $0.name == "kept_total" }
        #expect(kept?.series().map(\.value) == Double(Self.tasks * 500))
    }

    /// While values pour in, each exposition's count equals its last bucket and no bucket is below the one before it.
    @Test func histogramsAreConsistentWithinAnExposition() async throws {
        let registry = Registry()
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2, 3]).only
        await withTaskGroup { group in
            group.addTask { for round in 0..<200_000 { histogram.observe(Double(round % 5)) } }
            group.addTask {
                for _ in 0..<300 {
                    let lines = String(decoding: registry.expose(.text004), as: UTF8.self).split(separator: "\n")
                    let numbers = lines.compactMap { line -> UInt64? in
                        guard line.hasPrefix("wait_seconds_bucket") || line.hasPrefix("wait_seconds_count") else {
                            return nil
                        }
                        return line.split(separator: " ").last.flatMap { UInt64($0) }
                    }
                    #expect(numbers.count == 5)
                    #expect(numbers == numbers.sorted())
                    #expect(numbers[3] == numbers[4])
                }
            }
        }
    }
}
