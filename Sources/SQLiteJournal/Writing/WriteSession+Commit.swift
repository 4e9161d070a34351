import Workflow

extension WriteSession {
    private static let selectDriven = Query(
        .select, "executions",
        """
        SELECT status, owner, pending, (SELECT max(number) FROM records WHERE execution = ?1), slot,
            EXISTS (SELECT 1 FROM waits WHERE execution = ?1), EXISTS (SELECT 1 FROM approvals WHERE execution = ?1),
            workflow, started_by, started_at
        FROM executions WHERE id = ?1
        """)
    private static let insertRecord = Query(
        .insert, "records", "INSERT INTO records (execution, number, body) VALUES (?, ?, ?)")
    private static let updateStanding = Query(
        .update, "executions",
        """
        UPDATE executions SET pending = ?2, status = ?3, owner = ?4, runnable_since = ?5, wake_at = ?6, result = ?7,
            error_type = ?8, ended_at = ?9, reason = ?10, strikes = 0, trial_until = NULL
        WHERE id = ?1
        """)
    private static let keepCounting = Query(
        .update, "executions",
        "UPDATE executions SET struck_at = ?2 WHERE id = ?1 AND strikes > 0 AND struck_at = ?2 - 1")
    private static let updatePending = Query(
        .update, "executions", "UPDATE executions SET pending = ? WHERE id = ?")
    private static let deleteWaits = Query(.delete, "waits", "DELETE FROM waits WHERE execution = ?")
    private static let deleteSignals = Query(
        .delete, "signals", "DELETE FROM signals WHERE execution = ? AND number <= ?")

    func commit(_ commit: Commit, lease: Lease) throws(VerbFailure) -> [Signal] {
        try check(lease)
        try validate(commit)
        let driven = try driven(by: lease, before: commit)
        try statement(Self.insertRecord).bind(commit.id).bind(commit.number).bind(commit.record).run()
        if commit.isRepetition { try statement(Self.keepCounting).bind(commit.id).bind(commit.number).run() }
        tally(commit, of: driven.origin)
        let isEnd = commit.disposition.isEnd
        let before = driven.pending + (try send(commit.sent, from: commit))
        let pending = try consume(isEnd ? .max : commit.consumed, of: commit.id, pending: before)
        if isEnd || commit.waits != nil, driven.hasWaits { try statement(Self.deleteWaits).bind(commit.id).run() }
        if !isEnd, let waits = commit.waits { try insert(waits, of: commit.id) }
        if isEnd || commit.approvals != nil, driven.hasApprovals { try dropApprovals(of: commit.id) }
        if !isEnd, let approvals = commit.approvals { try insert(approvals, of: commit.id) }
        let disposition = pending > 0 && commit.disposition.isParking ? .running : commit.disposition
        if disposition != .running {
            let statement = try statement(Self.updateStanding).bind(commit.id).bind(pending)
            Standing(disposition, at: commit.at, lease: lease).bind(to: statement)
            try statement.run()
        } else if pending != before {
            try statement(Self.updatePending).bind(pending).bind(commit.id).run()
        }
        if isEnd, let slot = driven.slot { try vacate(slot, of: commit.id, at: commit.at) }
        return pending > 0 ? try connection.signals(of: commit.id) : []
    }

    func validate(_ commit: Commit) throws(VerbFailure) {
        do throws(JournalError) {
            try commit.validate()
        } catch {
            throw .refused(error)
        }
    }

    private struct Driven {
        let status: Int64
        let owner: Int64?
        /// How many signals it has not consumed.
        let pending: Int
        let next: Int
        /// Of an execution that was admitted to one.
        let slot: String?
        let hasWaits: Bool
        let hasApprovals: Bool
        let origin: TallyOrigin
    }

    /// Compares what the commit expects with what is there.
    private func driven(by lease: Lease, before commit: Commit) throws(VerbFailure) -> Driven {
        let found = try statement(Self.selectDriven).bind(commit.id).first { row in
            Driven(
                status: row.integer(0), owner: row.optionalInteger(1), pending: row.int(2), next: row.int(3) + 1,
                slot: row.optionalText(4), hasWaits: row.int(5) != 0, hasApprovals: row.int(6) != 0,
                origin: TallyOrigin(workflow: row.integer(7), trigger: row.integer(8), startedAt: row.timestamp(9)))
        }
        guard let found else { throw .refused(.conflict("there is no execution \(commit.id)")) }
        guard found.status == ExecutionStatus.running.code, found.owner == lease.token else {
            throw .refused(.conflict("the execution \(commit.id) is not driven by this lease"))
        }
        guard found.next == commit.number else {
            throw .refused(
                .conflict("the next record of \(commit.id) has the number \(found.next), not \(commit.number)"))
        }
        return found
    }

    /// - Returns: how many signals are left.
    private func consume(_ last: Int64?, of id: ExecutionID, pending: Int) throws(VerbFailure) -> Int {
        guard let last, pending > 0 else { return pending }
        try statement(Self.deleteSignals).bind(id).bind(last).run()
        return pending - connection.lastChanges
    }
}

extension Disposition {
    /// Whether nobody drives the execution until something comes.
    fileprivate var isParking: Bool {
        switch self {
        case .waiting, .paused: true
        case .running, .runnable, .deadLetter, .ended: false
        }
    }
}
