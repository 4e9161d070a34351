import Workflow

extension WriteSession {
    private static let selectRunnable = Query(
        .select, "executions",
        """
        SELECT id, runnable_since FROM executions WHERE runnable_since IS NOT NULL
        ORDER BY runnable_since - priority * 30000000, runnable_since, id LIMIT ?
        """)
    private static let selectDue = Query(
        .select, "executions",
        "SELECT id, wake_at FROM executions WHERE wake_at IS NOT NULL AND wake_at <= ? ORDER BY wake_at, id LIMIT ?")
    private static let selectOne = Query(
        .select, "executions", "SELECT runnable_since, wake_at, priority FROM executions WHERE id = ?")
    private static let take = Query(
        .update, "executions",
        "UPDATE executions SET status = 1, owner = ?2, runnable_since = NULL, wake_at = NULL WHERE id = ?1")
    private static let selectNextWake = Query(
        .select, "executions", "SELECT min(wake_at) FROM executions WHERE wake_at IS NOT NULL")

    /// No claim takes more, whatever its limit.
    private static let claimLimit = 10_000

    private struct Candidate {
        let id: ExecutionID
        let since: Timestamp
        /// Waiting, and its time has come.
        let isDue: Bool

        init(id: ExecutionID, since: Timestamp, isDue: Bool) {
            self.id = id
            self.since = since
            self.isDue = isDue
        }

        init(_ row: Row, isDue: Bool) {
            self.init(id: ExecutionID(rawValue: row.integer(0)), since: row.timestamp(1), isDue: isDue)
        }
    }

    func claim(only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease) throws(VerbFailure) -> Claim {
        try check(lease)
        let limit = min(max(limit, 0), Self.claimLimit)
        let candidates =
            if let only { try candidates(among: only, now: now) } else { try candidates(limit: limit + 1, now: now) }
        var executions: [StoredExecution] = []
        for candidate in candidates.prefix(limit) {
            try statement(Self.take).bind(candidate.id).bind(lease.token).run()
            guard var execution = try connection.execution(candidate.id) else { continue }
            execution.runnableSince = candidate.since
            executions.append(execution)
        }
        let nextWake = try statement(Self.selectNextWake).first { $0.optionalTimestamp(0) } ?? nil
        return Claim(executions: executions, nextWake: nextWake, more: candidates.count > limit)
    }

    private func candidates(limit: Int, now: Timestamp) throws(VerbFailure) -> [Candidate] {
        var candidates: [Candidate] = []
        try statement(Self.selectRunnable).bind(limit).run { row in
            candidates.append(Candidate(row, isDue: false))
        }
        guard candidates.count < limit else { return candidates }
        try statement(Self.selectDue).bind(now).bind(limit - candidates.count).run { row in
            candidates.append(Candidate(row, isDue: true))
        }
        return candidates
    }

    private func candidates(among ids: [ExecutionID], now: Timestamp) throws(VerbFailure) -> [Candidate] {
        var candidates: [(rank: Timestamp, candidate: Candidate)] = []
        for id in Set(ids) {
            try statement(Self.selectOne).bind(id).run { row in
                if let since = row.optionalTimestamp(0) {
                    let rank = Priority.rank(runnableSince: since, priority: row.int(2))
                    candidates.append((rank, Candidate(id: id, since: since, isDue: false)))
                } else if let wake = row.optionalTimestamp(1), wake <= now {
                    candidates.append((wake, Candidate(id: id, since: wake, isDue: true)))
                }
            }
        }
        candidates.sort { left, right in
            (left.candidate.isDue ? 1 : 0, left.rank, left.candidate.since, left.candidate.id)
                < (right.candidate.isDue ? 1 : 0, right.rank, right.candidate.since, right.candidate.id)
        }
        return candidates.map(\.candidate)
    }
}
