import Testing
import Workflow

@testable import Runtime

/// Deliveries start workflows.
@Suite(.timeLimit(.minutes(30))) struct WebhookTriggerTests {
    typealias Bench = EngineTests.Bench

    static func workflow(_ id: String, _ trigger: String) -> String {
        """
        workflow_id: \(id)
        trigger: {type: webhook, \(trigger)}
        steps:
          - {id: done, type: decision, decision: allow, reason: "{{event.name}} {{execution.trigger}} {{ref}}"}
        """
    }

    private func bench() async throws -> Bench {
        let bench = try await Bench()
        try await bench.deploy(Self.workflow("all", "source: github-prod"))
        try await bench.deploy(
            Self.workflow(
                "main", "source: github-prod, event: push, condition: {field: ref, operator: eq, value: main}"))
        try await bench.deploy(Self.workflow("elsewhere", "source: github-test"))
        return bench
    }

    private static func push(_ ref: String, id: String = "1", event: String? = "push") -> IncomingDelivery {
        IncomingDelivery(source: "github-prod", id: id, event: event, data: ["ref": .string(ref)])
    }

    @Test(
        arguments: [
            (push("main"), ["all", "main"]), (push("other"), ["all"]), (push("main", event: "ping"), ["all"]),
            (push("main", event: nil), ["all"]),
            (IncomingDelivery(source: "github-test", id: "1", event: "push", data: [:]), ["elsewhere"]),
            (IncomingDelivery(source: "unnamed", id: "1", event: "push", data: [:]), []),
        ])
    func sourceEventAndConditionChoose(delivery: IncomingDelivery, started: [String]) async throws {
        let bench = try await bench()
        let receipt = try await bench.engine.ingest(delivery)
        #expect(receipt.executions.map(\.summary.workflow) == started)
        #expect(receipt.executions.allSatisfy { $0.summary.trigger == .webhook })
        #expect(receipt.eventID == "flowmeter:webhook/\(delivery.source)/1" && !receipt.duplicate)
        // Also that of which nothing came is known.
        #expect(try await bench.engine.ingest(delivery).duplicate)
    }

    /// However short executions are kept, and whether it starts one or may end a wait: a signature with a time in it holds for
    /// so long.
    @Test(arguments: [true, false]) func aDeliveryIsKnownForAsLongAsItCouldBeSentAgain(starts: Bool) async throws {
        let bench = try await Bench(retention: Retention(age: .seconds(60)))
        if starts { try await bench.deploy(Self.workflow("all", "source: github-prod")) }
        let delivery = Self.push("main")
        try await bench.running {
            for (later, isKnown) in [
                (Duration.zero, false), (WebhookVerifier.longestValidity, true), (.seconds(61), false),
            ] {
                bench.clock.advance(by: later)
                try Task.checkCancellation()
                await bench.clock.sleeper(until: bench.clock.now + Engine.retentionInterval)
                #expect(try await bench.engine.ingest(delivery).duplicate == isKnown, "\(later)")
            }
        }
    }

    @Test(
        arguments: [
            (.github, ["push"], [:], "push"), (.github, ["push"], ["type": "x"], "push"),
            (.github, [], ["type": "x"], nil), (.github, ["push", "push"], [:], nil),
            (.github, ["pull request"], [:], nil), (.stripe, ["push"], ["type": "invoice.paid"], "invoice.paid"),
            (.standard, [], ["type": "a"], "a"), (.standard, [], ["type": 7], nil), (.standard, [], ["type": ""], nil),
            (.stripe, [], ["type": .string(String(repeating: "a", count: 121))], nil),
        ] as [(WebhookConvention, [String], JSONObject, String?)])
    func sendersNameTheirEvents(convention: WebhookConvention, header: [String], data: JSONObject, name: String?) {
        #expect(convention.event(of: data) { $0 == "x-github-event" ? header : [] } == name)
    }

    @Test func executionsKnowTheirDelivery() async throws {
        let bench = try await bench()
        let receipt = try await bench.engine.ingest(Self.push("main"))
        #expect(receipt.executions.last?.summary.outcome?.reason == "webhook.github-prod.push webhook main")
        #expect(
            bench.value(
                "workflow_executions_total", ["workflow_id": "main", "status": "allowed", "trigger_type": "webhook"])
                == 1)
    }

    @Test func aDeliveryStartsNothingTwice() async throws {
        let bench = try await bench()
        let first = try await bench.engine.ingest(Self.push("main"))
        let again = try await bench.engine.ingest(Self.push("main"))
        #expect(again.duplicate && again.executions.map(\.summary.id) == first.executions.map(\.summary.id))
        for changed in [Self.push("other"), Self.push("main", event: "ping")] {
            await #expect { try await bench.engine.ingest(changed) } throws: {
                ($0 as? EngineError)?.code == .eventConflict
            }
        }
        // Another source has ids of its own.
        var other = Self.push("main")
        other.source = "github-test"
        #expect(try await !bench.engine.ingest(other).duplicate)
    }

    @Test func whatIsDisabledIsNotStarted() async throws {
        let bench = try await bench()
        try await bench.engine.update(workflow: "all", .disable)
        #expect(try await bench.engine.ingest(Self.push("other")).executions.isEmpty)
    }

    @Test func byHandItStartsToo() async throws {
        let bench = try await bench()
        let receipt = try await bench.engine.run(workflow: "main", input: ["ref": "x"], key: nil, wait: nil)
        #expect(receipt.executions.first?.summary.trigger == .manual)
    }

    /// Neither starts an event with the sender's name for it a webhook's workflow, nor the other way round; and nobody can
    /// send what a wait would take for a delivery.
    @Test func eventsAreNoDeliveries() async throws {
        let bench = try await bench()
        try await bench.deploy(
            "workflow_id: e\ntrigger: {type: event, event: push}\nsteps: [{id: a, type: action, action: {type: allow}}]"
        )
        #expect(try await bench.send(["ref": "main"], as: "push").executions.map(\.summary.workflow) == ["e"])
        let error = await #expect(throws: EngineError.self) {
            try await bench.send([:], as: "webhook.github-prod.push")
        }
        #expect(error?.code == .invalidEvent)
        #expect(try await !bench.engine.ingest(Self.push("x")).executions.map(\.summary.workflow).contains("e"))
    }

    @Test func aDeliveryWakesWhatWaitsForIt() async throws {
        let bench = try await bench()
        try await bench.deploy(
            """
            workflow_id: waiter
            trigger: {type: event, event: order.placed}
            steps:
              - {id: paid, type: wait, wait: {event: webhook.stripe.invoice.paid, match: {order: "{{order}}"}}}
              - {id: done, type: action, action: {type: allow}}
            """)
        try await bench.running {
            let execution = try #require(try await bench.send(["order": 7]).executions.first?.summary.id)
            _ = try await bench.engine.ingest(
                IncomingDelivery(source: "stripe", id: "evt_1", event: "invoice.paid", data: ["order": 7]))
            while try await bench.engine.execution(execution)?.summary.outcome == nil { await Task.yield() }
            #expect(try await bench.engine.execution(execution)?.summary.outcome?.result == .allowed)
        }
    }
}
