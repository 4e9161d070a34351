import Workflow

extension WriteSession {
    private static let selectRunnable = Query(
        .select, "executions",
        """
        SELECT id, runnable_since, runnable_since - priority * 30000000 FROM executions
        WHERE runnable_since IS NOT NULL AND strikes = 0
        ORDER BY runnable_since - priority * 30000000, runnable_since, priority, id LIMIT ?
        """)
    private static let selectSuspects = Query(
        .select, "executions",
        """
        SELECT id, runnable_since, runnable_since - priority * 30000000, strikes FROM executions
        WHERE runnable_since IS NOT NULL AND strikes > 0 AND strikes BETWEEN ? AND ? ORDER BY strikes, id LIMIT ?
        """)
    private static let selectWorst = Query(
        .select, "executions",
        "SELECT max(strikes) FROM executions WHERE runnable_since IS NOT NULL AND strikes > 0")
    private static let selectTrials = Query(
        .select, "executions",
        """
        SELECT max(strikes), count(*), min(trial_until) FROM executions
        WHERE trial_until > ?2 AND owner = ?1 AND struck_at = \(lastRecord)
        """)
    private static let selectDue = Query(
        .select, "executions",
        """
        SELECT id, wake_at, wake_at - priority * 30000000 FROM executions
        WHERE wake_at IS NOT NULL AND wake_at <= ? ORDER BY wake_at, id LIMIT ?
        """)
    private static let selectOne = Query(
        .select, "executions", "SELECT runnable_since, wake_at, priority FROM executions WHERE id = ?")
    private static let take = Query(
        .update, "executions",
        """
        UPDATE executions SET status = 1, owner = ?2, runnable_since = NULL, wake_at = NULL,
            trial_until = CASE WHEN strikes > 0 THEN ?3 END
        WHERE id = ?1
        """)
    private static let selectNextWake = Query(
        .select, "executions", "SELECT min(wake_at) FROM executions WHERE wake_at IS NOT NULL")

    /// No claim takes more, whatever its limit.
    private static let claimLimit = 10_000

    private struct Candidate {
        let id: ExecutionID
        /// Since when it is runnable, or its time has come.
        let since: Timestamp
        /// What comes before it.
        var rank: Timestamp

        var order: (Timestamp, Timestamp, ExecutionID) { (rank, since, id) }
    }

    func claim(only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease) throws(VerbFailure) -> Claim {
        try check(lease)
        let limit = min(max(limit, 0), Self.claimLimit)
        let candidates =
            if let only {
                try candidates(among: only, now: now)
            } else {
                try candidates(limit: limit + 1, now: now, lease: lease)
            }
        let trialEnd = now + DeadLetter.trial
        var executions: [StoredExecution] = []
        for candidate in candidates.prefix(limit) {
            try statement(Self.take).bind(candidate.id).bind(lease.token).bind(trialEnd).run()
            guard var execution = try claimed(candidate.id) else { continue }
            execution.runnableSince = candidate.since
            executions.append(execution)
        }
        let nextWake = try statement(Self.selectNextWake).first { $0.optionalTimestamp(0) } ?? nil
        let nextTrial = try worstSuspect() > 0 ? try trials(of: lease, now: now).end : nil
        return Claim(
            executions: executions, nextWake: [nextWake, nextTrial].compactMap { $0 }.min(),
            more: candidates.count > limit)
    }

    /// Nil for one that cannot be read, which is set aside: it would hold up all others each time.
    private func claimed(_ id: ExecutionID) throws(VerbFailure) -> StoredExecution? {
        do throws(VerbFailure) {
            return try connection.execution(id)
        } catch {
            guard case .refused(.corrupt(let what)) = error else { throw error }
            try statement(Self.setAside).bind("the journal cannot read it: \(what)").bind(id).run()
            return nil
        }
    }

    // Suspects

    /// The most deaths that count against one that is runnable; 0 when there is none.
    private func worstSuspect() throws(VerbFailure) -> Int {
        try statement(Self.selectWorst).first { $0.int(0) } ?? 0
    }

    /// Those that the lease has on trial: the most deaths, how many there are, and when the first trial ends.
    private func trials(
        of lease: Lease, now: Timestamp
    ) throws(VerbFailure) -> (deaths: Int, count: Int, end: Timestamp?) {
        try statement(Self.selectTrials).bind(lease.token).bind(now).first {
            ($0.int(0), $0.int(1), $0.optionalTimestamp(2))
        } ?? (0, 0, nil)
    }

    /// Those that there is room for on trial.
    private func suspects(limit: Int, now: Timestamp, lease: Lease) throws(VerbFailure) -> [Candidate] {
        let worst = try worstSuspect()
        guard worst > 0 else { return [] }
        let trials = try trials(of: lease, now: now)
        let deaths = DeadLetter.trialClass(deaths: trials.count > 0 ? trials.deaths : worst)
        let room = min(DeadLetter.trialSize(deaths: deaths) - trials.count, limit)
        guard room > 0 else { return [] }
        var suspects: [Candidate] = []
        let most = deaths == DeadLetter.trialClass(deaths: .max) ? Int.max : deaths
        try statement(Self.selectSuspects).bind(deaths).bind(most).bind(room).run {
            suspects.append(Self.candidate($0))
        }
        return suspects
    }

    private static func candidate(_ row: Row) -> Candidate {
        Candidate(id: ExecutionID(rawValue: row.integer(0)), since: row.timestamp(1), rank: row.timestamp(2))
    }

    private func candidates(limit: Int, now: Timestamp, lease: Lease) throws(VerbFailure) -> [Candidate] {
        var candidates = try suspects(limit: limit, now: now, lease: lease)
        try statement(Self.selectDue).bind(now).bind(limit).run { candidates.append(Self.candidate($0)) }
        let isMixed = !candidates.isEmpty
        try statement(Self.selectRunnable).bind(limit).run { candidates.append(Self.candidate($0)) }
        if isMixed {
            candidates.sort { $0.order < $1.order }
            candidates.removeLast(max(candidates.count - limit, 0))
        }
        return candidates
    }

    private func candidates(among ids: [ExecutionID], now: Timestamp) throws(VerbFailure) -> [Candidate] {
        var candidates: [Candidate] = []
        for id in Set(ids) {
            try statement(Self.selectOne).bind(id).run { row in
                let wake = row.optionalTimestamp(1).flatMap { $0 <= now ? $0 : nil }
                guard let since = row.optionalTimestamp(0) ?? wake else { return }
                let rank = Priority.rank(runnableSince: since, priority: row.int(2))
                candidates.append(Candidate(id: id, since: since, rank: rank))
            }
        }
        candidates.sort { $0.order < $1.order }
        return candidates
    }
}
