import Synchronization
public import Workflow

extension Engine {
    /// The name under which the journal keeps the request to take an execution up again.
    fileprivate static let rerunEventName = "flowmeter.rerun"
    private static let rerunPrefix = "\(reservedPrefix)rerun/"

    /// Takes an ended execution up again, as a new one that keeps the history up to a step, on the same version.
    ///
    /// - Parameter key: the same key again starts nothing again; with another step to start from it is a conflict.
    public func rerun(
        _ id: ExecutionID, from start: Execution.RerunStart, key: String?, wait: Duration?
    ) async throws(EngineError) -> Receipt {
        let (_, lease) = try router()
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored else { throw Self.unknownExecution(id) }
        guard stored.summary.status == .ended else {
            throw EngineError(
                .executionNotEnded, "the execution has not ended", remedy: "cancel or terminate it first")
        }
        let (workflow, version) = (stored.summary.workflow, stored.summary.version)
        guard let deployed = try await deployed(for: stored) else {
            throw EngineError(.unavailable, "version \(version) of `\(workflow)` cannot be read any more")
        }
        let birth = try rerun(stored, deployed, start, key: key, lease: lease)
        return try await receipts(for: [birth], wait: wait, lease: lease)[0].get()
    }

    private func rerun(
        _ stored: StoredExecution, _ deployed: Deployed, _ start: Execution.RerunStart, key: String?, lease: Lease
    ) throws(EngineError) -> Birth {
        let now = environment.now()
        let new = ids.next(now: now, lease: lease)
        let old = stored.summary.id
        guard let first = self.origin(of: stored) else {
            throw EngineError(.invalidRerun, "the event of the execution `\(old)` cannot be read")
        }
        let event = EventRecord(
            id: "\(Self.rerunPrefix)\(old)/\(key ?? new.description)", name: start.eventName,
            data: stored.event.data, receivedAt: now)
        let origin = Execution.Origin(
            trigger: .manual, eventID: event.id, eventName: event.name, data: first.data, startedAt: now)
        let history = Execution.History(id: old, origin: first, records: stored.records)
        var execution: Execution
        do {
            execution = try Execution(
                id: new, program: deployed.program, origin: origin, rerunning: history, from: start,
                driver: lease.token)
        } catch {
            throw EngineError(error, execution: old)
        }
        var tasks: [ActivityTask] = []
        for case .perform(let task) in execution.interrupted { tasks.append(task) }
        tasks += settle(&execution)
        var born = newExecution(&execution, deployed, nil)
        // The limit is that of today, not that of the version it runs on.
        if let current = state.withLock({ $0.router.workflows[deployed.record.id] }) {
            born.admission = admission(of: execution, by: current.program.definition.concurrency)
        }
        // Whatever is done at its limit, what is asked for runs as soon as there is room.
        born.admission?.excess = .queue
        let started = Started(
            execution: execution, deployed: deployed, tasks: tasks, disposition: born.commit.disposition)
        return Birth(arrival: Arrival(event: event, data: .object(first.data), executions: [born]), started: [started])
    }

    /// The execution whose history one has taken up, by the event that started it.
    public static func rerunOf(event id: String) -> ExecutionID? {
        guard id.hasPrefix(rerunPrefix) else { return nil }
        return id.dropFirst(rerunPrefix.count).split(separator: "/").first.flatMap { ExecutionID(String($0)) }
    }
}

extension Execution.RerunStart {
    /// Names what is asked for, so that the same key with something else is known to be a conflict.
    fileprivate var eventName: String {
        switch self {
        case .failure: Engine.rerunEventName
        case .step(let step): "\(Engine.rerunEventName).\(step)"
        }
    }
}

extension EngineError {
    fileprivate init(_ error: RerunError, execution: ExecutionID) {
        switch error {
        case .unreadable: self.init(.unavailable, "the journal of the execution `\(execution)` cannot be read")
        case .nothingFailed:
            self.init(
                .invalidRerun, "no step of the execution failed", remedy: "name the step from which it is to go on")
        case .unknownStep(let step):
            self.init(
                .invalidRerun, "the definition has no step `\(step)`", remedy: "show the execution to find its steps")
        case .notReached(let step):
            self.init(
                .invalidRerun, "the execution never came to the step `\(step)`", remedy: "name one that it took")
        case .undone(let steps):
            self.init(
                .invalidRerun, "what came before has been undone: \(steps.joined(separator: ", "))",
                remedy: "go on from a step before them, or start the workflow again")
        }
    }
}
