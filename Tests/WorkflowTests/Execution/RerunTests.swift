import Testing

@testable import Workflow

/// Ended executions that are taken up again.
@Suite struct RerunTests {
    static let order = """
        workflow_id: w
        trigger: {type: manual}
        steps:
          - {id: a, type: execute, execute: [{type: http_request, url: "http://a/", into: first}]}
          - {id: b, type: execute, execute: [{type: log, message: "{{first.n}} {{event.id}}"}]}
          - {id: c, type: execute, execute: [{type: log, message: c}]}
        """

    private func failed() throws -> Rehearsal {
        var run = try Rehearsal(Self.order)
        try run.complete(["n": 1])
        try run.complete()
        try run.fail(.init(.invalid, "no"))
        #expect(run.outcome?.result == .failed)
        return run
    }

    @Test func goesOnFromTheFailure() throws {
        var again = try failed().rerun(from: .failure)
        #expect(again.tasks.map(\.step) == ["c"])
        #expect(again.tasks.first?.idempotencyKey.hasPrefix("\(ExecutionID(rawValue: 43))-c-") == true)
        try again.complete()
        #expect(again.outcome?.result == .executed)
        #expect(again.path == ["a:completed", "b:completed", "c:completed"])
        #expect(again.execution.rerunOf == ExecutionID(rawValue: 42))
    }

    /// What steps read of the event is what they read the first time.
    @Test func goesOnFromAnyStep() throws {
        var again = try failed().rerun(from: .step("b"))
        #expect(again.tasks.map(\.arguments) == [["message": "1 evt-1"]])
        try again.complete()
        try again.fail(.init(.invalid, "no"))
        let third = try again.rerun(from: .step("b"))
        #expect(third.tasks.map(\.arguments) == [["message": "1 evt-1"]])
        #expect(try failed().rerun(from: .step("a")).tasks.map(\.step) == ["a"])
    }

    @Test func refusesWhatHasNoSense() throws {
        #expect(throws: RerunError.unknownStep("x")) { try failed().rerun(from: .step("x")) }
        var cancelled = try Rehearsal(Self.order)
        try cancelled.handle(.cancel(reason: nil, at: cancelled.now))
        #expect(throws: RerunError.nothingFailed) { try cancelled.rerun(from: .failure) }
        #expect(throws: RerunError.notReached("c")) { try cancelled.rerun(from: .step("c")) }
    }

    /// What the definition says how to go on after did not fail the execution.
    @Test(arguments: [true, false]) func aFailureThatWasHandledIsNone(isLastToFail: Bool) throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - {id: a, type: execute, on_error: some, execute: [{type: log, message: a}]}
                  - id: some
                    type: parallel
                    strategy: best_effort
                    steps:
                      - {id: b, type: execute, execute: [{type: log, message: b}]}
                      - {id: c, type: execute, execute: [{type: log, message: c}]}
                  - {id: d, type: execute, execute: [{type: log, message: d}]}
                """))
        try run.fail(.init(.invalid, "no"))
        try run.fail(.init(.invalid, "no"))
        try run.complete()
        guard isLastToFail else {
            try run.complete()
            #expect(run.outcome?.result == .executed)
            #expect(throws: RerunError.nothingFailed) { try run.rerun(from: .failure) }
            return
        }
        try run.fail(.init(.invalid, "no"))
        #expect(run.outcome?.result == .failed)
        #expect(try run.rerun(from: .failure).tasks.map(\.step) == ["d"])
    }

    /// What has been undone is not taken for done.
    @Test func doesNotBuildOnWhatIsUndone() throws {
        var run = try Rehearsal(CompensationTests.trip, data: ["night": 3])
        try run.complete(["id": 17])
        try run.complete()
        try run.fail(.init(.invalid, "no money"))
        for _ in 0..<3 { try run.complete() }
        #expect(throws: RerunError.undone(["hotel", "flight"])) { try run.rerun(from: .failure) }
        #expect(try run.rerun(from: .step("hotel")).tasks.map(\.step) == ["hotel"])
    }

    @Test func goesOnWithinARound() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - id: each
                    type: foreach
                    items: "{{list}}"
                    steps: [{id: take, type: execute, execute: [{type: log, message: "{{item}}"}]}]
                """), data: ["list": ["x", "y"]])
        try run.complete()
        try run.fail(.init(.invalid, "no"))
        var again = try run.rerun(from: .failure)
        #expect(again.tasks.map(\.arguments) == [["message": "y"]])
        try again.complete()
        #expect(again.path == ["each[0].take:completed", "each[1].take:completed", "each:completed"])
    }

    /// A step that has others in it may fail before it comes to these.
    @Test func goesOnWithALoopThatFailed() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - {id: note, type: execute, execute: [{type: log, message: hi}]}
                  - {id: each, type: foreach, items: "{{list}}", steps: [{id: take, type: sleep, duration: 1s}]}
                """))
        try run.complete()
        #expect(run.outcome?.result == .failed)
        let again = try run.rerun(from: .failure)
        #expect(again.path == ["note:completed", "each:failed"])
    }

    /// The called workflow is started again for the new execution.
    @Test func callsAgain() throws {
        var run = try Rehearsal(
            """
            workflow_id: w
            trigger: {type: manual}
            steps:
              - id: both
                type: parallel
                steps:
                  - {id: call, type: workflow, workflow: other}
                  - {id: work, type: execute, execute: [{type: log, message: hi}]}
            """)
        try run.complete(.object(CallTests.child))
        try run.fail(.init(.invalid, "no"))
        let again = try run.rerun(from: .step("work"))
        #expect(Set(again.tasks.map(\.step)) == ["call", "work"])
    }

    /// However long ago the step failed, it has its whole time again; so have those that it stands in.
    @Test func stepsHaveTheirTimeAnew() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - id: both
                    type: parallel
                    timeout: 1m
                    steps:
                      - {id: call, type: execute, timeout: 30s, execute: [{type: http_request, url: "http://a/"}]}
                      - {id: hear, type: wait, wait: {event: heard, timeout: 50s}}
                """))
        try run.fail(.init(.invalid, "no"))
        #expect(run.outcome?.result == .failed)
        var again = try run.rerun(from: .failure, after: .seconds(86_400))
        #expect(again.tasks.map(\.step) == ["call"])
        #expect(again.execution.waits.map(\.event) == ["heard"])
        try again.pass(.seconds(29))
        #expect(again.outcome == nil)
        try again.complete()
        try again.pass(.seconds(20))
        try again.arrive(["by": "x"])
        #expect(again.outcome?.result == .executed)
        // So has a step of another branch that was to be tried again, and one that waited in its own time.
        var other = try Rehearsal(
            ExecutionTests.steps(
                """
                  - id: both
                    type: parallel
                    steps:
                      - {id: call, type: execute, execute: [{type: http_request, url: "http://a/"}]}
                      - {id: slow, type: execute, timeout: 30s, retry: {max_attempts: 9}, execute: [{type: log, message: x}]}
                      - {id: hear, type: wait, timeout: 50s, wait: {event: heard}}
                """))
        let call = other.tasks[0].id
        try other.fail(.init(.status(503), "503"), of: 1)
        try other.handle(.failed(call, .init(.invalid, "no"), random: 1, at: other.now))
        other.forgetStale()
        var anew = try other.rerun(from: .failure, after: .seconds(86_400))
        try anew.pass(.seconds(29))
        #expect(anew.outcome == nil && Set(anew.tasks.map(\.step)) == ["call", "slow"])
        #expect(anew.execution.waits.map(\.event) == ["heard"])
        var late = try run.rerun(from: .failure, after: .seconds(86_400))
        try late.pass(.seconds(31))
        #expect(late.path.contains("both.call:timeout") && late.outcome?.result == .failed)
    }
}

extension Rehearsal {
    /// A new execution with the next id that takes this one up.
    func rerun(from start: Execution.RerunStart, after time: Duration = .seconds(60)) throws -> Rehearsal {
        let history = Execution.History(id: execution.id, origin: execution.origin, records: records)
        let origin = Execution.Origin(
            trigger: .manual, eventID: "again", eventName: "flowmeter.rerun", data: execution.origin.data,
            startedAt: now + time)
        return try Rehearsal(
            try Execution(
                id: ExecutionID(rawValue: execution.id.rawValue + 1), program: execution.program, origin: origin,
                rerunning: history, from: start), at: now + time)
    }
}
