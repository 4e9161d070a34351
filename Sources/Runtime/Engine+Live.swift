public import Workflow

/// An execution with all that its journal says.
public struct ExecutionHistory: Sendable {
    public var summary: ExecutionSummary
    public var event: EventRecord
    /// Every step with its attempts.
    public var trace: [TraceEntry]
    public var approvals: [ApprovalRecord]
    public var changes: [ExecutionChange]
    /// How many records there are.
    public var records: Int
    /// The lease under which it is driven; nil when it is not.
    public var lease: Lease?
    /// How often it was taken from a process whose lease had ended.
    public var takeovers: Int
    /// The execution that waits for this one.
    public var caller: ExecutionID?
}

extension Engine {
    /// An execution with its history; nil when there is none with this id.
    public func history(of id: ExecutionID) async throws(EngineError) -> ExecutionHistory? {
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored else { return nil }
        let (summary, origin) = (stored.summary, self.origin(of: stored))
        var history = ExecutionHistory(
            summary: summary, event: stored.event, trace: [], approvals: [], changes: [],
            records: stored.records.count, lease: stored.lease, takeovers: stored.takeovers,
            caller: origin?.caller?.execution)
        guard let origin, let deployed = try await deployed(for: stored),
            let replay = try? await replay(stored, deployed, origin, isTold: true)
        else { return history }
        let execution = replay.execution
        history.trace = execution.trace
        history.changes = replay.changes
        history.approvals =
            execution.endedApprovals + execution.approvals.compactMap { execution.approval($0.key) }
        return history
    }

    /// Looks on from now on.
    public func follow(_ filter: LiveFilter) throws(EngineError) -> LiveSubscription {
        if let subscription = live.subscribe(filter) { return subscription }
        guard live.isFull else { throw .shuttingDown }
        throw EngineError(
            .overloaded, "\(live.openCount) streams of live updates are open, which is as many as may be",
            remedy: "close one, or ask for the executions every now and then")
    }

    /// How many look on.
    public var liveStreams: Int { live.openCount }
}
