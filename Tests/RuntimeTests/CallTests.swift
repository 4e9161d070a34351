import MemoryJournal
import Testing
import Workflow

@testable import Runtime

/// Workflows that run others.
@Suite(.timeLimit(.minutes(30))) struct CallTests {
    typealias Bench = EngineTests.Bench

    static let caller = """
        workflow_id: caller
        trigger: {type: event, event: order.placed}
        steps:
          - {id: check, type: workflow, workflow: checks, input: {total: "{{order.total}}"}, into: checked}
          - {id: done, type: decision, decision: allow, reason: "{{checked.result}} {{checked.output.score}}"}
        """
    static let pure = """
        workflow_id: checks
        trigger: {type: manual}
        output: {score: "{{total}}"}
        steps: [{id: note, type: execute, execute: [{type: set, values: {seen: true}}]}]
        """
    static let calling = """
        workflow_id: checks
        trigger: {type: manual}
        output: {score: "{{total}}"}
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}]
        """

    @Test(arguments: [pure, calling]) func theCallerGoesOnWithTheResult(child: String) async throws {
        let bench = try await Bench()
        for definition in [child, Self.caller] { try await bench.deploy(definition) }
        try await bench.running {
            let receipt = try await bench.send(["order": ["total": 5]], wait: .seconds(10))
            #expect(receipt.executions.first?.summary.outcome?.reason == "executed 5")
            let children = try await bench.engine.executions(ExecutionQuery(workflow: "checks", limit: 10))
            #expect(children.map(\.trigger) == [.workflow])
        }
    }

    @Test func theCallerFailsWithTheCalled() async throws {
        let bench = try await Bench(ScriptedActivity(.failure(.init(.invalid, "no"))))
        for definition in [Self.calling, Self.caller] { try await bench.deploy(definition) }
        try await bench.running {
            let receipt = try await bench.send(["order": ["total": 5]], wait: .seconds(10))
            let outcome = try #require(receipt.executions.first?.summary.outcome)
            #expect(outcome.reason == "step `check`: the workflow `checks` ended as failed: step `call`: no")
        }
    }

    @Test func aMissingWorkflowFailsTheStep() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.caller)
        try await bench.running {
            let receipt = try await bench.send(["order": ["total": 5]], wait: .seconds(10))
            #expect(
                receipt.executions.first?.summary.outcome?.reason == "step `check`: there is no workflow `checks`")
        }
    }

    @Test func cancellingTheCallerCancelsTheCalled() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        for definition in [Self.calling, Self.caller] { try await bench.deploy(definition) }
        try await bench.running {
            let receipt = try await bench.send(["order": ["total": 5]])
            let id = try #require(receipt.executions.first?.summary.id)
            await bench.activity.begun(1)
            try await bench.settles(id, .waiting)
            _ = try await bench.engine.signal(id, .cancel(reason: "enough"))
            let child = try #require(
                try await bench.engine.executions(ExecutionQuery(workflow: "checks", limit: 1)).first)
            try await bench.settles(child.id, .ended)
            #expect(try await bench.engine.execution(child.id)?.summary.outcome?.result == .cancelled)
        }
    }

    /// The caller is cancelled while the start of the called one is on its way to the disk.
    @Test(arguments: [true, false]) func cancelsWhatIsBeingStarted(isStarted: Bool) async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal, ScriptedActivity(.never))
        for definition in [Self.calling, Self.caller] { try await bench.deploy(definition) }
        let gate = Gate()
        try await bench.running {
            // The caller gets its place in the journal, then the called one.
            journal.plan(.ingest, .passed, isStarted ? .held(gate) : .late(gate))
            let id = try #require(try await bench.send(["order": ["total": 5]]).executions.first?.summary.id)
            await gate.reached()
            let cancelled = try await bench.engine.signal(id, .cancel(reason: "enough"))
            #expect(cancelled.outcome?.result == .cancelled)
            gate.open()
            var child: ExecutionSummary?
            while child?.outcome == nil {
                child = try await bench.engine.executions(ExecutionQuery(workflow: "checks", limit: 1)).first
                await Task.yield()
            }
            #expect(child?.outcome?.result == .cancelled)
            #expect(child?.outcome?.reason == "nobody waits for its end any more")
        }
    }

    /// The process dies after the called workflow has ended, before its caller knows.
    @Test(arguments: [pure, calling]) func aCrashStartsNothingTwice(child: String) async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal, ScriptedActivity(.never))
        for definition in [Self.calling, Self.caller] { try await first.deploy(definition) }
        let id = try #require(try await first.send(["order": ["total": 5]]).executions.first?.summary.id)
        await first.activity.begun(1)
        let second = try await Bench(clock: first.clock, journal: journal, sole: true)
        try await second.running {
            try await second.settles(id, .ended)
            #expect(try await second.engine.execution(id)?.summary.outcome?.reason == "executed 5")
            #expect(try await second.engine.executions(ExecutionQuery(workflow: "checks", limit: 10)).count == 1)
        }
    }
}
