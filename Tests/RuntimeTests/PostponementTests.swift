import Testing
import Workflow

@testable import Runtime

/// What cannot be done yet waits, and is no attempt.
@Suite(.timeLimit(.minutes(30))) struct PostponementTests {
    typealias Bench = EngineTests.Bench

    @Test func theStepWaitsUntilItMay() async throws {
        let clock = ManualClock()
        let first = clock.now + .seconds(30)
        let activity = ScriptedActivity(
            .failure(.init(.connection, "held back", notBefore: first)), .output("fine"))
        let bench = try await Bench(clock: clock, activity)
        try await bench.deploy(
            """
            workflow_id: caller
            trigger: {type: event, event: order.placed}
            steps: [{id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}]
            """)
        try await bench.running {
            async let receipt = bench.send([:], wait: .seconds(600))
            await activity.begun(1)
            await clock.sleeper(until: first)
            clock.advance(by: .seconds(30))
            let report = try #require(try await receipt.executions.first)
            #expect(report.summary.outcome?.result == .executed)
            #expect(report.trace?.map(\.attempts) == [1] && report.trace?.map(\.postponements) == [1])
            #expect(activity.attempts.map(\.attempt) == [1, 1] && activity.keys.count == 1)
        }
    }

    @Test func whatIsHeldBackSaysUntilWhen() {
        let until = Timestamp(microseconds: 1_800_000_000_000_000)
        #expect(ActivityFailure(.circuitOpen(integration: "a", until: until)).notBefore == until)
        #expect(ActivityFailure(.rateLimited(integration: "a", until: until)).notBefore == until)
        #expect(ActivityFailure(.timeout(origin: "a", .seconds(1))).notBefore == nil)
    }
}
