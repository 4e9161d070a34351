import Instruments
import MemoryJournal
import Testing
import Workflow

@testable import Runtime

/// Occurrences run at their times, once.
@Suite(.timeLimit(.minutes(30))) struct ScheduleTests {
    typealias Bench = EngineTests.Bench

    static func scheduled(_ more: String = "", steps: String = pure) -> String {
        """
        workflow_id: nightly
        trigger: {type: schedule, interval: 1h, data: {region: eu}\(more)}
        steps:
        \(steps)
        """
    }
    static let pure = "  - {id: done, type: decision, decision: allow, reason: \"{{region}}\"}"
    static let calling = "  - {id: call, type: execute, execute: [{type: http_request, url: \"http://receiver/\"}]}"

    private func executions(_ bench: Bench, count: Int) async throws -> [ExecutionSummary] {
        var found: [ExecutionSummary] = []
        while found.count < count {
            found = try await bench.engine.executions(ExecutionQuery(workflow: "nightly", limit: 100))
            await Task.yield()
        }
        return found
    }

    private func nextHour(_ bench: Bench) async {
        let now = bench.clock.now
        let next = Timestamp(microseconds: (now.microseconds / 3_600_000_000 + 1) * 3_600_000_000)
        await bench.clock.sleeper(until: next)
        bench.clock.advance(by: next - now)
    }

    @Test func runsAtItsTimes() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.scheduled())
        try await bench.running {
            #expect(try await bench.engine.executions(ExecutionQuery(limit: 10)).isEmpty)
            await nextHour(bench)
            let first = try await executions(bench, count: 1)
            // It rests when it has measured what it started.
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            #expect(first.map(\.trigger) == [.schedule])
            #expect(first.first?.outcome?.reason == "eu")
            #expect(bench.value("flowmeter_schedule_occurrences_total", ["outcome": "started"]) == 1)
            #expect(
                bench.value("worker_jobs_processed_total", ["worker_type": "scheduler", "status": "success"]) == 1)
            #expect(first.first?.eventID == "flowmeter:schedule/nightly@\(bench.clock.now)")
            await nextHour(bench)
            #expect(try await executions(bench, count: 2).count == 2)
        }
    }

    /// More are due at once than are started in one transaction, and somebody deploys meanwhile.
    @Test func eachOfManyRunsOnce() async throws {
        let (clock, journal) = (ManualClock(), MemoryJournal())
        let names = Set((0..<1_100).map { "nightly-\($0)" })
        for name in names {
            let source = Self.scheduled().replacing("workflow_id: nightly", with: "workflow_id: \(name)")
            _ = try await journal.deploy(
                WorkflowRecord(id: name, version: "1.0.0", source: source, enabled: true, deployedAt: clock.now))
        }
        let bench = try await Bench(clock: clock, journal: journal)
        try await bench.running {
            for hour in 1...2 {
                await nextHour(bench)
                try await bench.deploy(Self.scheduled().replacing("workflow_id: nightly", with: "workflow_id: late"))
                await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
                let found = try await bench.engine.executions(ExecutionQuery(limit: 3_000))
                let counts = Dictionary(grouping: found, by: \.workflow).mapValues(\.count)
                #expect(names.allSatisfy { counts[$0] == hour })
                let started = bench.registry.snapshot().sum(
                    "flowmeter_schedule_occurrences_total", where: ["outcome": "started"])
                #expect(started == Double(found.count))
            }
        }
    }

    /// A process ends after an occurrence has been started; the next one does not start it again.
    @Test func runsOnceOverRestarts() async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal)
        try await first.deploy(Self.scheduled(", catch_up: all, catch_up_window: 1d"))
        try await first.running {
            await nextHour(first)
            _ = try await executions(first, count: 1)
        }
        first.clock.advance(by: .seconds(2 * 3_600))
        let second = try await Bench(clock: first.clock, journal: journal, sole: true)
        try await second.running {
            let all = try await executions(second, count: 3)
            #expect(Set(all.map(\.eventID)).count == 3)
            await nextHour(second)
            #expect(try await executions(second, count: 4).count == 4)
        }
    }

    /// What was due before a new version came, and has not run, runs on the new one.
    @Test func aNewVersionForgetsNothingThatIsDue() async throws {
        let bench = try await Bench()
        let text = Self.scheduled(", catch_up: all, catch_up_window: 1d")
        try await bench.deploy(text)
        bench.clock.advance(by: .seconds(2 * 3_600))
        try await bench.deploy("version: 2\n\(text)")
        try await bench.running {
            let all = try await executions(bench, count: 2)
            #expect(Set(all.map(\.eventID)).count == 2 && all.allSatisfy { $0.version == "2" })
        }
    }

    /// Other times count from when they are deployed; what the times before have still to start is started.
    @Test func newTimesMakeUpForNothing() async throws {
        let bench = try await Bench()
        let text = Self.scheduled(", catch_up: all, catch_up_window: 1d")
        try await bench.deploy(text)
        bench.clock.advance(by: .seconds(2 * 3_600))
        try await bench.deploy("version: 2\n\(text.replacing("interval: 1h", with: "interval: 1m"))")
        try await bench.running {
            let owed = try await executions(bench, count: 2)
            #expect(owed.map(\.version) == ["1", "1"])
            let minute = Int64(60_000_000)
            let next = Timestamp(microseconds: (bench.clock.now.microseconds / minute + 1) * minute)
            await bench.clock.sleeper(until: next)
            bench.clock.advance(by: next - bench.clock.now)
            let all = try await executions(bench, count: 3)
            #expect(all.map(\.version) == ["2", "1", "1"])
        }
    }

    @Test func aRefusedDeploymentLeavesTheScheduleAsItIs() async throws {
        let bench = try await Bench()
        let text = Self.scheduled(", catch_up: all, catch_up_window: 1d")
        try await bench.deploy("version: 1\n\(text.replacing("interval: 1h", with: "interval: 1m"))")
        try await bench.deploy("version: 2\n\(text)")
        try await bench.engine.update(workflow: "nightly", .pauseSchedule)
        bench.clock.advance(by: .seconds(2 * 3_600))
        let other = "version: 1\n\(text.replacing("interval: 1h", with: "interval: 1s"))"
        await #expect { try await bench.deploy(other) } throws: {
            ($0 as? EngineError)?.code == .versionConflict
        }
        try await bench.engine.update(workflow: "nightly", .resumeSchedule)
        try await bench.running {
            let owed = try await executions(bench, count: 2)
            #expect(owed.map(\.version) == ["2", "2"])
        }
    }

    @Test func whatWasDeletedOwesNothing() async throws {
        let bench = try await Bench()
        let text = Self.scheduled(", catch_up: all, catch_up_window: 1d")
        try await bench.deploy(text)
        try await bench.engine.update(workflow: "nightly", .delete)
        bench.clock.advance(by: .seconds(2 * 3_600))
        try await bench.deploy(text)
        try await bench.running {
            await nextHour(bench)
            let found = try await executions(bench, count: 1)
            #expect(found.count == 1)
        }
    }

    @Test(arguments: ["skip", "queue", "cancel_running"]) func overlaps(policy: String) async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.scheduled(", overlap: \(policy)", steps: Self.calling))
        try await bench.running {
            await nextHour(bench)
            await bench.activity.begun(1)
            await nextHour(bench)
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            switch policy {
            case "skip":
                #expect(try await executions(bench, count: 1).count == 1)
                #expect(bench.value("flowmeter_schedule_occurrences_total", ["outcome": "skipped"]) == 1)
            case "queue":
                let both = try await executions(bench, count: 2)
                #expect(both.map(\.isHeld) == [true, false])
                await bench.engine.refreshStatistics()
                #expect(bench.value("flowmeter_executions_held") == 1)
                _ = try await bench.engine.signal(both[1].id, .terminate(reason: nil))
                await bench.activity.begun(2)
            default:
                await bench.activity.begun(2)
                let both = try await executions(bench, count: 2)
                #expect(both.last?.outcome?.result == .cancelled)
            }
        }
    }

    @Test func whatCouldNotBeStartedIsToldAndTriedAgain() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(Self.scheduled())
        journal.plan(.ingest, .refused)
        try await bench.running {
            await nextHour(bench)
            await bench.clock.sleeper(until: bench.clock.now + .seconds(1))
            #expect(bench.value("worker_errors_total", ["worker_type": "scheduler"]) == 1)
            bench.clock.advance(by: .seconds(1))
            _ = try await executions(bench, count: 1)
            #expect(bench.value("worker_errors_total", ["worker_type": "scheduler"]) == 1)
        }
    }

    @Test func whatWasMissedIsCountedOnceHoweverOftenItIsTried() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(Self.scheduled(", catch_up: last, catch_up_window: 1d"))
        bench.clock.advance(by: .seconds(3 * 3_600))
        journal.plan(.ingest, .refused)
        try await bench.running {
            await bench.clock.sleeper(until: bench.clock.now + .seconds(1))
            bench.clock.advance(by: .seconds(1))
            _ = try await executions(bench, count: 1)
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_599))
            #expect(bench.value("flowmeter_schedule_occurrences_total", ["outcome": "missed"]) == 2)
        }
    }

    @Test func pausesAndTellsWhatIsNext() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.scheduled(", catch_up: none"))
        let report = try #require(try bench.engine.schedule(of: "nightly", next: 3))
        #expect(report.next.count == 3 && !report.state.isPaused)
        try await bench.engine.update(workflow: "nightly", .pauseSchedule)
        try await bench.running {
            bench.clock.advance(by: .seconds(3 * 3_600))
            try await bench.engine.update(workflow: "nightly", .resumeSchedule)
            await nextHour(bench)
            #expect(try await executions(bench, count: 1).count == 1)
        }
    }

    @Test func backfillsOnlyWhatHasNotRun() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.scheduled())
        try await bench.running {
            await nextHour(bench)
            _ = try await executions(bench, count: 1)
            let now = bench.clock.now
            let report = try await bench.engine.backfill("nightly", (now + .seconds(-3 * 3_600))..<(now + .seconds(1)))
            #expect(report.started.count == 3 && report.known == 1)
            let again = try await bench.engine.backfill("nightly", (now + .seconds(-3 * 3_600))..<(now + .seconds(1)))
            #expect(again.started.isEmpty && again.known == 4)
            // What is still to come runs at its time.
            let day = try await bench.engine.backfill(
                "nightly", (now + .seconds(-3 * 3_600))..<(now + .seconds(86_400)))
            #expect(day.started.isEmpty && day.known == 4)
            let future = try await bench.engine.backfill("nightly", (now + .seconds(60))..<(now + .seconds(86_400)))
            #expect(future.started.isEmpty && future.known == 0)
            try await bench.engine.update(workflow: "nightly", .disable)
            let disabled = await #expect(throws: EngineError.self) {
                try await bench.engine.backfill("nightly", (now + .seconds(-9 * 3_600))..<now)
            }
            #expect(disabled?.code == .workflowDisabled)
        }
    }

    /// What has been forgotten cannot be told from what has not run.
    @Test func backfillsNothingThatMayBeForgotten() async throws {
        let bench = try await Bench(retention: Retention(age: .seconds(7_200)))
        try await bench.deploy(Self.scheduled())
        try await bench.running {
            let now = bench.clock.now
            let refused = await #expect(throws: EngineError.self) {
                try await bench.engine.backfill("nightly", (now + .seconds(-7_201))..<now)
            }
            #expect(refused?.code == .invalidSchedule)
            let report = try await bench.engine.backfill("nightly", (now + .seconds(-7_200))..<now)
            #expect(report.started.count == 2)
        }
    }

    /// Also when the retention by which it was forgotten is not in force any more.
    @Test func backfillsNothingThatHasBeenForgotten() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.scheduled())
        try await bench.running {
            await nextHour(bench)
            _ = try await executions(bench, count: 1)
            let last = bench.clock.now
            let purged = try await bench.journal.purge(Purge(endedBefore: last + .seconds(1), limit: 9))
            #expect(purged == Purged(executions: 1, events: 1))
            await nextHour(bench)
            _ = try await executions(bench, count: 1)
            let refused = await #expect(throws: EngineError.self) {
                try await bench.engine.backfill("nightly", last..<bench.clock.now)
            }
            #expect(refused?.code == .invalidSchedule)
            let report = try await bench.engine.backfill(
                "nightly", (last + .microseconds(1))..<(bench.clock.now + .seconds(1)))
            #expect(report.started.isEmpty && report.known == 1)
        }
    }
}
