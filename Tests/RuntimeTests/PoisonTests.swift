import MemoryJournal
import Testing
import Workflow

@testable import Runtime

/// What the journal holds and nobody can read any more: it is set aside, and everything else goes on.
@Suite(.timeLimit(.minutes(30))) struct PoisonTests {
    enum Poison: CaseIterable {
        case definition, record, event
    }

    @Test(arguments: Poison.allCases) func whatCannotBeReadIsSetAside(_ poison: Poison) async throws {
        let journal = MemoryJournal()
        let start = Timestamp(microseconds: 1)
        let source = poison == .definition ? "steps: [}" : EngineTests.calling
        _ = try await journal.deploy(
            WorkflowRecord(id: "caller", version: "1.0.0", source: source, enabled: false, deployedAt: start))
        let lease = try await journal.acquire(holder: "before", now: start, until: start, takingAll: true).lease
        let id = ExecutionID(rawValue: 7)
        let record = Array((poison == .record ? #"[{"what":"# : "[]").utf8)
        let birth = NewExecution(
            workflow: "caller", version: "1.0.0", trigger: .event, startedAt: start,
            commit: Commit(
                id: id, number: 0, record: record, disposition: .running, waits: nil, consumed: nil, at: start))
        let data = Array((poison == .event ? #"{"order":"# : #"{"order":{"id":1}}"#).utf8)
        let event = EventRecord(id: "e", name: "order.placed", data: data, receivedAt: start)
        _ = try await journal.ingest([Arrival(event: event, data: [:], executions: [birth])], lease: lease)

        let bench = try await EngineTests.Bench(journal: journal, sole: true)
        try await bench.deploy(EngineTests.decision)
        try await bench.running {
            while try await journal.execution(id)?.summary.status != .deadLetter { await Task.yield() }
            let receipt = try await bench.send(["order": ["total": 500]], wait: .seconds(60))
            #expect(receipt.executions.contains { $0.summary.outcome?.result == .blocked })
        }
        let summary = try #require(try await journal.execution(id)?.summary)
        #expect(
            summary.deadLetterReason == "its definition or journal cannot be read by this version of flowmeter")
        #expect(bench.activity.attempts.isEmpty)
        let error = await #expect(throws: EngineError.self) {
            try await bench.engine.signal(id, .resume(data: Array("{}".utf8)))
        }
        #expect(error?.code == .notPaused)
        // Resumed without being mended, it is set aside again.
        _ = try await bench.engine.signal(id, .resume(data: nil))
        let next = try await EngineTests.Bench(journal: journal, sole: true)
        try await next.running {
            while try await journal.execution(id)?.summary.status != .deadLetter { await Task.yield() }
        }
    }

    /// Who has called what cannot be read is told when somebody ends it.
    @Test func whoeverCalledItIsTold() async throws {
        let journal = MemoryJournal()
        let start = Timestamp(microseconds: 1)
        let lease = try await journal.acquire(holder: "before", now: start, until: start, takingAll: true).lease
        let (caller, called) = (ExecutionID(rawValue: 5), ExecutionID(rawValue: 7))
        let callID = Engine.callEvent(of: .init(execution: caller, key: "k"))
        for (id, event, disposition) in [(caller, "e", Disposition.waiting(until: nil)), (called, callID, .running)] {
            let birth = NewExecution(
                workflow: "nobody", version: "1", trigger: .event, startedAt: start,
                commit: Commit(
                    id: id, number: 0, record: Array("[]".utf8), disposition: disposition, waits: nil, consumed: nil,
                    at: start))
            let record = EventRecord(id: event, name: "order.placed", data: Array("{}".utf8), receivedAt: start)
            _ = try await journal.ingest([Arrival(event: record, data: [:], executions: [birth])], lease: lease)
        }
        let bench = try await EngineTests.Bench(journal: journal, sole: true)
        try await bench.running {
            while try await journal.execution(called)?.summary.status != .deadLetter { await Task.yield() }
            _ = try await bench.engine.signal(called, .cancel(reason: "enough"))
            while try await journal.execution(called)?.summary.status != .ended { await Task.yield() }
            while try await journal.execution(caller)?.summary.status != .deadLetter { await Task.yield() }
        }
        let signal = try #require(try await journal.execution(caller)?.signals.first)
        guard case .message("k", let body) = signal.kind else {
            Issue.record("no message: \(signal)")
            return
        }
        let result = try JSONValue(parsing: body).object
        #expect(result?["result"] == "cancelled" && result?["execution_id"]?.string == called.description)
    }
}
