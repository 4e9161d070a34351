import Testing

@testable import Workflow

/// Rounds, times, and several events.
@Suite struct WaitingTests {
    static func steps(_ steps: String) -> String { ExecutionTests.steps(steps) }

    @Test func goesRoundWhileTheConditionHolds() throws {
        var run = try Rehearsal(
            Self.steps(
                """
                  - id: poll
                    type: while
                    condition: {field: state, operator: neq, value: done}
                    steps:
                      - {id: ask, type: execute, execute: [{type: http_request, url: "http://job/{{iteration}}", into: job}, {type: set, values: {state: "{{job.state}}"}}]}
                      - {id: rest, type: sleep, duration: 1m}
                  - {id: end, type: execute, execute: [{type: log, message: "{{steps.poll.output.iterations}}"}]}
                """), data: ["state": "new"])
        #expect(run.tasks.map(\.arguments) == [["url": "http://job/0"]])
        try run.complete(["state": "running"])
        try run.pass(.seconds(60))
        #expect(run.tasks.map(\.arguments) == [["url": "http://job/1"]])
        try run.complete(["state": "done"])
        try run.pass(.seconds(60))
        #expect(run.tasks.map(\.arguments) == [["message": 2]])
        #expect(run.path.prefix(3) == ["poll[0].ask:completed", "poll[0].rest:completed", "poll[1].ask:completed"])
    }

    @Test func goesRoundNoMoreThanItMay() throws {
        let run = try Rehearsal(
            Self.steps(
                """
                  - id: ever
                    type: while
                    condition: {field: state, operator: neq, value: done}
                    max_iterations: 3
                    steps: [{id: note, type: execute, execute: [{type: set, values: {n: "{{iteration}}"}}]}]
                """))
        #expect(run.outcome?.reason == "step `ever`: the condition still holds after 3 iterations")
        #expect(run.path.filter { $0.contains("note") }.count == 3)
    }

    @Test(arguments: [("2027-01-15T09:00:00Z", true), ("2020-01-01T00:00:00Z", false)])
    func sleepsUntilATime(until: String, isLater: Bool) throws {
        var run = try Rehearsal(
            Self.steps("  - {id: rest, type: sleep, until: \"{{due}}\"}\n"), data: ["due": .string(until)])
        if isLater {
            #expect(run.execution.wakeAt == Timestamp(until))
            try run.pass(.seconds(86_400))
        } else {
            try run.pass(.zero)
        }
        #expect(run.outcome?.result == .executed)
    }

    @Test func noTimeFailsTheStep() throws {
        let run = try Rehearsal(
            Self.steps("  - {id: rest, type: sleep, until: \"{{due}}\"}\n"), data: ["due": "soon"])
        #expect(run.outcome?.errorType == .validation)
        #expect(
            run.outcome?.reason == "step `rest`: `until` is \"soon\", not a time such as 2030-01-31T08:00:00Z")
    }

    static func waits(_ mode: String) -> String {
        steps(
            """
              - id: both
                type: wait
                \(mode): [{event: paid, match: {order: "{{id}}"}}, {event: packed}]
                timeout: 1h
              - {id: end, type: execute, execute: [{type: log, message: "{{amount}} {{box}}"}]}
            """)
    }

    @Test func anyEventIsEnough() throws {
        var run = try Rehearsal(Self.waits("any"), data: ["id": 1])
        #expect(run.execution.waits.map(\.event) == ["paid", "packed"])
        #expect(run.execution.waits.first?.match.map(\.value) == [1])
        try run.arrive(["box": "B"], event: "packed")
        #expect(run.execution.waits.isEmpty)
        #expect(run.tasks.map(\.arguments) == [["message": " B"]])
        #expect(run.execution.finishedSteps.first?.output == ["event": "packed", "data": ["box": "B"]])
    }

    @Test func allEventsInAnyOrder() throws {
        var run = try Rehearsal(Self.waits("all"), data: ["id": 1])
        try run.arrive(["box": "B"], event: "packed")
        #expect(run.execution.waits.map(\.event) == ["paid"])
        #expect(run.tasks.isEmpty)
        try run.arrive(["amount": 5], event: "paid")
        #expect(run.tasks.map(\.arguments) == [["message": "5 B"]])
        let output: JSONValue = [
            ["event": "paid", "data": ["amount": 5]], ["event": "packed", "data": ["box": "B"]],
        ]
        #expect(run.execution.finishedSteps.first?.output == output)
        var late = try Rehearsal(Self.waits("all"), data: ["id": 1])
        try late.arrive(["box": "B"], event: "packed")
        try late.pass(.seconds(3_600))
        #expect(late.outcome?.result == .failed)
    }

    @Test func resumesWithData() throws {
        var run = try Rehearsal(Self.steps("  - {id: a, type: execute, \(ExecutionTests.call)}\n"))
        try run.handle(.pause(at: run.now))
        try run.handle(.resume(data: ["order": ["id": 3]], at: run.now))
        #expect(run.execution.context["order"] == ["id": 3])
    }
}
