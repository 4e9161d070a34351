import Testing
import Workflow

@Suite("Occurrences that were missed")
struct CatchUpTests {
    private static let hourly = ScheduleTiming.interval(.seconds(3600), anchor: Timestamp(microseconds: 0))

    private static func time(_ hours: Double) -> Timestamp { Timestamp(microseconds: Int64(hours * 3_600_000_000)) }

    /// Hours that run, hours that are left from and to, and how many.
    private static func plan(
        _ catchUp: CatchUp, after: Double, now: Double
    ) -> (run: [Int64], missed: [Int64], handled: Int64?) {
        let plan = catchUp.plan(hourly, after: time(after), now: time(now))
        func hour(_ time: Timestamp) -> Int64 { time.microseconds / 3_600_000_000 }
        let missed = plan.missed.map { [hour($0.first), hour($0.last), Int64($0.count)] } ?? []
        return (plan.run.map(hour), missed, plan.handled.map(hour))
    }

    @Test(
        "What runs and what is left",
        arguments: [
            // In time: every policy runs it.
            (.none, 9, 10.001, [10], [], 10), (.last, 9, 10.001, [10], [], 10), (.all, 9, 10.001, [10], [], 10),
            // Late by half an hour.
            (.none, 9, 10.5, [], [10, 10, 1], 10), (.last, 9, 10.5, [10], [], 10), (.all, 9, 10.5, [10], [], 10),
            // Five due, within a window of two hours and a half.
            (.none, 5, 10.001, [10], [6, 9, 4], 10), (.last, 5, 10.001, [10], [6, 9, 4], 10),
            (.all, 5, 10.001, [8, 9, 10], [6, 7, 2], 10), (.none, 5, 10.25, [], [6, 10, 5], 10),
            (.last, 5, 10.25, [10], [6, 9, 4], 10), (.all, 5, 10.25, [8, 9, 10], [6, 7, 2], 10),
            // Nothing is due: between two, at the one dealt with, and when the clock has gone back.
            (.all, 9, 9.9, [], [], nil), (.all, 9, 9, [], [], nil), (.all, 9, 3, [], [], nil),
            // Deployed in between.
            (.all, 8.5, 10.25, [9, 10], [], 10),
        ] as [(CatchUp.Policy, Double, Double, [Int64], [Int64], Int64?)])
    func plans(policy: CatchUp.Policy, after: Double, now: Double, run: [Int64], missed: [Int64], handled: Int64?) {
        let plan = Self.plan(CatchUp(policy: policy, window: .seconds(9000)), after: after, now: now)
        #expect(plan.run == run)
        #expect(plan.missed == missed)
        #expect(plan.handled == handled)
    }

    @Test("A backlog never runs at once: the latest up to the limit, the rest is left", arguments: [-5, 0, 1, 3, 5000])
    func limit(limit: Int) {
        let catchUp = CatchUp(policy: .all, window: .seconds(86_400 * 365), limit: limit)
        let plan = Self.plan(catchUp, after: 0, now: 2000.5)
        let count = Int64(min(max(limit, 1), CatchUp.highestLimit))
        #expect(plan.run == Array(2001 - count...2000))
        #expect(plan.missed == [1, 2000 - count, min(2000 - count, Int64(CatchUp.counted))])
    }

    @Test("A backlog of years is counted so far only")
    func counted() throws {
        let timing = ScheduleTiming.interval(.seconds(1), anchor: Timestamp(microseconds: 0))
        let plan = CatchUp(policy: .none).plan(timing, after: Timestamp(microseconds: 0), now: Self.time(90_000))
        #expect(plan.run.count == 11)
        let missed = try #require(plan.missed)
        #expect(missed.count == CatchUp.counted)
        #expect(missed.last.microseconds == 323_999_989_000_000)
        #expect(plan.handled == Self.time(90_000))
    }

    @Test("Planned again and again, each occurrence runs or is missed, once", arguments: CatchUp.Policy.allCases)
    func eachOnce(policy: CatchUp.Policy) {
        let catchUp = CatchUp(policy: policy, window: .seconds(5400), limit: 2)
        var handled = Self.time(0)
        var hours: [Int64] = []
        for now in [0.5, 1.0, 1.0, 1.2, 4.6, 4.5, 4.7, 5.0, 12.0, 12.1, 13.9, 20.0] {
            let plan = catchUp.plan(Self.hourly, after: handled, now: Self.time(now))
            if let missed = plan.missed {
                let range = missed.first..<Timestamp(microseconds: missed.last.microseconds + 1)
                hours += Self.hourly.occurrences(in: range, limit: 100).map { $0.microseconds / 3_600_000_000 }
            }
            hours += plan.run.map { $0.microseconds / 3_600_000_000 }
            handled = plan.handled ?? handled
        }
        #expect(hours == Array(1...20))
    }

    @Test("An occurrence has one identity, whatever zone it is meant in")
    func identity() throws {
        let berlin = try ScheduleTimingTests.cron("0 9 * * *", "Europe/Berlin")
        let paris = try ScheduleTimingTests.cron("0 9 * * *", "Europe/Paris")
        let now = try #require(Timestamp("2026-07-01T00:00:00Z"))
        let times = [berlin, paris].compactMap { $0.next(after: now) }
        let identities = times.map { Schedule.identity(of: "orders", at: $0) }
        #expect(identities == Array(repeating: "orders@2026-07-01T07:00:00.000000Z", count: 2))
    }
}
