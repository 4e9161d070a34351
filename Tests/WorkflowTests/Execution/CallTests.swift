import Testing

@testable import Workflow

/// Steps that run other workflows.
@Suite struct CallTests {
    static func caller(_ more: String = "") -> String {
        """
        workflow_id: caller
        trigger: {type: manual}
        steps:
          - {id: check, type: workflow, workflow: checks, input: {order: "{{order}}"}, into: checked\(more)}
          - {id: tell, type: execute, execute: [{type: log, message: "{{checked.output.score}} {{steps.check.output.result}}"}]}
        """
    }
    static let child: JSONObject = ["execution_id": .string(ExecutionID(rawValue: 7).description)]
    static let ended: JSONObject = [
        "execution_id": .string(ExecutionID(rawValue: 7).description), "result": "allowed", "output": ["score": 5],
    ]

    private func started(_ more: String = "") throws -> Rehearsal {
        var run = try Rehearsal(Self.caller(more), data: ["order": ["id": 1]])
        #expect(run.tasks.map(\.kind) == [.startWorkflow])
        #expect(run.tasks.map(\.arguments) == [["workflow": "checks", "input": ["order": ["id": 1]]]])
        try run.complete(.object(Self.child))
        return run
    }

    @Test func waitsForTheEnd() throws {
        let key = try #require(try Rehearsal(Self.caller()).tasks.first?.waitKey)
        var run = try started()
        #expect(run.tasks.isEmpty && run.outcome == nil)
        #expect(run.execution.trace.map(\.status) == [.waiting])
        try run.handle(.message(key: "9.9.9", body: .object(Self.ended), at: run.now))
        #expect(run.tasks.isEmpty)
        try run.handle(.message(key: key, body: .object(Self.ended), at: run.now))
        #expect(run.tasks.map(\.arguments) == [["message": "5 allowed"]])
        try run.complete()
        #expect(run.sent.isEmpty)
    }

    /// The end may be known before the start is.
    @Test func resultsMayComeEarly() throws {
        var run = try Rehearsal(Self.caller())
        let key = try #require(run.tasks.first?.waitKey)
        try run.handle(.message(key: key, body: .object(Self.ended), at: run.now))
        #expect(run.execution.isPerforming)
        try run.complete(.object(Self.child))
        #expect(run.tasks.map(\.step) == ["tell"])
        var atOnce = try Rehearsal(Self.caller())
        try atOnce.complete(.object(Self.ended))
        #expect(atOnce.tasks.map(\.step) == ["tell"])
    }

    @Test(arguments: ["failed", "cancelled", "timeout"]) func failsWithIt(result: String) throws {
        let key = try #require(try Rehearsal(Self.caller()).tasks.first?.waitKey)
        var run = try started()
        let body: JSONObject = ["result": .string(result), "reason": "no stock"]
        try run.handle(.message(key: key, body: .object(body), at: run.now))
        #expect(run.outcome?.reason == "step `check`: the workflow `checks` ended as \(result): no stock")
    }

    @Test func startsAndForgets() throws {
        let run = try started(", mode: start")
        #expect(run.tasks.map(\.step) == ["tell"])
    }

    @Test func cancelsWhatNobodyWaitsFor() throws {
        var cancelled = try started()
        try cancelled.handle(.cancel(reason: nil, at: cancelled.now))
        #expect(cancelled.sent == [.cancel(ExecutionID(rawValue: 7))])
        var starting = try Rehearsal(Self.caller())
        let key = try #require(starting.tasks.first?.waitKey)
        #expect(starting.execution.awaitsCalled(key) && !starting.execution.awaitsCalled("0.0.9"))
        try starting.handle(.cancel(reason: nil, at: starting.now))
        #expect(starting.sent == [.cancelCalled(key: key)])
        #expect(!starting.execution.awaitsCalled(key))
        var late = try started(", timeout: 1h")
        try late.pass(.seconds(3_600))
        #expect(late.sent == [.cancel(ExecutionID(rawValue: 7))])
        #expect(late.outcome?.result == .failed)
    }

    @Test func tellsItsCaller() throws {
        let caller = Execution.Origin.Caller(execution: ExecutionID(rawValue: 1), key: "0.0.1")
        var run = try Rehearsal(
            """
            workflow_id: checks
            trigger: {type: manual}
            output: {score: "{{score}}", by: "{{execution.workflow_id}}"}
            steps:
              - {id: rate, type: execute, execute: [{type: set, values: {score: 5}}, {type: log, message: hi}]}
            """, caller: caller)
        #expect(run.sent.isEmpty)
        try run.complete()
        let result: JSONObject = [
            "execution_id": .string(ExecutionID(rawValue: 42).description), "result": "executed",
            "output": ["score": 5, "by": "checks"],
        ]
        #expect(run.sent == [.result(caller, result)])
        #expect(run.execution.result == result)
    }
}
