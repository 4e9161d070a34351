public import Workflow

extension SQLiteJournal: Journal {
    // Leases

    public func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition {
        try await write { session throws(VerbFailure) in
            try session.acquire(
                holder: holder, now: now, until: until, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
        }
    }

    public func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal {
        try await write { session throws(VerbFailure) in
            try session.renew(lease, now: now, until: until, deadLetterAfter: deadLetterAfter)
        }
    }

    public func release(_ lease: Lease, now: Timestamp) async throws(JournalError) {
        try await write { session throws(VerbFailure) in try session.release(lease, now: now) }
    }

    // Executions

    public func ingest(
        _ arrivals: [Arrival], claiming: Claiming?, lease: Lease
    ) async throws(JournalError) -> Intake {
        try await write(weight: max(arrivals.count, 1)) { session throws(VerbFailure) in
            try session.ingest(arrivals, claiming: claiming, lease: lease)
        }
    }

    public func commit(_ commit: Commit, lease: Lease) async throws(JournalError) -> [Signal] {
        try await write { session throws(VerbFailure) in try session.commit(commit, lease: lease) }
    }

    public func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease
    ) async throws(JournalError) -> Claim {
        try await write { session throws(VerbFailure) in
            try session.claim(only: only, limit: limit, now: now, lease: lease)
        }
    }

    public func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) async throws(JournalError) -> SignalReceipt {
        try await write { session throws(VerbFailure) in try session.signal(id, kind, now: now) }
    }

    public func execution(_ id: ExecutionID) async throws(JournalError) -> StoredExecution? {
        try await read { connection throws(VerbFailure) in try connection.execution(id) }
    }

    public func executions(_ query: ExecutionQuery) async throws(JournalError) -> [ExecutionSummary] {
        try await read { connection throws(VerbFailure) in try connection.executions(query) }
    }

    public func approvals(_ query: ApprovalQuery) async throws(JournalError) -> [PendingApproval] {
        try await read { connection throws(VerbFailure) in try connection.approvals(query) }
    }

    public func statistics() async throws(JournalError) -> JournalStatistics {
        try await read { connection throws(VerbFailure) in try connection.statistics() }
    }

    public func tallies(_ query: TallyQuery) async throws(JournalError) -> [Tally] {
        try await read { connection throws(VerbFailure) in try connection.tallies(query) }
    }

    public func purge(_ purge: Purge) async throws(JournalError) -> Purged {
        try await write(weight: min(max(purge.limit, 1), 1_000)) { session throws(VerbFailure) in
            try session.purge(purge)
        }
    }

    // Workflows

    public func deploy(_ workflow: WorkflowRecord) async throws(JournalError) -> Deployment {
        try await write { session throws(VerbFailure) in try session.deploy(workflow) }
    }

    public func update(workflow id: String, _ change: WorkflowChange) async throws(JournalError) -> Bool {
        try await write { session throws(VerbFailure) in try session.update(workflow: id, change) }
    }

    public func workflows(_ selection: WorkflowSelection) async throws(JournalError) -> [WorkflowRecord] {
        try await read { connection throws(VerbFailure) in try connection.workflows(selection) }
    }

    // Keys

    public func save(_ key: KeyRecord) async throws(JournalError) {
        try await write { session throws(VerbFailure) in try session.save(key) }
    }

    public func keys() async throws(JournalError) -> [KeyRecord] {
        try await read { connection throws(VerbFailure) in try connection.keys() }
    }
}
