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
        UPDATE executions SET status = 0, owner = NULL, runnable_since = ?2, takeovers = takeovers + ?3
        WHERE owner = ?1
        """)
    private static let selectSignalled = Query(
        .select, "executions", "SELECT id FROM executions WHERE owner = ? AND pending > 0 ORDER BY id LIMIT 1000")

    func acquire(holder: String, now: Timestamp, until: Timestamp, takingAll: Bool) throws(VerbFailure) -> Acquisition {
        try statement(Self.insertLease).bind(holder).bind(until).run()
        let lease = Lease(token: connection.lastInsertedKey)
        return Acquisition(lease: lease, takenOver: try takeOver(for: lease, now: now, takingAll: takingAll))
    }

    func renew(_ lease: Lease, now: Timestamp, until: Timestamp) throws(VerbFailure) -> Renewal {
        try check(lease)
        try statement(Self.extendLease).bind(until).bind(lease.token).run()
        let takenOver = try takeOver(for: lease, now: now, takingAll: false)
        var signalled: [ExecutionID] = []
        try statement(Self.selectSignalled).bind(lease.token).run {
            signalled.append(ExecutionID(rawValue: $0.integer(0)))
        }
        return Renewal(signalled: signalled, takenOver: takenOver)
    }

    func release(_ lease: Lease, now: Timestamp) throws(VerbFailure) {
        try check(lease)
        _ = try end(lease.token, now: now, countsAsTakeover: false)
        forgetLeases()
    }

    /// Ends the dead leases. - Returns: how many executions they drove.
    private func takeOver(for lease: Lease, now: Timestamp, takingAll: Bool) throws(VerbFailure) -> Int {
        var dead: [Int64] = []
        try statement(Self.selectOthers).bind(lease.token).bind(now).bind(takingAll ? 1 : 0).run {
            dead.append($0.integer(0))
        }
        guard !dead.isEmpty else { return 0 }
        var count = 0
        for token in dead { count += try end(token, now: now, countsAsTakeover: true) }
        forgetLeases()
        return count
    }

    private func end(_ token: Int64, now: Timestamp, countsAsTakeover: Bool) throws(VerbFailure) -> Int {
        try statement(Self.handBack).bind(token).bind(now).bind(countsAsTakeover ? 1 : 0).run()
        let count = connection.lastChanges
        try statement(Self.deleteLease).bind(token).run()
        return count
    }
}
