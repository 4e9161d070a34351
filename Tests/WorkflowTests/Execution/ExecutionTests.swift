import Testing

@testable import Workflow

@Suite struct ExecutionTests {
    static let approval = """
        workflow_id: approval
        trigger: {type: event, event: order.placed}
        steps:
          - {id: large, type: condition, condition: {field: order.total, operator: gt, value: 1000}, on_true: risky, on_false: accept}
          - {id: risky, type: condition, condition: {field: order.risk, operator: gte, value: 0.5}, on_true: refuse, on_false: accept}
          - {id: refuse, type: action, action: {type: block, reason: "Order {{order.id}} over {{order.total}}"}}
          - {id: accept, type: action, action: {type: allow}}
        """

    @Test func decidesWithoutEffects() throws {
        let blocked = try Rehearsal(Self.approval, data: ["order": ["id": "A1", "total": 5000, "risk": 0.5]])
        #expect(blocked.outcome?.result == .blocked)
        #expect(blocked.outcome?.reason == "Order A1 over 5000")
        #expect(blocked.path == ["large:completed", "risky:completed", "refuse:completed"])
        #expect(blocked.records.count == 1)
        let allowed = try Rehearsal(Self.approval, data: ["order": ["total": 10]])
        #expect(allowed.outcome?.result == .allowed)
        #expect(allowed.path == ["large:completed", "accept:completed"])
    }

    static func steps(_ steps: String, more: String = "") -> String {
        "workflow_id: w\ntrigger: {type: manual}\n\(more)steps:\n" + steps
    }

    static let call = "execute: [{type: http_request, url: \"http://shop/{{order.id}}\", into: answer}]"

    @Test func oneRecordForEachActivity() throws {
        var run = try Rehearsal(
            Self.steps(
                """
                  - {id: first, type: execute, \(Self.call)}
                  - {id: second, type: execute, execute: [{type: log, message: "{{answer.body.score}} {{steps.first.output.body.score}}"}]}
                """), data: ["order": ["id": 7]])
        #expect(run.tasks.map(\.arguments) == [["url": "http://shop/7"]])
        #expect(run.tasks.map(\.id.attempt) == [1])
        try run.complete(["body": ["score": 3]])
        #expect(run.tasks.first?.arguments.object?["message"] == "3 3")
        try run.complete()
        #expect(run.outcome?.result == .executed)
        #expect(run.records.count == 3)
    }

    @Test func keyStaysOverRetriesAndCrashes() throws {
        var run = try Rehearsal(
            Self.steps(
                "  - {id: pay, type: execute, \(Self.call), retry: {max_attempts: 3, backoff: exponential, initial_delay: 1s, jitter: 0}}\n"
            ),
            data: ["order": ["id": 7]])
        run.crash()
        try run.fail(.init(.connection, "refused"))
        #expect(run.execution.wakeAt == run.now + .seconds(1))
        try run.pass(.milliseconds(999))
        #expect(run.tasks.isEmpty)
        try run.pass(.milliseconds(1))
        #expect(run.tasks.map(\.id.attempt) == [2])
        run.crash()
        #expect(run.tasks.map(\.id.attempt) == [2])
        try run.fail(.init(.status(503), "503"))
        try run.pass(.seconds(2))
        try run.complete(["status": 200])
        #expect(run.outcome?.result == .executed)
        #expect(run.keys.count == 1)
        #expect(run.execution.finishedSteps.map(\.attempts) == [3])
    }

    @Test(arguments: [
        (ActivityFailure.Reason.status(404), false), (.status(503), true), (.status(429), true), (.timeout, true),
        (.connection, true), (.invalid, false), (.result, false),
    ])
    func retriesWhatMaySucceedLater(reason: ActivityFailure.Reason, isRetried: Bool) throws {
        var run = try Rehearsal(
            Self.steps("  - {id: pay, type: execute, \(Self.call), retry: {max_attempts: 2}}\n"))
        try run.fail(.init(reason, "no"))
        #expect((run.outcome == nil) == isRetried)
    }

    @Test func lateAndStrangeResultsChangeNothing() throws {
        var run = try Rehearsal(
            Self.steps("  - {id: pay, type: execute, \(Self.call), retry: {max_attempts: 2, initial_delay: 1s}}\n"))
        let first = try #require(run.tasks.first)
        try run.fail(.init(.timeout, "slow"))
        let records = run.records.count
        try run.handle(.completed(first.id, output: "late", at: run.now))
        try run.handle(.event(wait: "0.0.1", data: [:], at: run.now))
        #expect(run.records.count == records)
        #expect(run.execution.finishedSteps.isEmpty)
    }

    @Test func errorsAreCaughtOrEndTheExecution() throws {
        let caught = """
              - {id: pay, type: execute, \(Self.call), on_error: sorry, next: done}
              - {id: sorry, type: action, action: {type: block, reason: "{{steps.pay.error}}"}}
              - {id: done, type: action, action: {type: allow}}
            """
        var run = try Rehearsal(Self.steps(caught))
        try run.fail(.init(.status(500), "the answer was 500"))
        #expect(run.outcome?.result == .blocked)
        #expect(run.outcome?.reason == "the answer was 500")
        var uncaught = try Rehearsal(Self.steps("  - {id: pay, type: execute, \(Self.call)}\n"))
        try uncaught.fail(.init(.status(500), "the answer was 500"))
        #expect(uncaught.outcome?.result == .failed)
        #expect(uncaught.outcome?.errorType == .execution)
        #expect(uncaught.outcome?.reason == "step `pay`: the answer was 500")
    }

    @Test func contextMustHoldWhatIsLoaded() throws {
        let yaml = Self.approval.replacing("steps:", with: "context: {load: [order.details, customer.profile]}\nsteps:")
        let run = try Rehearsal(yaml, data: ["order": [:]])
        #expect(run.outcome?.errorType == .contextBuild)
        #expect(run.outcome?.reason?.contains("customer") == true)
    }

    /// What waits for its turn has not begun; what waits for an event has.
    @Test(arguments: [true, false]) func stepsHaveTheirTimeFromWhenTheyBegin(isCall: Bool) throws {
        let inner =
            isCall
            ? "{id: a, type: execute, execute: [{type: http_request, url: \"http://a/\"}]}"
            : "{id: a, type: wait, wait: {event: heard}}"
        let run = try Rehearsal(
            Self.steps(
                """
                  - {id: both, type: parallel, timeout: 1m, steps: [\(inner), {id: b, type: wait, wait: {event: seen}}]}
                """))
        var execution = run.execution
        let due = try #require(execution.wakeAt)
        execution.renew(at: run.now + .seconds(50))
        #expect((execution.takeRecord() != nil) == isCall)
        #expect(execution.wakeAt == (isCall ? run.now + .seconds(110) : due))
    }

    @Test func setReachesWhatIsThere() throws {
        func set(_ path: String) throws -> Rehearsal {
            try Rehearsal(
                Self.steps(
                    """
                      - {id: put, type: execute, execute: [{type: set, values: {'\(path)': 5}}]}
                      - {id: rest, type: sleep, duration: 1h}
                    """), data: ["items": [["price": 1, "sku": "a"], 2], "odd key": ["x": 1], "years": ["2030": 1]])
        }
        let changes: [(path: String, root: String, value: JSONValue)] = [
            ("items.0.price", "items", [["price": 5, "sku": "a"], 2]),
            ("items[1]", "items", [["price": 1, "sku": "a"], 5]),
            ("items[1].made", "items", [["price": 1, "sku": "a"], ["made": 5]]),
            (#"["odd key"]["x.y"]"#, "odd key", ["x": 1, "x.y": 5]), ("years.2030", "years", ["2030": 5]),
            ("years.2031.may", "years", ["2030": 1, "2031": ["may": 5]]), ("new.0", "new", ["0": 5]),
        ]
        for change in changes {
            #expect(try set(change.path).execution.context[change.root] == change.value, "\(change.path)")
        }
        for path in ["items.2", "items.none", "items.2.price"] {
            let run = try set(path)
            #expect(run.outcome?.errorType == .validation && run.outcome?.reason?.contains("`\(path)`") == true)
        }
    }

    @Test func setIsPure() throws {
        let run = try Rehearsal(
            Self.steps(
                """
                  - {id: count, type: execute, execute: [{type: set, values: {n: "{{order.items.length}}", a.b: 1}}, {type: set, values: {m: "{{n}}"}}]}
                  - {id: check, type: condition, condition: {and: [{field: m, operator: eq, value: 2}, {field: a.b, operator: eq, value: 1}]}, on_true: yes_}
                  - {id: no_, type: action, action: {type: block}}
                  - {id: yes_, type: action, action: {type: allow}}
                """), data: ["order": ["items": [1, 2]]])
        #expect(run.outcome?.result == .allowed)
        #expect(run.records.count == 1)
    }

    // MARK: Waits and time

    static let wait = """
          - {id: confirm, type: wait, wait: {event: payment.confirmed, match: {order.id: "{{order.id}}"}, timeout: 24h, on_timeout: late}}
          - {id: good, type: action, action: {type: allow, reason: "{{steps.confirm.output.by}}"}}
          - {id: late, type: action, action: {type: block}}
        """

    @Test func waitsForAnEvent() throws {
        var run = try Rehearsal(Self.steps(Self.wait), data: ["order": ["id": "A1"]])
        #expect(run.execution.waits.map(\.event) == ["payment.confirmed"])
        #expect(run.execution.waits.first?.match.map(\.value) == ["A1"])
        try run.arrive(["order": ["id": "A1"], "by": "Ann"])
        #expect(run.outcome?.result == .allowed)
        #expect(run.outcome?.reason == "Ann")
    }

    @Test func waitsOnlySoLong() throws {
        var run = try Rehearsal(Self.steps(Self.wait), data: ["order": ["id": "A1"]])
        try run.pass(.seconds(24 * 3600 - 1))
        #expect(run.outcome == nil)
        try run.pass(.seconds(1))
        #expect(run.outcome?.result == .blocked)
        #expect(run.path == ["confirm:timeout", "late:completed"])
    }

    @Test func sleepsDurably() throws {
        var run = try Rehearsal(Self.steps("  - {id: nap, type: wait, wait: {duration: 30s}}\n"))
        try run.pass(.seconds(29))
        #expect(run.outcome == nil)
        try run.pass(.seconds(1))
        #expect(run.outcome?.result == .executed)
    }

    @Test func timeoutsOfStepsAndExecutions() throws {
        var step = try Rehearsal(Self.steps("  - {id: pay, type: execute, \(Self.call), timeout: 5s}\n"))
        try step.pass(.seconds(5))
        #expect(step.outcome?.result == .failed)
        #expect(step.outcome?.errorType == .timeout)
        #expect(step.path == ["pay:timeout"])
        var whole = try Rehearsal(Self.steps("  - {id: pay, type: execute, \(Self.call)}\n", more: "timeout: 5s\n"))
        try whole.pass(.seconds(5))
        #expect(whole.outcome?.result == .timeout)
        #expect(whole.path == ["pay:skipped"])
    }

    // MARK: Control

    @Test func pausedTakesNothingFurther() throws {
        var run = try Rehearsal(
            Self.steps("  - {id: a, type: execute, \(Self.call)}\n  - {id: b, type: execute, \(Self.call)}\n"),
            data: ["order": ["id": 1]])
        try run.handle(.pause(at: run.now))
        try run.complete()
        #expect(run.tasks.isEmpty)
        #expect(run.execution.wakeAt == nil)
        try run.handle(.resume(data: nil, at: run.now))
        #expect(run.tasks.map(\.step) == ["b"])
        try run.complete()
        #expect(run.outcome?.result == .executed)
    }

    @Test func cancelEndsAndNothingComesAfter() throws {
        var run = try Rehearsal(Self.steps("  - {id: a, type: execute, \(Self.call)}\n"))
        try run.handle(.cancel(reason: "no longer needed", at: run.now))
        #expect(run.outcome?.result == .cancelled)
        #expect(run.path == ["a:skipped"])
        let records = run.records.count
        try run.complete("late")
        #expect(run.records.count == records)
    }

    // MARK: Branches and loops

    static func parallel(_ strategy: String) -> String {
        steps(
            """
              - id: checks
                type: parallel
                parallel:
                  strategy: \(strategy)
                  steps:
                    - {id: fraud, type: execute, \(call)}
                    - {id: stock, type: execute, \(call)}
              - {id: end, type: action, action: {type: allow}}
            """)
    }

    @Test(arguments: [
        ("all_must_pass", ExecutionResult.failed), ("any_can_pass", .allowed), ("best_effort", .allowed),
    ])
    func strategies(strategy: String, result: ExecutionResult) throws {
        var run = try Rehearsal(Self.parallel(strategy), data: ["order": ["id": 1]])
        #expect(run.tasks.map(\.step) == ["fraud", "stock"])
        run.crash()
        try run.fail(.init(.status(500), "no"))
        if run.outcome == nil { try run.complete() }
        #expect(run.outcome?.result == result)
        #expect(run.keys.count == 2)
    }

    @Test func theFirstToPassIsEnough() throws {
        var run = try Rehearsal(Self.parallel("any_can_pass"), data: ["order": ["id": 1]])
        try run.complete()
        #expect(run.path == ["checks.fraud:completed", "checks.stock:skipped", "checks:completed", "end:completed"])
    }

    @Test func conditionsAreChecksInBranches() throws {
        let yaml = Self.steps(
            """
              - id: checks
                type: parallel
                on_error: refuse
                parallel:
                  strategy: all_must_pass
                  steps:
                    - {id: small, type: condition, condition: {field: n, operator: lt, value: 5}}
                    - {id: positive, type: condition, condition: {field: n, operator: gt, value: 0}}
              - {id: accept, type: action, action: {type: allow}}
              - {id: refuse, type: action, action: {type: block}}
            """)
        #expect(try Rehearsal(yaml, data: ["n": 3]).outcome?.result == .allowed)
        #expect(try Rehearsal(yaml, data: ["n": 9]).outcome?.result == .blocked)
    }

    static let loop = steps(
        """
          - id: each
            type: foreach
            foreach:
              items: "{{order.items}}"
              item_var: item
              steps:
                - {id: wanted, type: condition, condition: {field: item.n, operator: gt, value: 0}, on_true: reserve, on_false: skip}
                - {id: reserve, type: execute, execute: [{type: http_request, url: "http://stock/{{item.sku}}"}], next: skip}
                - {id: skip, type: execute, execute: [{type: set, values: {last: "{{item.sku}}"}}]}
        """)

    @Test func goesOverItems() throws {
        let items: JSONValue = [["sku": "a", "n": 1], ["sku": "b", "n": 0], ["sku": "c", "n": 2]]
        var run = try Rehearsal(Self.loop, data: ["order": ["items": items]])
        try run.complete()
        run.crash()
        #expect(run.tasks.map(\.arguments) == [["url": "http://stock/c"]])
        try run.complete()
        #expect(run.outcome?.result == .executed)
        #expect(run.keys.count == 2)
        #expect(
            run.path == [
                "each[0].wanted:completed", "each[0].reserve:completed", "each[0].skip:completed",
                "each[1].wanted:completed", "each[1].skip:completed", "each[2].wanted:completed",
                "each[2].reserve:completed", "each[2].skip:completed", "each:completed",
            ])
    }

    @Test func itemsMustBeAList() throws {
        let run = try Rehearsal(Self.loop, data: ["order": ["items": "none"]])
        #expect(run.outcome?.errorType == .validation)
        #expect(try Rehearsal(Self.loop, data: ["order": ["items": []]]).outcome?.result == .executed)
    }

    @Test func aFailingItemFailsTheLoop() throws {
        var run = try Rehearsal(Self.loop, data: ["order": ["items": [["sku": "a", "n": 1]]]])
        try run.fail(.init(.status(500), "no"))
        #expect(run.outcome?.result == .failed)
        #expect(run.path == ["each[0].wanted:completed", "each[0].reserve:failed", "each:failed"])
    }

    @Test func runawayExecutionsAreStopped() throws {
        let items = JSONValue.array(Array(repeating: 1, count: 10_000))
        let inner = Self.steps(
            """
              - id: outer
                type: foreach
                foreach:
                  items: "{{items}}"
                  item_var: a
                  steps:
                    - id: inner
                      type: foreach
                      foreach:
                        items: "{{few}}"
                        item_var: b
                        steps: [{id: check, type: condition, condition: {field: b, operator: eq, value: 1}}]
            """)
        let run = try Rehearsal(inner, data: ["items": items, "few": [1, 2, 3, 4, 5, 6, 7, 8]])
        #expect(run.outcome?.result == .failed)
        #expect(run.outcome?.reason?.contains("\(Limits.stepsPerExecution)") == true)
    }
}
