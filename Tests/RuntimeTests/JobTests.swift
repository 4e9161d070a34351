import TestSupport
import Testing
import Workflow

@testable import Runtime

/// What the engine does on its own account is counted where it is done.
@Suite(.timeLimit(.minutes(30))) struct JobTests {
    typealias Bench = EngineTests.Bench

    private func done(_ bench: Bench, _ job: String, _ status: String = "success") -> Double? {
        bench.value("worker_jobs_processed_total", ["worker_type": job, "status": status])
    }

    /// It is counted after it is in the journal.
    private func counted(_ bench: Bench, _ job: String) async throws -> Double? {
        try await until { done(bench, job) ?? 0 > 0 }
        return done(bench, job)
    }

    private func ended(_ bench: Bench, _ id: ExecutionID) async throws -> Outcome {
        while true {
            if let outcome = try await bench.engine.execution(id)?.summary.outcome { return outcome }
            await Task.yield()
        }
    }

    @Test func allAreThereFromTheStart() async throws {
        let bench = try await Bench()
        for job in ["approval_expiration", "workflow_resumer", "timeout_enforcer", "scheduler", "retention"] {
            #expect(done(bench, job) == 0)
            #expect(done(bench, job, "failure") == 0)
            #expect(bench.value("worker_errors_total", ["worker_type": job]) == 0)
        }
    }

    @Test func aWaitThatIsOverIsResumedAndEnforced() async throws {
        let bench = try await Bench()
        try await bench.deploy(EngineTests.waiting)
        let id = try #require(try await bench.send(["order": ["id": "o"]]).executions.first?.summary.id)
        try await bench.running {
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            bench.clock.advance(by: .seconds(3_600))
            let outcome = try await ended(bench, id)
            #expect(outcome.result == .blocked)
            #expect(try await counted(bench, "timeout_enforcer") == 1)
            #expect(try await counted(bench, "workflow_resumer") == 1)
            #expect(done(bench, "approval_expiration") == 0)
        }
    }

    @Test func anEventThatComesIsNoTimeout() async throws {
        let bench = try await Bench()
        try await bench.deploy(EngineTests.waiting)
        let id = try #require(try await bench.send(["order": ["id": "o"]]).executions.first?.summary.id)
        try await bench.running {
            _ = try await bench.send(["order": ["id": "o"]], as: "order.paid")
            #expect(try await ended(bench, id).result == .allowed)
            #expect(done(bench, "timeout_enforcer") == 0)
            #expect(try await counted(bench, "workflow_resumer") == 1)
        }
    }

    /// - Parameter more: of the definition, or of its step.
    @Test(arguments: [
        ("timeout: 1m", ""), ("", ", timeout: 1m"), ("timeout: 1m", ", compensate: [{type: log, message: x}]"),
    ])
    func aTimeThatIsOverWhileSomethingRuns(more: String, step: String) async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(
            """
            workflow_id: slow
            trigger: {type: event, event: order.placed}
            \(more)
            steps:
              - {id: first, type: execute, execute: [{type: log, message: x}]\(step)}
              - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]\(step)}
            """)
        let id = try #require(try await bench.send([:]).executions.first?.summary.id)
        try await bench.running {
            await bench.activity.begun(1)
            await bench.clock.sleeper(until: bench.clock.now + .seconds(60))
            bench.clock.advance(by: .seconds(60))
            let outcome = try await ended(bench, id)
            #expect(outcome.errorType != nil)
            #expect(try await counted(bench, "timeout_enforcer") == 1)
        }
    }

    @Test(arguments: ["", ", on_timeout: late"]) func anApprovalThatExpires(more: String) async throws {
        let bench = try await Bench()
        try await bench.deploy(
            """
            workflow_id: asking
            trigger: {type: event, event: order.placed}
            steps:
              - {id: ask, type: approval, title: May it?, approvers: [a], expires: 1h\(more.replacing("on_timeout", with: "on_expired"))}
              - {id: done, type: action, action: {type: allow}}
              \(more.isEmpty ? "" : "- {id: late, type: action, action: {type: block}}")
            """)
        let id = try #require(try await bench.send([:]).executions.first?.summary.id)
        try await bench.running {
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            bench.clock.advance(by: .seconds(3_600))
            _ = try await ended(bench, id)
            #expect(try await counted(bench, "approval_expiration") == 1)
            #expect(done(bench, "timeout_enforcer") == 0)
        }
    }
}
