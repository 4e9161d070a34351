import Instruments
import MemoryJournal
import Logging
import ServiceLifecycle
import Telemetry
import TestSupport
import Testing
import Workflow

@testable import Runtime

@Suite(.timeLimit(.minutes(30))) struct EngineTests {
    static let decision = """
        workflow_id: guard
        trigger: {type: event, event: order.placed, condition: {field: order.total, operator: exists, value: true}}
        steps:
          - {id: large, type: condition, condition: {field: order.total, operator: gt, value: 100}, on_true: refuse, on_false: accept}
          - {id: refuse, type: action, action: {type: block, reason: "over 100"}}
          - {id: accept, type: action, action: {type: allow}}
        """

    static let calling = """
        workflow_id: caller
        trigger: {type: event, event: order.placed}
        steps:
          - id: call
            type: execute
            retry: {max_attempts: 3, backoff: fixed, initial_delay: 10s, jitter: 0}
            execute: [{type: http_request, url: "http://receiver/{{order.id}}", into: answer}]
          - {id: done, type: action, action: {type: allow, reason: "{{answer}}"}}
        """

    static let waiting = """
        workflow_id: waiter
        trigger: {type: event, event: order.placed}
        steps:
          - {id: confirm, type: wait, wait: {event: order.paid, match: {order.id: "{{order.id}}"}, timeout: 1h, on_timeout: late}}
          - {id: paid, type: action, action: {type: allow}}
          - {id: late, type: action, action: {type: block}}
        """

    /// An engine on a journal, with a clock that stands still.
    struct Bench {
        let clock: ManualClock
        let journal: any Journal
        let activity: ScriptedActivity
        let registry = Registry()
        let engine: Engine

        init(
            clock: ManualClock = ManualClock(), journal: any Journal = MemoryJournal(), sole: Bool = false,
            maxRunning: Int = 100, retention: Retention = Retention(),
            _ activity: ScriptedActivity = ScriptedActivity(.output("ok"))
        ) async throws {
            self.clock = clock
            self.journal = journal
            self.activity = activity
            let options = EngineOptions(
                holder: "test", leaseDuration: .seconds(9), isSoleProcess: sole, maxRunning: maxRunning,
                drainTimeout: .seconds(1), retention: retention)
            let recorders = try Recorders(registry: registry, dialects: Dialect.shipped())
            engine = try await Engine(
                journal: journal, recorders: recorders, options: options, logger: Logger(label: "test"),
                activities: [.httpRequest: activity], environment: clock.environment)
        }

        func deploy(_ yaml: String) async throws {
            _ = try await engine.deploy(Array(yaml.utf8))
        }

        /// Runs the engine's service while the body runs.
        func running<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
            let service = Task { try await engine.run() }
            let work = Task {
                try await until { engine.metrics.load.runs }
                return try await body()
            }
            let result = await withTaskCancellationHandler {
                await work.result
            } onCancel: {
                work.cancel()
            }
            service.cancel()
            try await service.value
            return try result.get()
        }

        func send(
            _ data: JSONObject, as name: String = "order.placed", id: String? = nil, wait: Duration? = nil
        ) async throws -> Receipt {
            try await engine.ingest(IncomingEvent(id: id, name: name, data: data), wait: wait)
        }

        /// The value of the only series that has these labels.
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            let family = registry.snapshot().first { $0.name == name }
            return family?.series.first { series in labels.allSatisfy { series[$0.key] == $0.value } }?.value
        }
    }

    @Test func decidesWithinTheRequest() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        let receipt = try await bench.send(["order": ["total": 500]], wait: .seconds(1))
        let report = try #require(receipt.executions.first)
        #expect(report.summary.outcome?.result == .blocked)
        #expect(report.summary.outcome?.reason == "over 100")
        #expect(report.trace?.map(\.step) == ["large", "refuse"])
        #expect(try await bench.send(["order": ["total": 5]]).executions.first?.summary.outcome?.result == .allowed)
        #expect(try await bench.send(["order": [:]]).executions.isEmpty)
        #expect(try await bench.send(["order": ["total": 5]], as: "order.other").executions.isEmpty)
        let stored = try #require(try await bench.engine.execution(report.summary.id))
        #expect(stored.summary == report.summary)
        #expect(stored.trace == report.trace)
        #expect(
            bench.value(
                "workflow_executions_total", ["workflow_id": "guard", "status": "blocked", "trigger_type": "event"])
                == 1)
        #expect(bench.value("active_workflow_executions", ["workflow_id": "guard"]) == 0)
    }

    @Test func theSameEventStartsNothingTwice() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        let first = try await bench.send(["order": ["total": 500]], id: "e1", wait: .seconds(1))
        let second = try await bench.send(["order": ["total": 500]], id: "e1", wait: .seconds(1))
        #expect(!first.duplicate && second.duplicate)
        #expect(first.executions.map(\.summary) == second.executions.map(\.summary))
        #expect(first.executions.first?.trace == second.executions.first?.trace)
        let batch = try await bench.engine.ingest(
            [
                IncomingEvent(id: "e1", name: "order.placed", data: ["order": ["total": 500]]),
                IncomingEvent(id: "e2", name: "order.placed", data: ["order": ["total": 1]]),
            ],
            wait: nil)
        #expect(try batch.map { try $0.get().duplicate } == [true, false])
    }

    @Test func anIdStandsForOneEvent() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        _ = try await bench.send(["order": ["total": 500]], id: "e1")
        let codes = try await bench.engine.ingest(
            [
                IncomingEvent(id: "e1", name: "order.placed", data: ["order": ["total": 501]]),
                IncomingEvent(id: "e1", name: "order.paid", data: ["order": ["total": 500]]),
                IncomingEvent(id: "e3", name: "order.placed", data: ["order": ["total": 500]]),
            ],
            wait: nil
        ).map { outcome -> EngineError.Code? in
            do throws(EngineError) {
                _ = try outcome.get()
                return nil
            } catch {
                return error.code
            }
        }
        #expect(codes == [.eventConflict, .eventConflict, nil])
        #expect(try await bench.engine.executions(ExecutionQuery(limit: 10)).count == 2)
    }

    @Test func theEnginesOwnIdsAreNobodyElses() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        let run = try await bench.engine.run(workflow: "guard", input: ["order": ["total": 1]], key: "k", wait: nil)
        #expect(run.eventID.hasPrefix(Engine.reservedPrefix))
        let error = await #expect(throws: EngineError.self) {
            try await bench.send(["order": ["total": 1]], id: Engine.reservedPrefix + "run/guard/l")
        }
        #expect(error?.code == .invalidEvent)
        #expect(try await bench.send(["order": ["total": 1]], id: "guard/k").duplicate == false)
    }

    @Test func manyPureStepsLetOthersTakeTheirTurn() async throws {
        let bench = try await Bench()
        try await bench.deploy(
            """
            workflow_id: counter
            trigger: {type: event, event: order.placed}
            steps:
              - {id: each, type: foreach, items: "{{items}}", steps: [{id: note, type: execute, execute: [{type: set, values: {last: "{{item}}"}}]}]}
              - {id: done, type: action, action: {type: allow, reason: "{{last}}"}}
            """)
        let items = JSONValue.array((1...2_000).map { .integer(Int64($0)) })
        let receipt = try await bench.send(["items": items], wait: .seconds(60))
        let execution = try #require(receipt.executions.first)
        #expect(execution.summary.outcome?.reason == "2000")
        #expect(execution.trace?.count == 2_002)
        #expect(try await bench.engine.execution(execution.summary.id)?.trace == execution.trace)
    }

    @Test func aWorkflowThatStartsItselfComesToAnEnd() async throws {
        let bench = try await Bench()
        try await bench.deploy(
            """
            workflow_id: circle
            trigger: {type: event, event: order.placed}
            steps:
              - {id: again, type: execute, execute: [{type: emit, event: order.placed}]}
            """)
        try await bench.running {
            let first = try #require(try await bench.send([:]).executions.first)
            try await bench.settles(first.summary.id, .ended)
            var ended: [ExecutionSummary] = []
            while ended.count <= Limits.eventDepth {
                ended = try await bench.engine.executions(ExecutionQuery(statuses: [.ended], limit: 1_000))
                await Task.yield()
            }
            #expect(ended.count == Limits.eventDepth + 1)
            #expect(
                ended.map { $0.outcome?.result } == [.failed] + Array(repeating: .executed, count: Limits.eventDepth))
            #expect(ended.first?.outcome?.reason?.contains("started one another") == true)
        }
    }

    @Test func activitiesAreRetriedWithOneKey() async throws {
        let activity = ScriptedActivity(.failure(.init(.status(503), "busy")), .output("fine"))
        let bench = try await Bench(activity)
        try await bench.deploy(Self.calling)
        try await bench.running {
            async let receipt = bench.send(["order": ["id": 1]], wait: .seconds(600))
            await activity.begun(1)
            await bench.clock.sleeper(until: bench.clock.now + .seconds(10))
            bench.clock.advance(by: .seconds(10))
            let report = try #require(try await receipt.executions.first)
            #expect(report.summary.outcome?.result == .allowed)
            #expect(report.summary.outcome?.reason == "fine")
            #expect(activity.attempts.map(\.attempt) == [1, 2])
            #expect(activity.keys.count == 1)
        }
    }

    @Test func waitsAreWokenByTheirEvent() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.waiting)
        try await bench.running {
            async let receipt = bench.send(["order": ["id": 1]], wait: .seconds(600))
            await bench.clock.sleeper(until: bench.clock.now + .seconds(600))
            _ = try await bench.send(["order": ["id": 2]], as: "order.paid")
            _ = try await bench.send(["order": ["id": 1.0]], as: "order.paid")
            #expect(try await receipt.executions.first?.summary.outcome?.result == .allowed)
        }
    }

    @Test func waitsEndInTime() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.waiting)
        try await bench.running {
            async let receipt = bench.send(["order": ["id": 1]], wait: .seconds(7_200))
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            bench.clock.advance(by: .seconds(3_600))
            let result = try await receipt.executions.first?.summary.outcome?.result
            #expect(result == .blocked)
        }
    }

    @Test func aSuccessorGoesOnWithTheSameKey() async throws {
        let (clock, journal) = (ManualClock(), MemoryJournal())
        let before = try await Bench(clock: clock, journal: journal, ScriptedActivity(.never))
        try await before.deploy(Self.calling)
        let receipt = try await before.send(["order": ["id": 1]])
        let id = try #require(receipt.executions.first?.summary.id)
        await before.activity.begun(1)
        // The first engine is gone without a word; its lease ends.
        clock.advance(by: .seconds(10))
        let after = try await Bench(clock: clock, journal: journal)
        try await after.running {
            await after.activity.begun(1)
            #expect(after.activity.keys == before.activity.keys)
            let again = try await after.engine.ingest(
                IncomingEvent(id: receipt.eventID, name: "order.placed", data: ["order": ["id": 1]]),
                wait: .seconds(60))
            #expect(again.executions.first?.summary.id == id)
            #expect(again.executions.first?.summary.outcome?.result == .allowed)
            #expect(try await after.engine.execution(id)?.trace?.first?.attempts == 2)
            let trace = try #require(try await after.engine.history(of: id)?.trace)
            let (first, second) = (try #require(trace[0].attemptLog[0].lease), try #require(trace[0].lease))
            #expect(first < second && trace[0].attemptLog.map(\.lease) == [first, second])
            #expect(trace.allSatisfy { $0.lease == second })
        }
        #expect(after.value("flowmeter_lease_takeovers_total") == 1)
        // What the first engine still writes is refused.
        await #expect(throws: EngineError.self) { try await before.send(["order": ["id": 2]]) }
    }

    @Test func pauseResumeCancel() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.waiting)
        try await bench.running {
            let id = try #require(try await bench.send(["order": ["id": 1]]).executions.first?.summary.id)
            let other = try #require(try await bench.send(["order": ["id": 2]]).executions.first?.summary.id)
            #expect(try await bench.engine.signal(id, .pause).status == .paused)
            #expect(try await bench.engine.signal(id, .resume(data: nil)).status == .waiting)
            #expect(try await bench.engine.signal(id, .cancel(reason: "no")).outcome?.result == .cancelled)
            #expect(try await bench.engine.execution(id)?.summary.outcome?.result == .cancelled)
            await #expect(throws: EngineError.self) { try await bench.engine.signal(id, .pause) }
            _ = try await bench.engine.signal(other, .cancel(reason: nil))
            try await bench.settles(other, .ended)
        }
    }

    @Test func cancelStopsARunningActivity() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.calling)
        try await bench.running {
            let id = try #require(try await bench.send(["order": ["id": 1]]).executions.first?.summary.id)
            await bench.activity.begun(1)
            _ = try await bench.engine.signal(id, .cancel(reason: "stop"))
            try await bench.settles(id, .ended)
            #expect(try await bench.engine.execution(id)?.summary.outcome?.result == .cancelled)
        }
    }

    @Test func whatFindsNoRoomWaitsInTheQueue() async throws {
        let bench = try await Bench(maxRunning: 1)
        try await bench.deploy(Self.calling)
        try await bench.running {
            async let first = bench.send(["order": ["id": 1]], wait: .seconds(60))
            async let second = bench.send(["order": ["id": 2]], wait: .seconds(60))
            async let third = bench.send(["order": ["id": 3]], wait: .seconds(60))
            let results = try await [first, second, third].map { $0.executions.first?.summary.outcome?.result }
            #expect(results == [.allowed, .allowed, .allowed])
            #expect(bench.activity.keys.count == 3)
        }
    }

    @Test func theQueueIsMeasured() async throws {
        let bench = try await Bench(maxRunning: 1, ScriptedActivity(.never))
        try await bench.deploy(Self.calling)
        for number in 1...3 { _ = try await bench.send(["order": ["id": .integer(Int64(number))]]) }
        bench.clock.advance(by: .seconds(5))
        let urgent = Self.calling.replacing(
            "workflow_id: caller", with: "workflow_id: caller\nversion: 1.0.1\npriority: 9")
        try await bench.deploy(urgent)
        _ = try await bench.send(["order": ["id": 4]])
        bench.clock.advance(by: .seconds(2))
        await bench.engine.refreshStatistics()
        for (priority, count, age) in [("0", 0.0, 0.0), ("5", 2, 7), ("9", 1, 2)] {
            let labels = ["priority": priority]
            #expect(bench.value("flowmeter_tasks_waiting", labels) == count)
            #expect(bench.value("flowmeter_tasks_oldest_waiting_seconds", labels) == age)
        }
        #expect(bench.value("active_workflow_executions", ["workflow_id": "caller"]) == 4)
    }

    @Test func emittedEventsTriggerWorkflows() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        try await bench.deploy(
            """
            workflow_id: forwarder
            trigger: {type: event, event: cart.closed}
            steps:
              - {id: forward, type: execute, execute: [{type: emit, event: order.placed, data: {order: {total: "{{cart.total}}"}}}]}
            """)
        try await bench.running {
            let receipt = try await bench.send(["cart": ["total": 500]], as: "cart.closed", wait: .seconds(60))
            #expect(receipt.executions.first?.summary.outcome?.result == .executed)
            let listed = try await bench.engine.executions(ExecutionQuery(workflow: "guard", limit: 10))
            #expect(listed.map { $0.outcome?.result } == [.blocked])
            // Nobody outside can take that id before.
            let id = try #require(listed.first?.eventID)
            #expect(id.hasPrefix("flowmeter:emit/"))
            await #expect { try await bench.send(["order": ["total": 5]], id: id) } throws: {
                ($0 as? EngineError)?.code == .invalidEvent
            }
        }
    }

    @Test func versionsDoNotChange() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        let again = try await bench.engine.deploy(Array(Self.decision.utf8))
        #expect(again.deployment == .unchanged)
        let changed = Self.decision.replacing("over 100", with: "over a hundred")
        await #expect { try await bench.engine.deploy(Array(changed.utf8)) } throws: {
            ($0 as? EngineError)?.code == .versionConflict
        }
        let raised = changed.replacing("workflow_id: guard", with: "workflow_id: guard\nversion: \"2\"")
        #expect(try await bench.engine.deploy(Array(raised.utf8)).deployment == .updated)
        #expect(try await bench.send(["order": ["total": 500]]).executions.first?.summary.version == "2")
        try await bench.engine.update(workflow: "guard", .disable)
        #expect(try await bench.send(["order": ["total": 500]]).executions.isEmpty)
        await #expect { try await bench.engine.run(workflow: "guard", input: [:], key: nil, wait: nil) } throws: {
            ($0 as? EngineError)?.code == .workflowDisabled
        }
        try await bench.engine.update(workflow: "guard", .delete)
        #expect(bench.engine.workflow("guard") == nil)
    }

    @Test func runsByHandOncePerKey() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.decision)
        let first = try await bench.engine.run(workflow: "guard", input: ["order": ["total": 1]], key: "k", wait: nil)
        let second = try await bench.engine.run(workflow: "guard", input: ["order": ["total": 1]], key: "k", wait: nil)
        #expect(first.executions.first?.summary.trigger == .manual)
        #expect(second.duplicate)
        #expect(first.executions.map(\.summary.id) == second.executions.map(\.summary.id))
    }
}

extension EngineTests.Bench {
    /// Returns when the execution stands so. It asks again after each change of the journal that it can see.
    func settles(_ id: ExecutionID, _ status: ExecutionStatus) async throws {
        try await until { try await engine.execution(id)?.summary.status == status }
    }
}
