/// The durable store of everything an engine must not lose.
///
/// **For callers.** Each verb is one transaction: when it returns, what it did is on disk; when it throws, nothing of it
/// happened, save ``JournalError/unknownOutcome(_:)``. Verbs may be called from any task, concurrently; those that
/// write take effect one after the other, and calls that wait at the same time may share one commit.
///
/// **For implementers.** No verb reads a clock: times come with the arguments. Every verb that takes a ``Lease`` must
/// check, in the same transaction, that the lease has not been taken away, and throw ``JournalError/fenced`` otherwise.
/// The conformance suite in `Tests/JournalConformance` states the rest.
public protocol Journal: Sendable {
    // Leases

    /// Makes a new lease, with a token greater than any before it, and takes executions away from dead leases:
    /// those that end before `now` or, with `takingAll`, every other one. Their executions become runnable.
    ///
    /// A death counts against an execution if it is the first since its last record, or if it was on trial
    /// (``DeadLetter``).
    /// - Parameter deadLetterAfter: an execution against which so many deaths count is set aside instead; less than 1
    ///   counts as 1.
    func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition

    /// Extends a lease, ends its trials that are over by `now`, and takes executions away from leases that ended before
    /// `now`, as acquiring does.
    func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal

    /// Ends a lease; what it still drives becomes runnable at once.
    func release(_ lease: Lease, now: Timestamp) async throws(JournalError)

    // Executions

    /// Records events and the executions they start, and delivers each event to the waits that it matches.
    ///
    /// An execution with an ``Admission`` for which there is no room is held or left out. An arrival's schedule mark
    /// takes effect also when its event was known already, but not with a conflict.
    ///
    /// An event whose id is known already changes nothing and is answered with the executions of the first time.
    /// - Parameter claiming: when an event wakes executions, takes from the queue as ``claim(only:limit:now:lease:)``
    ///   does, in the same transaction: nobody has to come for them.
    /// - Returns: one ingestion for each arrival, in order, and what was claimed.
    func ingest(_ arrivals: [Arrival], claiming: Claiming?, lease: Lease) async throws(JournalError) -> Intake

    /// Appends one record to an execution that the lease drives, and sets what becomes of it.
    ///
    /// Guarded by compare-and-set: the execution must be running under the lease's token, and the record's number must
    /// be the next; otherwise ``JournalError/fenced`` or ``JournalError/conflict(_:)``.
    ///
    /// The end of an admitted execution lets in those that were held for it; they are runnable then.
    /// - Returns: the signals that the execution has not consumed yet. If there are any, an execution that was to be
    ///   parked stays running under the lease, and the caller goes on with them.
    func commit(_ commit: Commit, lease: Lease) async throws(JournalError) -> [Signal]

    /// Takes runnable executions, by their rank (``Priority``), and waiting ones whose time has come, for the lease.
    ///
    /// Those against which deaths count are put on trial for the lease, so many as there is room for (``DeadLetter``);
    /// with several that are left, the end of the trials is among the next times.
    ///
    /// With `only`, of these, and on trial whether there is room or not; one that the lease drives already is not
    /// returned.
    func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease
    ) async throws(JournalError) -> Claim

    /// Leaves a control request for whoever drives the execution. A waiting or paused execution becomes runnable.
    ///
    /// One that is held becomes runnable when it is to be cancelled or terminated, and needs no place from then on. One
    /// that was set aside becomes runnable when it is to be resumed, cancelled or terminated; resuming makes its deaths
    /// forgotten.
    func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) async throws(JournalError) -> SignalReceipt

    /// An execution with its records and signals, or nil.
    func execution(_ id: ExecutionID) async throws(JournalError) -> StoredExecution?

    /// Executions that fit the query, newest first.
    func executions(_ query: ExecutionQuery) async throws(JournalError) -> [ExecutionSummary]

    /// Approvals that executions wait for, by the time of the request, then execution, then key.
    func approvals(_ query: ApprovalQuery) async throws(JournalError) -> [PendingApproval]

    func statistics() async throws(JournalError) -> JournalStatistics

    /// What has ended within a time, added up by workflow and end; by hour or day, then workflow, then end.
    ///
    /// An end is in the tallies from the commit on that brings it about, and counts once.
    func tallies(_ query: TallyQuery) async throws(JournalError) -> [Tally]

    /// Forgets ended executions with all that is theirs, those that ended first first, one workflow after another by
    /// id; and events that are old and whose executions are all gone. The id of such an event is unknown from then on:
    /// an event that brings it again starts its executions again.
    ///
    /// Events that started no execution go only when the purge names no workflow. An event stays while an execution has
    /// not consumed its signal. A store that gives no space back ignores that part.
    func purge(_ purge: Purge) async throws(JournalError) -> Purged

    // Workflows

    /// Stores a version. The same version with the same source changes nothing; with another source it is refused.
    func deploy(_ workflow: WorkflowRecord) async throws(JournalError) -> Deployment

    /// - Returns: false when there is no such workflow.
    func update(workflow id: String, _ change: WorkflowChange) async throws(JournalError) -> Bool

    func workflows(_ selection: WorkflowSelection) async throws(JournalError) -> [WorkflowRecord]

    // API keys

    /// Stores a key, or replaces the one with the same id.
    func save(_ key: KeyRecord) async throws(JournalError)

    func keys() async throws(JournalError) -> [KeyRecord]
}

extension Journal {
    /// Ingests without claiming.
    public func ingest(_ arrivals: [Arrival], lease: Lease) async throws(JournalError) -> [Ingestion] {
        try await ingest(arrivals, claiming: nil, lease: lease).ingestions
    }

    /// Acquires with the usual limit of deaths.
    public func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool
    ) async throws(JournalError) -> Acquisition {
        try await acquire(
            holder: holder, now: now, until: until, takingAll: takingAll, deadLetterAfter: DeadLetter.usualLimit)
    }

    /// Renews with the usual limit of deaths.
    public func renew(_ lease: Lease, now: Timestamp, until: Timestamp) async throws(JournalError) -> Renewal {
        try await renew(lease, now: now, until: until, deadLetterAfter: DeadLetter.usualLimit)
    }
}

/// Why a verb of the journal failed.
public enum JournalError: Error, Sendable, Hashable {
    /// The lease has been taken away; its holder must stop driving executions.
    case fenced
    /// The compare-and-set failed: somebody else wrote, or the caller is behind. The text says what was found.
    case conflict(String)
    /// The store said no (disk full, read-only, I/O error): nothing was written.
    case unavailable(String)
    /// The store failed while committing: the transaction may or may not be there.
    case unknownOutcome(String)
    /// What was read cannot be understood.
    case corrupt(String)
    case closed
}
