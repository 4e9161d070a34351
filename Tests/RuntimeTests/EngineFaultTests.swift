import Synchronization
import TestSupport
import Testing
import Workflow

@testable import Runtime

/// What the engine does when its journal fails, answers late, or goes to another process.
@Suite(.timeLimit(.minutes(30))) struct EngineFaultTests {
    typealias Bench = EngineTests.Bench

    private static let trigger = ["workflow_id": "caller", "trigger_type": "event"]

    @Test func anIngestWhoseFateIsNotKnownGoesOnIfItIsThere() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(EngineTests.calling)
        journal.plan(.ingest, .lost)
        // The first look at the journal fails as well.
        journal.plan(.execution, .refused)
        let gone = await #expect(throws: EngineError.self) { try await bench.send(["order": ["id": 1]], id: "e1") }
        #expect(gone?.code == .unavailable)
        await bench.clock.sleeper(until: bench.clock.now + .milliseconds(500))
        bench.clock.advance(by: .milliseconds(500))
        await bench.activity.begun(1)
        let again = try await bench.send(["order": ["id": 1]], id: "e1", wait: .seconds(60))
        #expect(again.duplicate)
        #expect(again.executions.first?.summary.outcome?.result == .allowed)
        #expect(bench.activity.attempts.count == 1)
        #expect(bench.value("workflow_executions_started_total", Self.trigger) == 1)
        // It is measured after it is in the journal.
        try await until { bench.value("active_workflow_executions", ["workflow_id": "caller"]) == 0 }
    }

    @Test func aCommitWhoseFateIsNotKnownIsNotWrittenTwice() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(EngineTests.calling)
        journal.plan(.commit, .lost)
        journal.plan(.execution, .refused)
        async let receipt = bench.send(["order": ["id": 1]], wait: .seconds(60))
        for pause in [50, 100] as [Int64] {
            await bench.clock.sleeper(until: bench.clock.now + .milliseconds(pause))
            bench.clock.advance(by: .milliseconds(pause))
        }
        #expect(try await receipt.executions.first?.summary.outcome?.result == .allowed)
        #expect(bench.value("active_workflow_executions", ["workflow_id": "caller"]) == 0)
    }

    /// The journal holds it under the lease, and nobody was told.
    @Test func whatAClaimTookWhoseAnswerWasLostIsDriven() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(
            """
            workflow_id: sleeper
            trigger: {type: event, event: order.placed}
            steps:
              - {id: rest, type: sleep, duration: 10s}
            """)
        let receipt = try await bench.send(["order": ["id": 1]])
        let id = try #require(receipt.executions.first?.summary.id)
        bench.clock.advance(by: .seconds(10))
        journal.plan(.claim, .lost)
        try await bench.running { try await bench.settles(id, .ended) }
    }

    @Test func aCommitThatIsRefusedIsTriedAgain() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(EngineTests.calling)
        journal.plan(.commit, .refused)
        async let receipt = bench.send(["order": ["id": 1]], wait: .seconds(60))
        await bench.clock.sleeper(until: bench.clock.now + .milliseconds(50))
        bench.clock.advance(by: .milliseconds(50))
        #expect(try await receipt.executions.first?.summary.outcome?.result == .allowed)
    }

    @Test func aReloadThatReadEarlierDoesNotUndoALaterOne() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        let gate = Gate()
        journal.plan(.workflows, .held(gate))
        async let early: Void = bench.deploy(EngineTests.decision)
        await gate.reached()
        try await bench.deploy(EngineTests.waiting)
        gate.open()
        try await early
        #expect(bench.engine.workflows().map(\.record.id) == ["guard", "waiter"])
    }

    @Test func attemptsOfSkippedStepsAreNotMade() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(
            """
            workflow_id: race
            trigger: {type: event, event: order.placed}
            steps:
              - id: both
                type: parallel
                strategy: any_can_pass
                steps:
                  - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}
                  - {id: note, type: execute, execute: [{type: set, values: {seen: true}}]}
            """)
        let receipt = try await bench.send([:], wait: .seconds(1))
        #expect(receipt.executions.first?.summary.outcome?.result == .executed)
        #expect(bench.activity.attempts.isEmpty)
    }

    @Test func anAttemptThatNeverReturnsEndsWithItsStep() async throws {
        let bench = try await Bench(ScriptedActivity(.deaf))
        try await bench.deploy(
            """
            workflow_id: deaf
            trigger: {type: event, event: order.placed}
            steps:
              - {id: call, type: execute, timeout: 5s, execute: [{type: http_request, url: "http://receiver/"}]}
            """)
        async let receipt = bench.send([:], wait: .seconds(60))
        await bench.activity.begun(1)
        await bench.clock.sleeper(until: bench.clock.now + .seconds(5))
        bench.clock.advance(by: .seconds(5))
        let outcome = try await receipt.executions.first?.summary.outcome
        #expect(outcome?.result == .failed)
        // Another one has the room of the first, and a shutdown does not wait for either.
        let service = Task { try await bench.engine.run() }
        _ = try await bench.send([:])
        await bench.activity.begun(2)
        service.cancel()
        try await service.value
        bench.activity.letGo()
    }

    /// What has been started may end by another process's hands before the one that waits for its end is in place.
    @Test func anEndBeforeTheWaiterIsNotMissed() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal)
        try await bench.deploy(EngineTests.waiting)
        let gate = Gate()
        journal.plan(.ingest, .held(gate))
        async let receipt = bench.send(["order": ["id": "o"]], wait: .seconds(60))
        await gate.reached()
        let other = try await Bench(clock: bench.clock, journal: journal)
        try await other.running {
            _ = try await other.send(["order": ["id": "o"]], as: "order.paid")
            try await until {
                try await other.engine.executions(ExecutionQuery(statuses: [.ended], limit: 1)).count == 1
            }
        }
        gate.open()
        #expect(try await receipt.executions.first?.summary.outcome?.result == .allowed)
    }

    @Test func anEmitDuringAShutdownIsTakenIn() async throws {
        let bench = try await Bench()
        try await bench.deploy(EngineTests.decision)
        let event = IncomingEvent(id: "x", name: "order.placed", data: ["order": ["total": 500]])
        let service = Task { try await bench.engine.run() }
        bench.engine.state.withLock { $0.phase = .draining }
        await #expect(throws: EngineError.self) { try await bench.engine.ingest(event, wait: nil) }
        #expect(try await bench.engine.emit(event).executions.count == 1)
        service.cancel()
        try await service.value
    }

    @Test func aTimeoutFindsTheWaiterThatStartedIt() async {
        let (clock, completions) = (ManualClock(), Completions<ExecutionReport>())
        // The time is over before the wait begins: it must still end.
        let report = await completions.wait(
            for: ExecutionID(rawValue: 1), until: clock.now, in: clock.environment, start: {})
        #expect(report == nil)
    }

    @Test func anAlarmThatNobodyHearsIsKept() async {
        let (clock, alarm) = (ManualClock(), Alarm())
        alarm.ring(ifLaterThan: clock.now + .seconds(1))
        #expect(await alarm.sleep(until: nil, in: clock.environment))
    }

    @Test func slotsAreHandedOn() async {
        let slots = Slots(1)
        await slots.acquire()
        let others = (1...3).map { number in
            Task {
                await slots.acquire()
                slots.release()
                return number
            }
        }
        slots.release()
        for (number, other) in zip(1...3, others) { #expect(await other.value == number) }
        // It is free again.
        await slots.acquire()
    }

    @Test func oneKeyLeavesSlotsToOthers() async {
        let slots = Slots(8)
        for _ in 0..<4 { await slots.acquire(for: "hangs") }
        let waiting = Task { await slots.acquire(for: "hangs") }
        for _ in 0..<2 { await slots.acquire(for: "also hangs") }
        let other = Task { await slots.acquire(for: "also hangs") }
        for _ in 0..<10 {
            await slots.acquire(for: "well")
            slots.release(for: "well")
        }
        for _ in 0..<2 { slots.release(for: "also hangs") }
        await other.value
        for _ in 0..<4 { slots.release(for: "hangs") }
        await waiting.value
    }

    @Test func theMoreUrgentComesFirst() async {
        let slots = Slots(2)
        await slots.acquire(for: "a")
        let (order, come) = AsyncStream<Int64>.makeStream()
        let turns: [Int64] = [3, 1, 2, 1]
        for turn in turns {
            Task {
                await slots.acquire(for: "a", turn: Timestamp(microseconds: turn))
                come.yield(turn)
                slots.release(for: "a")
            }
        }
        while slots.waiting < turns.count { await Task.yield() }
        slots.release(for: "a")
        #expect(await order.prefix(turns.count).reduce(into: []) { $0.append($1) } == [1, 1, 2, 3])
    }

    private static let both = """
        workflow_id: both
        trigger: {type: event, event: order.placed}
        steps:
          - id: both
            type: parallel
            steps:
              - {id: paid, type: wait, wait: {event: order.paid, timeout: 2s}}
              - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}
        """

    /// It comes before there is a driver that could be told.
    @Test func anEventOfTheSameBatchReachesTheWait() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.both)
        try await bench.running {
            let events = ["order.placed", "order.paid"].map { IncomingEvent(id: nil, name: $0, data: [:]) }
            let sending = Task { try await bench.engine.ingest(events, wait: .seconds(1)) }
            await bench.activity.begun(1)
            let id = try #require(try await bench.engine.executions(ExecutionQuery(limit: 1)).first?.id)
            while try await bench.engine.execution(id)?.trace?.first(where: { $0.step == "paid" })?.status != .completed
            {
                try Task.checkCancellation()
                await Task.yield()
            }
            sending.cancel()
        }
    }

    /// An event comes for an execution that has a driver, which waits for an attempt.
    @Test func anEventReachesAWaitBesideWhatTakesLong() async throws {
        let bench = try await Bench(ScriptedActivity(.never))
        try await bench.deploy(Self.both)
        try await bench.running {
            let id = try #require(try await bench.send([:]).executions.first?.summary.id)
            await bench.activity.begun(1)
            _ = try await bench.send([:], as: "order.paid")
            while try await bench.engine.execution(id)?.trace?.first(where: { $0.step == "paid" })?.status != .completed
            {
                await Task.yield()
            }
        }
    }
}
