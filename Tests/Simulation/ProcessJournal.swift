import Workflow

/// The journal, as one process has it.
struct ProcessJournal: Journal {
    let process: Process

    func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition {
        let name = process.name
        return try await process.write(.acquire) { store throws(JournalError) in
            try await store.acquire(name, now: now, until: until, takingAll: takingAll, deadLetterAfter)
        }
    }

    func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal {
        try await process.write(.renew) { store throws(JournalError) in
            try await store.renew(lease, now: now, until: until, deadLetterAfter)
        }
    }

    func release(_ lease: Lease, now: Timestamp) async throws(JournalError) {
        try await process.write(.release) { store throws(JournalError) in try await store.release(lease, now: now) }
    }

    func ingest(
        _ arrivals: [Arrival], claiming: Claiming?, lease: Lease
    ) async throws(JournalError) -> Intake {
        try await process.write(.ingest) { store throws(JournalError) in
            try await store.ingest(arrivals, claiming, lease)
        }
    }

    func commit(_ commit: Commit, lease: Lease) async throws(JournalError) -> [Signal] {
        try await process.write(.commit) { store throws(JournalError) in try await store.commit(commit, lease) }
    }

    func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease
    ) async throws(JournalError) -> Claim {
        try await process.write(.claim) { store throws(JournalError) in
            try await store.claim(only, limit: limit, now: now, lease)
        }
    }

    func signal(_ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp) async throws(JournalError) -> SignalReceipt {
        try await process.write(.signal) { store throws(JournalError) in
            try await store.signal(id, kind, now: now)
        }
    }

    func execution(_ id: ExecutionID) async throws(JournalError) -> StoredExecution? {
        try await process.read(.execution) { store throws(JournalError) in try await store.journal.execution(id) }
    }

    func executions(_ query: ExecutionQuery) async throws(JournalError) -> [ExecutionSummary] {
        try await process.read(.executions) { store throws(JournalError) in
            try await store.journal.executions(query)
        }
    }

    func approvals(_ query: ApprovalQuery) async throws(JournalError) -> [PendingApproval] {
        try await process.read(.approvals) { store throws(JournalError) in
            try await store.journal.approvals(query)
        }
    }

    func statistics() async throws(JournalError) -> JournalStatistics {
        try await process.read(.statistics) { store throws(JournalError) in try await store.journal.statistics() }
    }

    func tallies(_ query: TallyQuery) async throws(JournalError) -> [Tally] {
        try await process.read(.tallies) { store throws(JournalError) in try await store.journal.tallies(query) }
    }

    func purge(_ purge: Purge) async throws(JournalError) -> Purged {
        try await process.write(.purge) { store throws(JournalError) in try await store.journal.purge(purge) }
    }

    func deploy(_ workflow: WorkflowRecord) async throws(JournalError) -> Deployment {
        try await process.write(.deploy) { store throws(JournalError) in try await store.journal.deploy(workflow) }
    }

    func update(workflow id: String, _ change: WorkflowChange) async throws(JournalError) -> Bool {
        try await process.write(.update) { store throws(JournalError) in
            try await store.journal.update(workflow: id, change)
        }
    }

    func workflows(_ selection: WorkflowSelection) async throws(JournalError) -> [WorkflowRecord] {
        try await process.read(.workflows) { store throws(JournalError) in
            try await store.journal.workflows(selection)
        }
    }

    func save(_ key: KeyRecord) async throws(JournalError) {
        try await process.write(.save) { store throws(JournalError) in try await store.journal.save(key) }
    }

    func keys() async throws(JournalError) -> [KeyRecord] {
        try await process.read(.keys) { store throws(JournalError) in try await store.journal.keys() }
    }
}
