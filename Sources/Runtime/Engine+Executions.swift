import Logging
import Synchronization
public import Workflow

extension StoredExecution {
    /// Whether it has not consumed all signals up to this number.
    func isOwed(upTo number: Int64) -> Bool { signals.contains { $0.number <= number } }
}

extension Engine {
    /// Executions that fit the query, newest first.
    public func executions(_ query: ExecutionQuery) async throws(EngineError) -> [ExecutionSummary] {
        try await journaling { () throws(JournalError) in try await journal.executions(query) }
    }

    /// An execution with what started it and all its steps; nil when there is none with this id.
    public func execution(_ id: ExecutionID) async throws(EngineError) -> ExecutionReport? {
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored else { return nil }
        let restored = try await restore(stored)
        return ExecutionReport(summary: stored.summary, event: stored.event, trace: restored?.execution.trace ?? [])
    }

    /// Asks for a pause, to go on, or for the end. It takes effect when the execution's driver has seen it, which is
    /// waited for, up to a second.
    /// - Returns: the execution as it stands then.
    public func signal(_ id: ExecutionID, _ kind: Signal.Kind) async throws(EngineError) -> ExecutionSummary {
        try await checkUse(of: kind, for: id)
        switch try await deliver(kind, to: id) {
        case .unknown: throw Self.unknownExecution(id)
        case .ended(let result):
            throw EngineError(
                .executionEnded, "the execution has ended already (\(result.rawValue))",
                remedy: "start it again with a new event")
        case .stored: break
        }
        guard let stored = try await settled(id) else { throw Self.unknownExecution(id) }
        return stored.summary
    }

    private static var notPaused: EngineError {
        EngineError(
            .notPaused, "the execution is not paused",
            remedy: "pause it first; one that was set aside goes on without data, one that waits with its event")
    }

    /// Refuses data that would be lost, and a cancellation that would change nothing. Who asks again for what is so already
    /// is not refused: the first answer may have been lost.
    private func checkUse(of kind: Signal.Kind, for id: ExecutionID) async throws(EngineError) {
        switch kind {
        case .resume(data: .some), .cancel: break
        case .resume(data: .none), .event, .message, .pause, .terminate: return
        }
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored, stored.summary.outcome == nil else { return }
        let isCancellation = if case .cancel = kind { true } else { false }
        // What was set aside, or cannot be read, can be ended, whatever it was doing.
        if isCancellation, stored.summary.status == .deadLetter { return }
        guard var execution = try await restore(stored)?.execution else {
            if isCancellation { return }
            throw Self.notPaused
        }
        for signal in stored.signals {
            switch signal.kind {
            case .pause: _ = execution.handle(.pause(at: signal.at))
            case .resume: _ = execution.handle(.resume(data: nil, at: signal.at))
            case .cancel(let reason): _ = execution.handle(.cancel(reason: reason, at: signal.at))
            case .event, .message, .terminate: break
            }
        }
        switch kind {
        case .resume where !execution.isPaused && execution.outcome == nil:
            throw Self.notPaused
        case .cancel where execution.undoingFor.map { $0 != .cancelled } ?? false:
            throw EngineError(
                .compensating, "the execution is over, and its steps are being undone",
                remedy: "let that come to its end, or terminate it")
        default: break
        }
    }

    /// How long an execution that is driven has to take in what was left for it.
    private static let intakeTime = Duration.seconds(1)

    /// Waits until the execution has taken in what has been left for it so far, and that is on disk; not for one that
    /// nobody is about to drive.
    /// - Returns: how it stands then, or when the time is over.
    func settled(_ id: ExecutionID) async throws(EngineError) -> StoredExecution? {
        let read = { @Sendable [self] () async throws(EngineError) -> StoredExecution? in
            try await journaling { () throws(JournalError) in try await journal.execution(id) }
        }
        let found = try await read()
        guard let first = found, let last = first.signals.last?.number, isAboutToMove(first) else { return found }
        let deadline = environment.now() + Self.intakeTime
        while environment.now() < deadline {
            let answer: Void? = await intakes.wait(for: id, until: deadline, in: environment) {
                // It may have been taken in before the waiter was in place.
                Task {
                    if let stored = try? await read(), !stored.isOwed(upTo: last) || !isAboutToMove(stored) {
                        self.intakes.complete(id, with: ())
                    }
                }
            }
            guard answer != nil, let stored = try await read() else { break }
            if !stored.isOwed(upTo: last) || !isAboutToMove(stored) { return stored }
        }
        return try await read()
    }

    private func isAboutToMove(_ stored: StoredExecution) -> Bool {
        guard metrics.load.runs, !stored.summary.isHeld else { return false }
        return stored.summary.status == .running || stored.summary.status == .queued
    }

    static func unknownExecution(_ id: ExecutionID) -> EngineError {
        EngineError(.unknownExecution, "there is no execution `\(id)`", remedy: "list the executions to find its id")
    }

    /// Leaves a signal, and has it seen.
    func deliver(_ kind: Signal.Kind, to id: ExecutionID) async throws(EngineError) -> SignalReceipt {
        let receipt: SignalReceipt
        do {
            receipt = try await journal.signal(id, kind, now: environment.now())
        } catch {
            // It may be there.
            if case .unknownOutcome = error { wake([id]) }
            throw EngineError(error)
        }
        live.poke(id)
        switch receipt {
        case .unknown, .ended: break
        case .stored(nil): alarm.ring()
        case .stored: wake([id])
        }
        return receipt
    }

    /// Signals have been left for these: whoever drives them here looks, and what nobody drives is claimed.
    func wake(_ ids: [ExecutionID]) {
        guard !ids.isEmpty else { return }
        let mailboxes = state.withLock { state in ids.compactMap { state.running[$0] } }
        for mailbox in mailboxes { mailbox.post(.signalled) }
        if mailboxes.count < ids.count { alarm.ring() }
    }

    func wake(_ sent: [OutgoingSignal]) {
        var ids: [ExecutionID] = []
        for signal in sent {
            switch signal.target {
            case .execution(let id): ids.append(id)
            case .startedBy(let event):
                Task {
                    let query = ExecutionQuery(eventID: event, limit: 100)
                    wake((try? await journal.executions(query))?.map(\.id) ?? [])
                }
            }
        }
        wake(ids)
    }

    // MARK: For drivers

    /// How many more may be driven here, at most so many; nil when there is no room.
    func room(atMost limit: Int) -> Int? {
        let room = options.maxRunning - state.withLock { $0.running.count }
        return room > 0 ? min(room, limit) : nil
    }

    var hasRoom: Bool { room(atMost: 1) != nil }

    /// Starts a driver of its own for the execution.
    /// - Returns: false when an earlier driver has not let it go yet.
    @discardableResult
    func drive(
        _ execution: Execution, _ deployed: Deployed, number: Int, tasks: [ActivityTask], signals: [Signal],
        inputs: [Execution.Input] = [], lease: Lease, isOnTrial: Bool = false
    ) -> Bool {
        let mailbox = Mailbox()
        let (isStopped, isFree) = state.withLock { state in
            let isStopped = state.phase == .stopped
            let isFree = !isStopped && state.running[execution.id] == nil
            if isFree { state.running[execution.id] = mailbox }
            return (isStopped, isFree)
        }
        guard isFree else { return isStopped }
        metrics.load.drive(1)
        var driver = Driver(
            engine: self, deployed: deployed, lease: lease, mailbox: mailbox, execution: execution, number: number,
            tasks: tasks)
        driver.isOnTrial = isOnTrial
        driver.engineSteps = execution.finishedSteps.count
        driver.engineApprovals = MeasuredApprovals(of: execution)
        Task { [driver] in
            var driver = driver
            await driver.run(signals: signals, inputs: inputs)
            release(execution.id)
        }
        return true
    }

    /// The driver has let the execution go; there is room for another.
    private func release(_ id: ExecutionID) {
        metrics.load.drive(-1)
        let wasFull = state.withLock { state in
            let wasFull = state.running.count >= options.maxRunning
            state.running[id] = nil
            return wasFull || state.running.isEmpty && state.phase != .ready
        }
        if wasFull { alarm.ring() }
    }

    /// Commits, as often as it takes. Nil when the execution is not this engine's any more.
    func write(_ commit: Commit, lease: Lease) async -> [Signal]? {
        var pause = Duration.milliseconds(50)
        // After a commit whose outcome is not known, the journal is asked before anything is written again: a second
        // commit of a record that is there would look like somebody else's.
        var isUnknown = false
        while true {
            do throws(JournalError) {
                if isUnknown, let stored = try await journal.execution(commit.id), stored.records.count > commit.number
                {
                    if stored.records[commit.number] == commit.record { return signals(of: stored, after: commit) }
                    throw JournalError.conflict("another record has the number \(commit.number)")
                }
                isUnknown = false
                return try await journal.commit(commit, lease: lease)
            } catch {
                switch error {
                case .fenced, .conflict, .corrupt, .closed:
                    letGo(commit.id, because: error)
                    return nil
                case .unknownOutcome: isUnknown = true
                case .unavailable: break
                }
                if state.withLock({ $0.phase == .stopped }) { return nil }
                logger.warning("the journal did not take a record; trying again", metadata: ["error": "\(error)"])
            }
            await environment.sleep(environment.now() + pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// What is left for an execution whose last commit is there, although that was not known.
    ///
    /// One that it parked is not driven any more. Whoever has woken it since told the driver, which leaves now.
    private func signals(of stored: StoredExecution, after commit: Commit) -> [Signal] {
        guard commit.disposition != .running, stored.summary.status != .running else { return stored.signals }
        alarm.ring()
        return []
    }

    private func letGo(_ id: ExecutionID, because error: JournalError) {
        logger.warning(
            "an execution was let go: it is driven elsewhere now",
            metadata: ["execution_id": "\(id)", "error": "\(error)"])
        if error == .fenced { leaseAlarm.ring() }
    }

    /// Asks the journal, as often as it takes. Nil when the execution must be let go.
    func signals(for id: ExecutionID) async -> [Signal]? {
        while state.withLock({ $0.phase != .stopped }) {
            do {
                return try await journal.execution(id)?.signals ?? []
            } catch {
                if error == .closed { return nil }
                logger.warning("signals could not be read; trying again", metadata: ["error": "\(error)"])
            }
            await environment.sleep(environment.now() + .milliseconds(500))
        }
        return nil
    }

    /// Makes one attempt, and turns what came of it into an input.
    func perform(_ task: ActivityTask, _ activity: (any Activity)?, _ context: ActivityContext) async -> Execution.Input
    {
        let start = environment.now()
        metrics.load.perform(1)
        defer { metrics.load.perform(-1) }
        do throws(ActivityFailure) {
            guard let activity else {
                throw ActivityFailure(.invalid, "this server has nothing that performs `\(task.kind.rawValue)`")
            }
            let output = try await activity.perform(task, in: context)
            metrics.recordAttempt(task, failure: nil, took: environment.now() - start)
            return .completed(task.id, output: output, at: environment.now())
        } catch {
            // What could not be done yet was no attempt.
            if !Task.isCancelled, error.notBefore == nil {
                metrics.recordAttempt(task, failure: error, took: environment.now() - start)
            }
            return .failed(task.id, error, random: environment.random(), at: environment.now())
        }
    }

    /// The execution has ended, and it is on disk.
    func finish(_ execution: Execution, _ deployed: Deployed) {
        guard let outcome = execution.outcome else { return }
        deployed.metrics.recordEnd(outcome, trigger: execution.origin.trigger, startedAt: execution.origin.startedAt)
        completions.complete(execution.id, with: execution.report(withTrace: true))
        live.publish(.ended, execution.summary)
        // Others may have waited for its end.
        if execution.origin.trigger == .schedule || deployed.program.definition.concurrency != nil { alarm.ring() }
    }

    /// The execution waits, and it is on disk.
    func parked(_ execution: Execution, _ disposition: Disposition) {
        live.publish(.changed, execution.summary)
        if case .waiting(let until?) = disposition { alarm.ring(ifLaterThan: until) }
    }

    // MARK: Going on from the journal

    /// Nil when the data of its event cannot be read.
    func origin(of stored: StoredExecution) -> Execution.Origin? {
        let (summary, event) = (stored.summary, stored.event)
        guard let data = (try? JSONValue(parsing: event.data, limits: .trusted))?.object else {
            logger.error("the event of an execution cannot be read", metadata: ["execution_id": "\(summary.id)"])
            return nil
        }
        return Execution.Origin(
            trigger: summary.trigger, eventID: event.id, eventName: event.name, data: data,
            startedAt: summary.startedAt, depth: event.depth, caller: Self.caller(ofEvent: event.id))
    }

    /// The execution as its journal left it; nil when its definition cannot be read.
    func restore(_ stored: StoredExecution) async throws(EngineError) -> (execution: Execution, deployed: Deployed)? {
        guard let deployed = try await deployed(for: stored), let origin = origin(of: stored) else { return nil }
        do {
            return (try await replay(stored, deployed, origin).execution, deployed)
        } catch {
            logger.error(
                "the journal of an execution cannot be read",
                metadata: [
                    "execution_id": "\(stored.summary.id)", "record": "\(error.number)", "reason": "\(error.reason)",
                ])
            return nil
        }
    }

    /// All records of an execution applied; others have their turn in between.
    func replay(
        _ stored: StoredExecution, _ deployed: Deployed, _ origin: Execution.Origin, isTold: Bool = false
    ) async throws(RecordError) -> Replay {
        var replay = Replay(
            id: stored.summary.id, program: deployed.program, origin: origin, records: stored.records, isTold: isTold)
        while try replay.advance() { await environment.yield() }
        return replay
    }
}
