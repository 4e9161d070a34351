import Testing

@testable import Workflow

/// What those who look on are told of an execution.
@Suite struct HistoryTests {
    private func replay(
        _ run: Rehearsal
    ) throws -> (execution: Execution, changes: [ExecutionChange]) {
        let execution = run.execution
        var replay = Replay(
            id: execution.id, program: execution.program, origin: execution.origin, records: run.records, isTold: true)
        while try replay.advance() {}
        return (replay.execution, replay.changes)
    }

    @Test func aLongHistoryIsReplayedInStretches() throws {
        let definition = try #require(
            DefinitionReader.read(
                Array(
                    """
                    workflow_id: long
                    trigger: {type: event, event: order.placed}
                    steps:
                      - id: again
                        type: while
                        condition: {field: order, operator: exists}
                        max_iterations: 300
                        steps: [{id: ask, type: condition, condition: {field: order, operator: exists}}]
                    """.utf8)
            ).definition)
        let start = Timestamp(microseconds: 0)
        let origin = Execution.Origin(
            trigger: .event, eventID: "e", eventName: "order.placed", data: ["order": 1], startedAt: start)
        let program = try Program(definition)
        var execution = Execution(id: ExecutionID(rawValue: 1), program: program, origin: origin)
        var records: [[UInt8]] = []
        while execution.isReady {
            _ = execution.handle(.advance(at: start))
            if let record = execution.takeRecord() { records.append(record) }
        }
        #expect(execution.outcome?.result == .failed)
        var replay = Replay(id: execution.id, program: program, origin: origin, records: records)
        var stretches = 1
        while try replay.advance() { stretches += 1 }
        #expect(stretches > 1)
        #expect(replay.execution.trace == execution.trace && replay.execution.outcome == execution.outcome)
    }

    @Test func eachAttemptIsToldWithWhatItWasGivenAndGave() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                "  - {id: pay, type: execute, \(ExecutionTests.call), retry: {max_attempts: 3, initial_delay: 1s, jitter: 0}}\n"
            ), data: ["order": ["id": 7]])
        try run.fail(.init(.connection, "refused"))
        try run.pass(.seconds(1))
        try run.complete(["body": ["score": 3]])
        let (execution, changes) = try replay(run)
        let step = try #require(execution.trace.first)
        #expect(step.attemptLog.map(\.number) == [1, 2])
        #expect(step.attemptLog.allSatisfy { $0.activity == .httpRequest && $0.input == ["url": "http://shop/7"] })
        #expect(step.attemptLog.map { $0.error != nil } == [true, false])
        #expect(step.attemptLog.map(\.output) == [nil, ["body": ["score": 3]]])
        #expect(step.attemptLog.map { $0.retryAt == nil } == [false, true])
        #expect(step.attemptLog.allSatisfy { $0.endedAt != nil })
        #expect(
            names(changes) == [
                "0 begin pay", "0 attempt pay", "1 ended pay", "2 attempt pay", "3 ended pay", "3 over pay", "3 end",
            ])
        // Those who drive it keep none of this.
        #expect(run.execution.trace.allSatisfy { $0.attemptLog.isEmpty })
        #expect(run.execution.outcome == execution.outcome)
    }

    @Test func eachAttemptIsToldWithItsLease() throws {
        var run = try Rehearsal(
            ExecutionTests.steps(
                "  - {id: pay, type: execute, \(ExecutionTests.call), retry: {max_attempts: 3, initial_delay: 1s, jitter: 0}}\n"
                    + "  - {id: done, type: action, action: {type: allow}}\n"), data: ["order": ["id": 7]])
        #expect(try replay(run).execution.trace[0].lease == nil)
        run.execution.driver = 7
        // Made by another process than the one that accepted it: nothing was written in between.
        try run.fail(.init(.connection, "refused"))
        run.execution.driver = 7
        try run.pass(.seconds(1))
        run.execution.driver = 8
        #expect(!run.execution.takeOver(at: run.now).isEmpty && run.execution.isRepetition)
        try run.complete(["body": ["score": 3]])
        let (execution, changes) = try replay(run)
        #expect(execution.trace[0].attemptLog.map(\.lease) == [7, 7, 8] && execution.trace[0].lease == 8)
        #expect(execution.trace[0].attemptLog.map { $0.endedAt != nil } == [true, false, true])
        #expect(names(changes).count { $0.contains("attempt pay") } == 3)
        #expect(run.records.count { String(decoding: $0, as: UTF8.self).contains(#"["D","#) } == 2)
        // What is taken up again keeps who did what was kept.
        let again = try Execution(
            id: ExecutionID(rawValue: 43), program: execution.program, origin: execution.origin,
            rerunning: .init(id: execution.id, origin: execution.origin, records: run.records), from: .step("done"),
            driver: 9)
        let kept = try replay(try Rehearsal(again, at: run.now)).execution.trace
        #expect(kept[0].attemptLog.map(\.lease) == [7, 7, 8] && kept.last?.lease == 9)
    }

    /// However many there are: what they were given is made again, and held until all are told.
    @Test func whatAttemptsWereGivenIsBoundedTogether() throws {
        let say = #"{id: say, type: execute, execute: [{type: log, message: "{{blob}} {{item}}"}]}"#
        var run = try Rehearsal(
            ExecutionTests.steps(
                "  - {id: each, type: foreach, items: \"{{items}}\", item_var: item, steps: [\(say)]}\n"),
            data: [
                "items": .array((0..<100).map { .integer($0) }),
                "blob": .string(String(repeating: "x", count: 100_000)),
            ])
        while run.outcome == nil { try run.complete("said") }
        let attempts = try replay(run).execution.trace.flatMap(\.attemptLog)
        let sizes = attempts.map { $0.input?.encoded.count ?? 0 }
        #expect(sizes.count == 100 && sizes[0] > 100_000 && sizes.reduce(0, +) < 4_000_000)
    }

    @Test func anAttemptThatFailsTheStepHasItsError() throws {
        var run = try Rehearsal(
            ExecutionTests.steps("  - {id: pay, type: execute, \(ExecutionTests.call)}\n"), data: ["order": ["id": 7]])
        try run.fail(.init(.connection, "refused"))
        while !run.tasks.isEmpty { try run.fail(.init(.connection, "refused")) }
        while run.outcome == nil {
            try run.pass(.seconds(600))
            if !run.tasks.isEmpty { try run.fail(.init(.connection, "refused")) }
        }
        let step = try #require(try replay(run).execution.trace.first)
        #expect(step.status == .failed && step.attemptLog.last?.error != nil && step.attemptLog.last?.endedAt != nil)
        #expect(step.attemptLog.last?.retryAt == nil)
    }

    /// One that could not be made is none; one that a crash cut off has no end, and is made again under its number.
    @Test func attemptsThatWereNotMadeOrCutOffAreTold() throws {
        var run = try Rehearsal(PostponementTests.calling())
        try run.fail(ActivityFailure(.connection, "held back", notBefore: run.now + .seconds(30)))
        try run.pass(.seconds(30))
        try run.takeOver()
        try run.complete("fine")
        let (execution, changes) = try replay(run)
        let log = try #require(execution.trace.first).attemptLog
        #expect(log.map(\.number) == [1, 1] && log.map { $0.endedAt == nil } == [true, false])
        #expect(log.map(\.output) == [nil, "fine"])
        let told = names(changes).map { $0.split(separator: " ")[1] }
        #expect(told == ["begin", "attempt", "postponed", "attempt", "attempt", "ended", "over", "end"])
    }

    @Test func votesAndPausesAreTold() throws {
        var run = try Rehearsal(
            ExecutionTests.steps("  - {id: ask, type: approval, title: May it?, approvers: [ann]}\n"))
        try run.handle(.pause(at: run.now))
        try run.handle(.resume(data: nil, at: run.now))
        try run.vote("ann")
        let (_, changes) = try replay(run)
        let told = names(changes)
        #expect(told.contains("0 wait ask"))
        #expect(changes.contains { if case .voted(let vote) = $0.kind { vote.by == "ann" } else { false } })
        #expect(told.contains { $0.hasSuffix("pause") } && told.contains { $0.hasSuffix("resume") })
        #expect(told.last?.hasSuffix("end") == true)
    }

    private func names(_ changes: [ExecutionChange]) -> [String] {
        changes.map { change in
            let name =
                switch change.kind {
                case .stepStarted: "begin"
                case .attemptStarted: "attempt"
                case .attemptEnded: "ended"
                case .attemptPostponed: "postponed"
                case .waiting: "wait"
                case .eventArrived: "arrival"
                case .voted: "vote"
                case .stepEnded: "over"
                case .paused: "pause"
                case .resumed: "resume"
                case .compensating: "compensate"
                case .ended: "end"
                }
            return ["\(change.record)", name, change.path].compactMap(\.self).joined(separator: " ")
        }
    }
}
