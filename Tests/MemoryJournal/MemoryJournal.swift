import Synchronization
public import Workflow

/// The journal of tests: all in memory, one verb at a time, gone with the process.
///
/// It is written to be plainly right rather than fast, so that it can stand beside another journal as its oracle.
public final class MemoryJournal: Journal {
    private let state = Mutex(MemoryState())

    public init() {}

    /// Verbs called from now on fail with ``JournalError/closed``.
    public func close() { state.withLock { $0.isClosed = true } }

    /// Every verb checks before it writes, so that one that fails leaves nothing.
    private func run<Value: Sendable>(
        _ verb: (inout MemoryState) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = state.withLock { state in
            do throws(JournalError) {
                guard !state.isClosed else { throw .closed }
                return .success(try verb(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    // Leases

    public func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition {
        try run { state throws(JournalError) in
            state.acquire(now: now, until: until, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
        }
    }

    public func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal {
        try run { state throws(JournalError) in
            try state.renew(lease, now: now, until: until, deadLetterAfter: deadLetterAfter)
        }
    }

    public func release(_ lease: Lease, now: Timestamp) async throws(JournalError) {
        try run { state throws(JournalError) in try state.release(lease, now: now) }
    }

    // Executions

    public func ingest(
        _ arrivals: [Arrival], claiming: Claiming?, lease: Lease
    ) async throws(JournalError) -> Intake {
        try run { state throws(JournalError) in
            var intake = Intake(ingestions: try state.ingest(arrivals, lease))
            if let claiming, intake.wakes {
                intake.claim = try state.claim(only: nil, limit: claiming.limit, now: claiming.now, lease)
            }
            return intake
        }
    }

    public func commit(_ commit: Commit, lease: Lease) async throws(JournalError) -> [Signal] {
        try run { state throws(JournalError) in try state.commit(commit, lease) }
    }

    public func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease
    ) async throws(JournalError) -> Claim {
        try run { state throws(JournalError) in
            try state.claim(only: only, limit: limit, now: now, lease)
        }
    }

    public func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) async throws(JournalError) -> SignalReceipt {
        try run { state throws(JournalError) in try state.signal(id, kind, now: now) }
    }

    public func execution(_ id: ExecutionID) async throws(JournalError) -> StoredExecution? {
        try run { state throws(JournalError) in state.executions[id]?.stored }
    }

    public func executions(_ query: ExecutionQuery) async throws(JournalError) -> [ExecutionSummary] {
        try run { state throws(JournalError) in state.list(query) }
    }

    public func approvals(_ query: ApprovalQuery) async throws(JournalError) -> [PendingApproval] {
        try run { state throws(JournalError) in state.list(query) }
    }

    public func statistics() async throws(JournalError) -> JournalStatistics {
        try run { state throws(JournalError) in state.statistics }
    }

    public func tallies(_ query: TallyQuery) async throws(JournalError) -> [Tally] {
        try run { state throws(JournalError) in state.tallies(query) }
    }

    public func purge(_ purge: Purge) async throws(JournalError) -> Purged {
        try run { state throws(JournalError) in state.purge(purge) }
    }

    // Workflows

    public func deploy(_ workflow: WorkflowRecord) async throws(JournalError) -> Deployment {
        try run { state throws(JournalError) in state.deploy(workflow) }
    }

    public func update(workflow id: String, _ change: WorkflowChange) async throws(JournalError) -> Bool {
        try run { state throws(JournalError) in state.update(id, change) }
    }

    public func workflows(_ selection: WorkflowSelection) async throws(JournalError) -> [WorkflowRecord] {
        try run { state throws(JournalError) in state.select(selection) }
    }

    // Keys

    public func save(_ key: KeyRecord) async throws(JournalError) {
        try run { state throws(JournalError) in state.keys[key.id] = key }
    }

    public func keys() async throws(JournalError) -> [KeyRecord] {
        try run { state throws(JournalError) in
            state.keys.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        }
    }
}
