import Workflow

extension WriteSession {
    private static let insertLease = Query(
        .insert, "leases", "INSERT INTO leases (holder, expires_at) VALUES (?, ?)")
    private static let extendLease = Query(.update, "leases", "UPDATE leases SET expires_at = ? WHERE token = ?")
    private static let deleteLease = Query(.delete, "leases", "DELETE FROM leases WHERE token = ?")
    private static let selectOthers = Query(
        .select, "leases", "SELECT token FROM leases WHERE token <> ?1 AND (?3 OR expires_at < ?2) ORDER BY token")
    private static let handBack = Query(
        .update, "executions",
        """
        UPDATE executions SET status = 0, owner = NULL, runnable_since = ?2, trial_until = NULL,
            strikes = CASE WHEN struck_at = \(lastRecord) THEN strikes ELSE 0 END
        WHERE owner = ?1
        """)
    private static let endTrials = Query(
        .update, "executions", "UPDATE executions SET trial_until = NULL WHERE trial_until <= ?2 AND owner = ?1")
    // Deaths are counted from the last record on: a commit need not touch the count.
    private static let takeAway = Query(
        .update, "executions",
        """
        UPDATE executions SET status = 0, owner = NULL, runnable_since = ?2, takeovers = takeovers + 1,
            strikes = CASE WHEN struck_at IS NOT \(lastRecord) OR strikes = 0 THEN ?3 + 1
                WHEN trial_until IS NOT NULL OR ?3 > 0 THEN max(strikes, ?3) + 1 ELSE strikes END,
            struck_at = \(lastRecord), trial_until = NULL
        WHERE owner = ?1 RETURNING id, strikes
        """)
    private static let selectOwned = Query(.select, "executions", "SELECT 1 FROM executions WHERE owner = ? LIMIT 2")
    static let setAside = Query(
        .update, "executions",
        "UPDATE executions SET status = -1, owner = NULL, runnable_since = NULL, reason = ? WHERE id = ?")
    private static let selectSignalled = Query(
        .select, "executions", "SELECT id FROM executions WHERE owner = ? AND pending > 0 ORDER BY id LIMIT 1000")

    func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) throws(VerbFailure) -> Acquisition {
        try statement(Self.insertLease).bind(holder).bind(until).run()
        let lease = Lease(token: connection.lastInsertedKey)
        let taken = try takeOver(for: lease, now: now, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
        return Acquisition(lease: lease, takenOver: taken.runnable, deadLettered: taken.setAside)
    }

    func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) throws(VerbFailure) -> Renewal {
        try check(lease)
        try statement(Self.extendLease).bind(until).bind(lease.token).run()
        try statement(Self.endTrials).bind(lease.token).bind(now).run()
        let taken = try takeOver(for: lease, now: now, takingAll: false, deadLetterAfter: deadLetterAfter)
        var signalled: [ExecutionID] = []
        try statement(Self.selectSignalled).bind(lease.token).run {
            signalled.append(ExecutionID(rawValue: $0.integer(0)))
        }
        return Renewal(signalled: signalled, takenOver: taken.runnable, deadLettered: taken.setAside)
    }

    func release(_ lease: Lease, now: Timestamp) throws(VerbFailure) {
        try check(lease)
        try statement(Self.handBack).bind(lease.token).bind(now).run()
        try statement(Self.deleteLease).bind(lease.token).run()
        forgetLeases()
    }

    /// What became of the executions that dead leases drove.
    private struct Taken {
        var runnable = 0
        var setAside: [ExecutionID] = []
    }

    /// Ends the dead leases.
    private func takeOver(
        for lease: Lease, now: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) throws(VerbFailure) -> Taken {
        var dead: [Int64] = []
        try statement(Self.selectOthers).bind(lease.token).bind(now).bind(takingAll ? 1 : 0).run {
            dead.append($0.integer(0))
        }
        var taken = Taken()
        guard !dead.isEmpty else { return taken }
        for token in dead { try end(token, now: now, deadLetterAfter: deadLetterAfter, &taken) }
        taken.setAside.sort()
        forgetLeases()
        return taken
    }

    private func end(
        _ token: Int64, now: Timestamp, deadLetterAfter: Int, _ taken: inout Taken
    ) throws(VerbFailure) {
        var owned = 0
        try statement(Self.selectOwned).bind(token).run { _ in owned += 1 }
        let head = owned == 1 ? DeadLetter.headStart(limit: deadLetterAfter) : 0
        var condemned: [(id: ExecutionID, deaths: Int)] = []
        try statement(Self.takeAway).bind(token).bind(now).bind(head).run { row in
            let deaths = row.int(1)
            if deaths < max(deadLetterAfter, 1) {
                taken.runnable += 1
            } else {
                condemned.append((ExecutionID(rawValue: row.integer(0)), deaths))
            }
        }
        for (id, deaths) in condemned {
            try statement(Self.setAside).bind(DeadLetter.reason(deaths: deaths)).bind(id).run()
            taken.setAside.append(id)
        }
        try statement(Self.deleteLease).bind(token).run()
    }
}
