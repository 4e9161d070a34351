import Testing

@testable import Workflow

/// What has been done is undone, in reverse, if and only if the execution fails or is cancelled.
@Suite struct CompensationTests {
    static let trip = """
        workflow_id: trip
        trigger: {type: manual}
        steps:
          - id: hotel
            type: execute
            execute: [{type: http_request, url: "http://hotel/{{night}}", into: room}]
            compensate: [{type: http_request, url: "http://hotel/cancel/{{room.id}}"}]
          - id: flight
            type: execute
            execute: [{type: http_request, url: "http://flight/"}, {type: set, values: {night: 9}}]
            compensate: [{type: log, message: "{{night}}"}, {type: http_request, url: "http://flight/cancel"}]
          - {id: pay, type: execute, execute: [{type: http_request, url: "http://bank/"}]}
        """

    private func booked() throws -> Rehearsal {
        var run = try Rehearsal(Self.trip, data: ["night": 3])
        try run.complete(["id": 17])
        try run.complete()
        return run
    }

    @Test func failureUndoesInReverse() throws {
        var run = try booked()
        try run.fail(.init(.invalid, "no money"))
        #expect(run.outcome == nil)
        #expect(run.tasks.map(\.arguments) == [["message": 9]])
        try run.complete()
        #expect(run.tasks.map(\.arguments) == [["url": "http://flight/cancel"]])
        try run.complete()
        #expect(run.tasks.map(\.arguments) == [["url": "http://hotel/cancel/17"]])
        run.crash()
        try run.complete()
        #expect(run.outcome?.result == .failed)
        #expect(run.outcome?.reason == "step `pay`: no money")
        #expect(
            run.path == [
                "hotel:completed", "flight:completed", "pay:failed", "flight.compensate:completed",
                "hotel.compensate:completed",
            ])
        #expect(run.keys.values.sorted() == [1, 1, 1, 1, 1, 2])
    }

    @Test func cancellationUndoes() throws {
        var run = try booked()
        try run.handle(.cancel(reason: "changed my mind", at: run.now))
        #expect(run.outcome == nil)
        try run.handle(.cancel(reason: "again", at: run.now))
        run.forgetStale()
        #expect(run.path == ["hotel:completed", "flight:completed", "pay:skipped"])
        for _ in 0..<3 { try run.complete() }
        #expect(run.outcome?.result == .cancelled)
        #expect(run.outcome?.reason == "changed my mind")
    }

    @Test func successAndTerminationDoNot() throws {
        var whole = try booked()
        try whole.complete()
        #expect(whole.outcome?.result == .executed)
        var ended = try booked()
        try ended.handle(.terminate(reason: nil, at: ended.now))
        #expect(ended.outcome?.result == .cancelled)
        #expect(ended.tasks.map(\.step) == ["pay"])
    }

    /// Rather than what the arguments would be later.
    @Test func whatHadNoArgumentsIsNotUndone() throws {
        var run = try Rehearsal(
            """
            workflow_id: w
            trigger: {type: manual}
            steps:
              - id: book
                type: execute
                execute: [{type: log, message: booked}]
                compensate: [{type: log, message: "{{large}}{{large}}"}]
              - {id: forget, type: execute, execute: [{type: set, values: {large: small}}]}
              - {id: pay, type: execute, execute: [{type: log, message: paid}]}
            """, data: ["large": .string(String(repeating: "x", count: 600_000))])
        try run.complete()
        try run.fail(.init(.invalid, "no money"))
        #expect(run.tasks.isEmpty)
        #expect(run.outcome?.reason == "step `pay`: no money; not undone: `book`")
    }

    /// The time limit is no reason to leave things half undone.
    @Test func timeoutUndoesToTheEnd() throws {
        var run = try Rehearsal(Self.trip + "\ntimeout: 1h", data: ["night": 3])
        try run.complete(["id": 17])
        try run.pass(.seconds(3_600))
        #expect(run.outcome == nil)
        run.forgetStale()
        try run.pass(.seconds(86_400))
        try run.complete()
        #expect(run.outcome?.result == .timeout)
    }

    @Test func whatCannotBeUndoneIsTriedAgainAndTold() throws {
        var run = try booked()
        try run.fail(.init(.invalid, "no money"))
        try run.complete()
        for attempt in 1...5 {
            #expect(run.tasks.map(\.id.attempt) == [attempt])
            try run.fail(.init(.status(503), "503"))
            try run.pass(.seconds(60))
        }
        #expect(run.tasks.map(\.step) == ["hotel"])
        try run.complete()
        #expect(run.outcome?.reason == "step `pay`: no money; not undone: `flight`")
        #expect(run.outcome?.result == .failed)
    }

    /// Each round is undone with what it had done.
    @Test func everyRoundIsUndone() throws {
        var run = try Rehearsal(
            """
            workflow_id: w
            trigger: {type: manual}
            steps:
              - id: each
                type: foreach
                items: "{{list}}"
                steps:
                  - {id: take, type: execute, execute: [{type: log, message: "take {{item}}"}], compensate: [{type: log, message: "put {{item}}"}]}
              - {id: end, type: execute, execute: [{type: log, message: end}]}
            """, data: ["list": ["a", "b"]])
        try run.complete()
        try run.complete()
        try run.fail(.init(.invalid, "no"))
        #expect(run.tasks.map(\.arguments) == [["message": "put b"]])
        try run.complete()
        #expect(run.tasks.map(\.arguments) == [["message": "put a"]])
        try run.complete()
        #expect(run.path.suffix(2) == ["each[1].take.compensate:completed", "each[0].take.compensate:completed"])
        #expect(Set(run.keys.keys).count == 5)
    }

    /// The timeout of a step is that of doing it.
    @Test func undoingHasTheTimeItNeeds() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - id: book
                    type: execute
                    timeout: 10s
                    execute: [{type: http_request, url: "http://hotel/"}]
                    compensate: [{type: http_request, url: "http://hotel/cancel"}]
                  - {id: pay, type: execute, execute: [{type: http_request, url: "http://bank/"}]}
                """))
        try run.complete()
        try run.fail(.init(.invalid, "no money"))
        try run.pass(.seconds(3_600))
        run.forgetStale()
        #expect(run.tasks.map(\.arguments) == [["url": "http://hotel/cancel"]])
        run.crash()
        try run.complete()
        #expect(run.outcome?.reason == "step `pay`: no money")
        #expect(run.path.last == "book.compensate:completed")
    }

    @Test func cancellingWhatIsPausedBringsItToItsEnd() throws {
        var run = try booked()
        try run.handle(.pause(at: run.now))
        try run.handle(.cancel(reason: "enough", at: run.now))
        run.forgetStale()
        for _ in 0..<3 { try run.complete() }
        #expect(run.outcome?.result == .cancelled && run.outcome?.reason == "enough")
        #expect(run.path.suffix(2) == ["flight.compensate:completed", "hotel.compensate:completed"])
        // Also when it stands still while it undoes.
        var undoing = try booked()
        try undoing.fail(.init(.invalid, "no money"))
        try undoing.handle(.pause(at: undoing.now))
        try undoing.handle(.cancel(reason: nil, at: undoing.now))
        for _ in 0..<3 { try undoing.complete() }
        #expect(undoing.outcome?.result == .failed)
    }

    /// The limit that ends an execution does not keep it from undoing what it has done.
    @Test(arguments: [false, true]) func whatGrewTooLargeIsUndone(isPutOff: Bool) throws {
        let items = JSONValue.array(Array(repeating: 1, count: 10_000))
        var run = try Rehearsal(
            ExecutionTests.steps(
                """
                  - id: book
                    type: execute
                    execute: [{type: http_request, url: "http://hotel/"}]
                    compensate: [{type: http_request, url: "http://hotel/cancel"}]
                  - id: outer
                    type: foreach
                    items: "{{items}}"
                    item_var: a
                    steps:
                      - id: inner
                        type: foreach
                        items: "{{few}}"
                        item_var: b
                        steps: [{id: check, type: condition, condition: {field: b, operator: eq, value: 1}}]
                """), data: ["items": items, "few": [1, 2, 3, 4, 5, 6, 7, 8]])
        try run.complete()
        #expect(run.outcome == nil)
        if isPutOff {
            try run.fail(.init(.connection, "open", notBefore: run.now + .seconds(9)))
            try run.pass(.seconds(10))
        }
        #expect(run.tasks.map(\.arguments) == [["url": "http://hotel/cancel"]])
        try run.complete()
        #expect(run.outcome?.result == .failed)
        #expect(run.outcome?.reason?.contains("\(Limits.stepsPerExecution)") == true)
        #expect(run.path.last == "book.compensate:completed")
    }
}
