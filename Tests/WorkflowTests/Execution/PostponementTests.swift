import Testing

@testable import Workflow

/// Attempts that cannot be made yet, and those that a crash cuts off.
@Suite struct PostponementTests {
    static func calling(_ more: String = "") -> String {
        """
        workflow_id: caller
        trigger: {type: manual}
        timeout: 2h
        steps:
          - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]\(more)}
        """
    }

    private func failure(_ run: Rehearsal, after delay: Duration) -> ActivityFailure {
        ActivityFailure(.connection, "held back", notBefore: run.now + delay)
    }

    @Test(arguments: ["", ", retry: {max_attempts: 1}", ", retry: {retry_on: [5xx]}"])
    func waitsAndCountsNoAttempt(retry: String) throws {
        var run = try Rehearsal(Self.calling(retry))
        for _ in 0..<200 {
            try run.fail(failure(run, after: .seconds(30)))
            #expect(run.tasks.isEmpty && run.execution.wakeAt == run.now + .seconds(30))
            let entry = try #require(run.execution.trace.first)
            #expect(entry.status == .waiting && entry.error == "held back" && entry.attempts == 0)
            try run.pass(.seconds(30))
            #expect(run.tasks.map(\.id.attempt) == [1])
        }
        try run.complete("fine")
        let entry = try #require(run.execution.trace.first)
        #expect(entry.attempts == 1 && entry.postponements == 200 && entry.error == nil)
        #expect(run.outcome?.result == .executed && run.keys.count == 1)
    }

    /// A retry and a postponement each have their own count.
    @Test func attemptsThatAreMadeCount() throws {
        var run = try Rehearsal(Self.calling(", retry: {max_attempts: 2, initial_delay: 1s}"))
        try run.fail(ActivityFailure(.connection, "no"))
        try run.pass(.seconds(1))
        try run.fail(failure(run, after: .seconds(5)))
        try run.pass(.seconds(5))
        #expect(run.tasks.map(\.id.attempt) == [2])
        try run.fail(ActivityFailure(.connection, "no"))
        #expect(run.outcome?.result == .failed)
        #expect(run.execution.trace.map(\.attempts) == [2] && run.execution.trace.map(\.postponements) == [1])
    }

    @Test(arguments: [
        (", timeout: 10s", Duration.seconds(10), ExecutionResult.failed), ("", .seconds(7_200), .timeout),
    ])
    func timeoutsBoundIt(timeout: String, after: Duration, result: ExecutionResult) throws {
        var run = try Rehearsal(Self.calling(timeout))
        try run.fail(failure(run, after: .seconds(100_000)))
        #expect(run.execution.wakeAt.map { $0 <= run.now + after } == true)
        try run.pass(after)
        #expect(run.outcome?.result == result)
    }

    /// A time that is past, or hardly to come, does not keep it busy.
    @Test(arguments: [Duration.zero, .seconds(-5), .milliseconds(1)]) func itWaitsForASecondAtLeast(delay: Duration)
        throws
    {
        var run = try Rehearsal(Self.calling())
        try run.fail(failure(run, after: delay))
        #expect(run.execution.wakeAt == run.now + .seconds(1))
    }

    @Test func anUndoIsPostponedToo() throws {
        var run = try Rehearsal(
            """
            workflow_id: trip
            trigger: {type: manual}
            steps:
              - id: book
                type: execute
                execute: [{type: log, message: booked}]
                compensate: [{type: http_request, url: "http://receiver/"}]
              - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}
            """)
        try run.complete()
        try run.fail(ActivityFailure(.invalid, "no"))
        for _ in 0..<10 {
            try run.fail(failure(run, after: .seconds(30)))
            try run.pass(.seconds(30))
        }
        try run.complete()
        #expect(run.outcome?.result == .failed && run.outcome?.reason?.contains("not undone") == false)
    }

    @Test func attemptsThatACrashCutsOffAreSeen() throws {
        var run = try Rehearsal(Self.calling(", retry: {max_attempts: 2, initial_delay: 1s}"))
        try run.takeOver()
        try run.takeOver()
        #expect(run.tasks.map(\.id.attempt) == [1] && run.keys.count == 1)
        #expect(run.execution.trace.map(\.attempts) == [3])
        try run.fail(ActivityFailure(.connection, "no"))
        try run.pass(.seconds(1))
        #expect(run.tasks.map(\.id.attempt) == [2])
        try run.complete()
        #expect(run.execution.trace.map(\.attempts) == [4])
    }
}
