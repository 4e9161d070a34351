import Testing
import Workflow

@testable import Runtime

/// The same key starts nothing again, whatever starts it, and stands for one request.
@Suite(.timeLimit(.minutes(30))) struct IdempotencyTests {
    typealias Bench = EngineTests.Bench
    typealias Start = @Sendable (Bench, _ ended: ExecutionID, _ changed: Bool) async throws -> Receipt

    static let starts: [(name: String, start: Start)] = [
        (
            "event",
            { bench, _, changed in
                try await bench.send(changed ? ["a": 2] : ["a": 1], as: "order.open", id: "e1")
            }
        ),
        (
            "run",
            { bench, _, changed in
                try await bench.engine.run(
                    workflow: "open", input: changed ? ["a": 2] : ["a": 1], key: "k", wait: nil)
            }
        ),
        (
            "rerun",
            { bench, ended, changed in
                try await bench.engine.rerun(ended, from: changed ? .step("call") : .failure, key: "k", wait: nil)
            }
        ),
        (
            "delivery",
            { bench, _, changed in
                try await bench.engine.ingest(
                    IncomingDelivery(source: "s", id: "d1", event: nil, data: changed ? ["a": 2] : ["a": 1]))
            }
        ),
    ]

    @Test(arguments: starts.indices) func aKeyStandsForOneStart(index: Int) async throws {
        let bench = try await Bench(ScriptedActivity(.failure(.init(.invalid, "no")), .never))
        for (id, trigger) in [("open", "{type: event, event: order.open}"), ("hook", "{type: webhook, source: s}")] {
            try await bench.deploy(
                """
                workflow_id: \(id)
                trigger: \(trigger)
                steps: [{id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}]
                """)
        }
        let start = Self.starts[index].start
        try await bench.running {
            let receipt = try await bench.engine.run(workflow: "open", input: [:], key: nil, wait: .seconds(9))
            let ended = try #require(receipt.executions.first?.summary.id)
            let first = try await start(bench, ended, false)
            let second = try await start(bench, ended, false)
            #expect(!first.duplicate && second.duplicate)
            #expect(first.executions.map(\.summary.id) == second.executions.map(\.summary.id))
            #expect(first.executions.count == 1)
            let error = await #expect(throws: EngineError.self) { try await start(bench, ended, true) }
            #expect(error?.code == .eventConflict)
            #expect(try await bench.engine.executions(ExecutionQuery(limit: 10)).count == 2)
        }
    }
}
