import MemoryJournal
import Testing
import Workflow

@testable import Runtime

/// What is too old or too much is forgotten, and all else is not.
@Suite(.timeLimit(.minutes(30))) struct RetentionTests {
    typealias Bench = EngineTests.Bench

    static func accepting(_ id: String, _ more: String = "") -> String {
        """
        workflow_id: \(id)
        trigger: {type: event, event: \(id).placed}
        \(more)
        steps: [{id: accept, type: action, action: {type: allow}}]
        """
    }

    private func count(_ bench: Bench, _ workflow: String) async throws -> Int {
        try await bench.engine.executions(ExecutionQuery(workflow: workflow, limit: 1_000)).count
    }

    /// Returns when a run has come to its end, or has been given up.
    private func run(_ bench: Bench) async throws {
        try Task.checkCancellation()
        await bench.clock.sleeper(until: bench.clock.now + Engine.retentionInterval)
    }

    @Test func whatIsTooOldGoesInBatches() async throws {
        let bench = try await Bench(retention: Retention(age: .seconds(3_600)))
        try await bench.deploy(EngineTests.decision)
        try await bench.deploy(EngineTests.waiting)
        for id in 0..<250 { _ = try await bench.send(["order": ["total": 5, "id": .integer(Int64(id))]]) }
        bench.clock.advance(by: .seconds(3_600))
        _ = try await bench.send(["order": ["total": 5]], id: "late")
        try await bench.running {
            try await run(bench)
            #expect(bench.value("flowmeter_executions_purged_total") == 0)
            bench.clock.advance(by: .seconds(60))
            try await run(bench)
            #expect(bench.value("flowmeter_executions_purged_total") == 250)
            #expect(try await count(bench, "guard") == 1)
            #expect(try await count(bench, "waiter") == 251)
            #expect(bench.value("flowmeter_retention_since_success_seconds") == 0)
            bench.clock.advance(by: .seconds(59))
            #expect(bench.value("flowmeter_retention_since_success_seconds") == 59)
            // The waits of all but the last one were over.
            #expect(try await bench.send(["order": ["total": 5]], id: "late").duplicate)
        }
    }

    @Test func theNewestOfEachWorkflowStay() async throws {
        let bench = try await Bench(retention: Retention(count: 2))
        for id in ["a", "b"] { try await bench.deploy(Self.accepting(id)) }
        try await bench.deploy(Self.accepting("own", "retention: {age: 1h}"))
        try await bench.deploy(Self.accepting("few", "retention: {count: 1}"))
        for id in ["a", "b", "own", "few"] {
            for number in 0..<4 { _ = try await bench.send([:], as: "\(id).placed", id: "\(id)-\(number)") }
        }
        try await bench.running {
            try await run(bench)
            for (id, left) in [("a", 2), ("b", 2), ("own", 4), ("few", 1)] {
                #expect(try await count(bench, id) == left, "\(id)")
            }
            // The events are known for three days.
            #expect(try await bench.send([:], as: "a.placed", id: "a-0").duplicate)
            #expect(bench.value("flowmeter_events_purged_total") == 0)
            bench.clock.advance(by: .seconds(3 * 86_400 + 1))
            try await run(bench)
            #expect(try await count(bench, "own") == 0)
            // Those of `own` with their executions, the others because they have none any more.
            #expect(bench.value("flowmeter_events_purged_total") == 11)
        }
    }

    @Test func nothingGoesUnlessItIsSaid() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.accepting("a"))
        for _ in 0..<3 { _ = try await bench.send([:], as: "a.placed") }
        bench.clock.advance(by: .seconds(400 * 86_400))
        try await bench.running {
            try await run(bench)
            bench.clock.advance(by: .seconds(60))
            try await run(bench)
            #expect(try await count(bench, "a") == 3)
            #expect(bench.value("worker_jobs_processed_total", ["worker_type": "retention", "status": "success"]) == 0)
            #expect(bench.value("flowmeter_retention_since_success_seconds") == 0)
        }
    }

    /// What such a definition says of its executions is not known.
    @Test func whatCannotBeReadKeepsItsExecutions() async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal)
        try await first.deploy(Self.accepting("odd"))
        _ = try await first.send([:], as: "odd.placed")
        let later = WorkflowRecord(
            id: "odd", version: "2", source: "of a later version", enabled: true, deployedAt: first.clock.now)
        _ = try await journal.deploy(later)
        first.clock.advance(by: .seconds(86_400))
        let second = try await Bench(
            clock: first.clock, journal: journal, sole: true, retention: Retention(age: .seconds(1)))
        try await second.running {
            try await run(second)
            #expect(try await count(second, "odd") == 1)
        }
    }

    @Test func aRunThatFailsIsToldAndTriedAgain() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal, retention: Retention(count: 1))
        try await bench.deploy(Self.accepting("a"))
        for _ in 0..<3 { _ = try await bench.send([:], as: "a.placed") }
        journal.plan(.purge, .refused, .refused)
        try await bench.running {
            try await run(bench)
            bench.clock.advance(by: .seconds(60))
            try await run(bench)
            #expect(bench.value("worker_errors_total", ["worker_type": "retention"]) == 2)
            #expect(bench.value("flowmeter_retention_since_success_seconds") == 60)
            #expect(try await count(bench, "a") == 3)
            bench.clock.advance(by: .seconds(60))
            try await run(bench)
            #expect(bench.value("flowmeter_retention_since_success_seconds") == 0)
            #expect(try await count(bench, "a") == 1)
        }
    }
}
