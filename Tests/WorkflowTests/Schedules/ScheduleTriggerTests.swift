import Testing

@testable import Workflow

@Suite("Triggers of type schedule")
struct ScheduleTriggerTests {
    /// Reads a trigger by itself.
    private static func read(_ text: String) throws -> (schedule: Schedule?, input: JSONObject, problems: [Problem]) {
        var parser = DefinitionParser(lines: SourceLines.split(text))
        let node = try YAMLSource.read(text).root
        let read = parser.scheduleTrigger(DefinitionParser.Cursor(node: node, path: "trigger"))
        guard case .schedule(let schedule)? = read?.trigger else { return (nil, [:], parser.problems.sorted) }
        return (schedule, read?.input ?? [:], parser.problems.sorted)
    }

    @Test("All keys")
    func all() throws {
        let read = try Self.read(
            """
            {type: schedule, cron: "0 9 * * mon-fri", timezone: Europe/Berlin, overlap: cancel_running, catch_up: last,
             catch_up_window: 2h, catch_up_limit: 5, data: {region: eu}}
            """)
        #expect(read.problems.isEmpty)
        #expect(read.schedule?.timing == (try ScheduleTimingTests.cron("0 9 * * 1-5", "Europe/Berlin")))
        #expect(read.schedule?.overlap == .cancelRunning)
        #expect(read.schedule?.catchUp == CatchUp(policy: .last, window: .seconds(7200), limit: 5))
        #expect(read.input == JSONObject([("region", .string("eu"))]))
    }

    @Test("What is left out: UTC, skip, the last occurrence within an hour, no data")
    func defaults() throws {
        let read = try Self.read("{type: schedule, cron: '@daily'}")
        #expect(read.problems.isEmpty)
        #expect(read.schedule == Schedule(timing: try ScheduleTimingTests.cron("0 0 * * *")))
        #expect(read.schedule?.catchUp == CatchUp(policy: .last, window: .seconds(3600), limit: 100))
        #expect(read.input.isEmpty)
    }

    @Test("Intervals are whole ones since 1970, so that a new version keeps the times")
    func interval() throws {
        let read = try Self.read("{type: schedule, interval: 15m, overlap: queue}")
        #expect(read.problems.isEmpty)
        #expect(read.schedule?.timing == .interval(.seconds(900), anchor: Timestamp(microseconds: 0)))
        #expect(read.schedule?.overlap == .queue)
    }

    @Test(
        "What is wrong is reported where it stands",
        arguments: [
            ("{type: schedule}", "missing-key", 1),
            ("{type: schedule, cron: '0 9 * * monday'}", "bad-cron", 33),
            ("{type: schedule, cron: 0 9 30 2 *}", "bad-cron", 28),
            ("{type: schedule, cron: 5}", "bad-cron", 24),
            ("{type: schedule, cron: [1]}", "wrong-type", 24),
            ("{type: schedule, cron: '@daily', timezone: Europe/Berln}", "unknown-timezone", 44),
            ("{type: schedule, cron: '@daily', interval: 1h}", "conflicting-keys", 34),
            ("{type: schedule, interval: 15}", "bad-duration", 28),
            ("{type: schedule, interval: 0s}", "bad-duration", 28),
            ("{type: schedule, interval: 500ms}", "out-of-range", 28),
            ("{type: schedule, interval: 1h, timezone: UTC}", "unused-key", 32),
            ("{type: schedule, interval: 1h, overlap: drop}", "unknown-overlap-policy", 41),
            ("{type: schedule, interval: 1h, catch_up: everything}", "unknown-catch-up-policy", 42),
            ("{type: schedule, interval: 1h, catch_up: none, catch_up_window: 1h}", "unused-key", 48),
            ("{type: schedule, interval: 1h, catch_up: all, catch_up_limit: 0}", "out-of-range", 63),
            ("{type: schedule, interval: 1h, time_zone: UTC}", "unknown-key", 32),
            ("{type: schedule, interval: 1h, data: 5}", "wrong-type", 38),
        ])
    func problems(text: String, code: String, column: Int) throws {
        let problems = try Self.read(text).problems
        #expect(problems.map(\.code) == [code])
        #expect(problems.first?.column == column)
        #expect(problems.first?.remedy.isEmpty == false)
    }
}
