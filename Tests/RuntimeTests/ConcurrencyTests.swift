import Testing
import Workflow

@testable import Runtime

/// As many executions run as their definition's `concurrency` allows, whatever starts them.
@Suite(.timeLimit(.minutes(30))) struct ConcurrencyTests {
    typealias Bench = EngineTests.Bench

    static func limited(_ concurrency: String, _ trigger: String = "{type: event, event: order.placed}") -> String {
        """
        workflow_id: limited
        trigger: \(trigger)
        concurrency: \(concurrency)
        priority: 8
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}]
        """
    }

    private static func order(_ customer: JSONValue) -> JSONObject { ["customer": ["id": customer]] }

    private func held(_ bench: Bench) async throws -> [Bool] {
        try await bench.engine.executions(ExecutionQuery(workflow: "limited", limit: 100)).reversed().map(\.isHeld)
    }

    @Test func eachKeyHasALimitOfItsOwn() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited(#"{key: "{{customer.id}}", limit: 1}"#))
        var ids: [ExecutionID] = []
        for customer in [1, 2, 1, 1] as [JSONValue] {
            let receipt = try await bench.send(Self.order(customer))
            let summary = try #require(receipt.executions.first?.summary)
            #expect(summary.priority == 8)
            #expect(try await bench.engine.execution(summary.id)?.summary.isHeld == summary.isHeld)
            ids.append(summary.id)
        }
        let first = ids[0]
        #expect(try await held(bench) == [false, false, true, true])
        await bench.engine.refreshStatistics()
        #expect(bench.value("flowmeter_executions_held", ["workflow_id": "limited"]) == 2)
        #expect(bench.value("flowmeter_executions_limited_total", ["on_limit": "queue"]) == 2)
        #expect(bench.value("flowmeter_executions_limited_total", ["on_limit": "skip"]) == 0)
        try await bench.running {
            await bench.activity.begun(2)
            _ = try await bench.engine.signal(first, .terminate(reason: nil))
            await bench.activity.begun(3)
            #expect(try await held(bench) == [false, false, false, true])
        }
    }

    /// The time of a step begins when the execution is let in, however long it was held.
    @Test func whatWasHeldHasItsTimeYet() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(
            Self.limited("{limit: 1}").replacing("type: execute, ", with: "type: execute, timeout: 30s, "))
        let first = try #require(try await bench.send([:]).executions.first?.summary.id)
        let second = try #require(try await bench.send([:]).executions.first?.summary.id)
        try await bench.running {
            for (number, id) in [first, second].enumerated() {
                await bench.activity.begun(number + 1)
                #expect(try await bench.engine.execution(id)?.summary.status == .running)
                await bench.clock.sleeper(until: bench.clock.now + .seconds(30))
                bench.clock.advance(by: .seconds(30))
                try await bench.settles(id, .ended)
            }
        }
    }

    /// One that stands still gives its place up to the one that replaces it.
    @Test func whatIsPausedIsReplaced() async throws {
        let bench = try await Bench(ScriptedActivity(.output(.null), .never))
        try await bench.deploy(
            """
            workflow_id: limited
            trigger: {type: event, event: order.placed}
            concurrency: {limit: 1, on_limit: cancel_running}
            steps:
              - id: book
                type: execute
                execute: [{type: http_request, url: "http://receiver/"}]
                compensate: [{type: http_request, url: "http://receiver/undo"}]
              - {id: rest, type: sleep, duration: 1h}
              - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}
            """)
        try await bench.running {
            let first = try #require(try await bench.send([:]).executions.first?.summary.id)
            try await bench.settles(first, .waiting)
            _ = try await bench.engine.signal(first, .pause)
            try await bench.settles(first, .paused)
            _ = try await bench.send([:])
            // What undoes the first one does not come back.
            await bench.activity.begun(2)
            #expect(bench.activity.attempts.last?.key.contains("-undo-") == true)
        }
    }

    /// What gives no text shares one limit; what gives a long one is told apart by all of it.
    @Test func anyKeyIsAKey() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited(#"{key: "{{customer.id}}", limit: 1}"#))
        let long = String(repeating: "x", count: 100_000)
        let keys: [JSONValue] = [.null, "", .string(long + "a"), .string(long + "b"), .string(long + "a"), "x\u{0}y"]
        for key in keys { _ = try await bench.send(Self.order(key)) }
        _ = try await bench.send([:])
        _ = try await bench.send(["customer": "none"])
        #expect(try await held(bench) == [false, true, false, false, true, false, true, true])
    }

    @Test(arguments: ["", "a", "é/=", String(repeating: "k", count: 256), String(repeating: "é", count: 100_000)])
    func slotsAreBounded(key: String) {
        let workflow = String(repeating: "w", count: 128)
        let slot = Engine.slot(of: workflow, key: key)
        #expect(slot.utf8.count <= 512)
        #expect(slot != Engine.slot(of: workflow, key: key + "x"))
    }

    @Test func skipsAndSaysSo() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited("{limit: 1, on_limit: skip}"))
        #expect(try await bench.send([:]).skipped.isEmpty)
        let second = try await bench.send([:], id: "e2", wait: .seconds(1))
        #expect(second.executions.isEmpty && second.skipped == ["limited"])
        let again = try await bench.send([:], id: "e2")
        #expect(again.duplicate && again.executions.isEmpty)
        #expect(bench.value("flowmeter_executions_limited_total", ["on_limit": "skip"]) == 1)
        #expect(bench.value("active_workflow_executions", ["workflow_id": "limited"]) == 1)
    }

    @Test func theNewOneTakesThePlaceOfTheOthers() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited("{limit: 1, on_limit: cancel_running}"))
        try await bench.running {
            let first = try #require(try await bench.send([:]).executions.first?.summary.id)
            await bench.activity.begun(1)
            let second = try #require(try await bench.send([:]).executions.first?.summary)
            #expect(second.isHeld)
            await bench.activity.begun(2)
            let outcome = try await bench.engine.execution(first)?.summary.outcome
            #expect(outcome?.result == .cancelled && outcome?.reason == Admission.replaced)
        }
        #expect(bench.value("flowmeter_executions_limited_total", ["on_limit": "cancel_running"]) == 1)
    }

    /// Events, requests, deliveries, calls and reruns share the limit.
    @Test func allStartsCount() async throws {
        let bench = try await Bench(ScriptedActivity(.failure(.init(.invalid, "no")), .never))
        try await bench.deploy(Self.limited("{limit: 1}", "{type: webhook, source: s}"))
        try await bench.deploy(
            """
            workflow_id: caller
            trigger: {type: event, event: order.placed}
            steps: [{id: check, type: workflow, workflow: limited}]
            """)
        try await bench.running {
            let failed = try await bench.engine.run(workflow: "limited", input: [:], key: nil, wait: .seconds(9))
            let ended = try #require(failed.executions.first?.summary.id)
            _ = try await bench.engine.ingest(IncomingDelivery(source: "s", id: "d1", event: nil, data: [:]))
            await bench.activity.begun(2)
            _ = try await bench.engine.ingest(IncomingDelivery(source: "s", id: "d2", event: nil, data: [:]))
            _ = try await bench.engine.run(workflow: "limited", input: [:], key: "k", wait: nil)
            _ = try await bench.engine.rerun(ended, from: .failure, key: nil, wait: nil)
            let caller = try #require(try await bench.send([:]).executions.first?.summary.id)
            try await bench.settles(caller, .waiting)
            #expect(try await held(bench) == [false, false, true, true, true, true])
        }
    }

    /// Also where the version that failed had no limit.
    @Test func aRerunGoesByTheLimitOfToday() async throws {
        let bench = try await Bench(ScriptedActivity(.failure(.init(.invalid, "no")), .never))
        try await bench.deploy(Self.limited("{limit: 1}").replacing("concurrency: {limit: 1}", with: ""))
        try await bench.running {
            let failed = try #require(try await bench.send([:], wait: .seconds(9)).executions.first?.summary.id)
            try await bench.deploy("version: 2\n" + Self.limited("{limit: 1}"))
            _ = try await bench.send([:])
            _ = try await bench.engine.rerun(failed, from: .failure, key: nil, wait: nil)
            #expect(try await held(bench) == [false, false, true])
        }
    }

    @Test func aCallThatIsSkippedFailsItsStep() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited("{limit: 1, on_limit: skip}", "{type: workflow}"))
        try await bench.deploy(
            """
            workflow_id: caller
            trigger: {type: event, event: order.placed}
            steps:
              - {id: start, type: workflow, workflow: limited, mode: start}
              - {id: start_again, type: workflow, workflow: limited, mode: start, into: second}
              - {id: call, type: workflow, workflow: limited, on_error: done}
              - {id: done, type: decision, decision: allow, reason: "{{second.skipped}} {{steps.start_again.output.skipped}} {{steps.call.error}}"}
            """)
        try await bench.running {
            let report = try #require(try await bench.send([:], wait: .seconds(9)).executions.first)
            #expect(
                report.summary.outcome?.reason
                    == "true true as many executions of `limited` run as its `concurrency` allows")
            #expect(try await held(bench) == [false])
        }
    }

    /// A schedule with a limit has no overlap of its own; a backfill queues, whatever the limit does.
    @Test func aScheduleGoesByTheLimit() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.limited("{limit: 2, on_limit: skip}", "{type: schedule, interval: 1h}"))
        let now = bench.clock.now
        let report = try await bench.engine.backfill("limited", (now + .seconds(-4 * 3_600))..<now)
        #expect(report.started.count == 4)
        #expect(try await held(bench) == [false, false, true, true])
        #expect(try await bench.engine.run(workflow: "limited", input: [:], key: nil, wait: nil).skipped == ["limited"])
    }

    @Test func anyWorkflowIsCalled() async throws {
        let bench = try await Bench()
        let triggers = [
            "{type: workflow}", "{type: manual}", "{type: event, event: a.b}", "{type: schedule, interval: 1h}",
            "{type: webhook, source: s}",
        ]
        for (number, trigger) in triggers.enumerated() {
            try await bench.deploy(
                """
                workflow_id: child\(number)
                trigger: \(trigger)
                output: {got: "{{x}}"}
                steps: [{id: note, type: execute, execute: [{type: set, values: {seen: true}}]}]
                """)
            try await bench.deploy(
                """
                workflow_id: caller\(number)
                trigger: {type: manual}
                steps:
                  - {id: call, type: workflow, workflow: child\(number), input: {x: \(number)}, into: child}
                  - {id: done, type: decision, decision: allow, reason: "{{child.output.got}}"}
                """)
        }
        try await bench.running {
            for number in triggers.indices {
                let receipt = try await bench.engine.run(
                    workflow: "caller\(number)", input: [:], key: nil, wait: .seconds(9))
                #expect(receipt.executions.first?.summary.outcome?.reason == "\(number)")
            }
            #expect(try await bench.send([:], as: "workflow").executions.isEmpty)
        }
    }
}
