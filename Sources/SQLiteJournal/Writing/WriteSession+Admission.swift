import Workflow

extension WriteSession {
    private static let countAdmitted = Query(
        .select, "executions",
        "SELECT count(*) FROM (SELECT 1 FROM executions WHERE slot = ?1 AND held IS NULL LIMIT ?2)")
    private static let selectSlot = Query(
        .select, "executions", "SELECT id FROM executions WHERE slot = ? ORDER BY id")
    private static let selectOldestHeld = Query(
        .select, "executions", "SELECT id FROM executions WHERE slot = ? AND held = 1 ORDER BY id LIMIT 1")
    /// Of the newest that is held, and of the newest that is not.
    private static let selectNewestLimits = Query(
        .select, "executions",
        """
        SELECT * FROM (SELECT id, slot_limit FROM executions WHERE slot = ?1 AND held = 1 ORDER BY id DESC LIMIT 1)
        UNION ALL
        SELECT * FROM (SELECT id, slot_limit FROM executions WHERE slot = ?1 AND held IS NULL ORDER BY id DESC LIMIT 1)
        """)
    private static let leaveSlot = Query(.update, "executions", "UPDATE executions SET slot = NULL WHERE id = ?")
    private static let letIn = Query(
        .update, "executions", "UPDATE executions SET held = NULL, runnable_since = ? WHERE id = ?")

    /// Stores a new execution as far as there is room for it, and notes what became of it.
    func admit(
        _ new: NewExecution, event: Int64, _ lease: Lease, _ acceptance: inout Acceptance
    ) throws(VerbFailure) {
        let commit = new.commit
        guard let admission = new.admission, !commit.disposition.isEnd,
            !(try hasRoom(admission.slot, limit: admission.limit))
        else { return try insert(new, event: event, isHeld: false, lease) }
        switch admission.excess {
        case .skip:
            acceptance.skipped.append(commit.id)
            return
        case .cancelRunning: acceptance.signalled += try replaceAll(in: admission.slot, at: commit.at)
        case .queue: break
        }
        try insert(new, event: event, isHeld: true, lease)
        acceptance.held.append(commit.id)
    }

    private func hasRoom(_ slot: String, limit: Int) throws(VerbFailure) -> Bool {
        let limit = max(limit, 1)
        let count = try statement(Self.countAdmitted).bind(slot).bind(limit).first { $0.int(0) } ?? 0
        return count < limit
    }

    /// - Returns: those that were told to end.
    private func replaceAll(in slot: String, at: Timestamp) throws(VerbFailure) -> [ExecutionID] {
        var ids: [ExecutionID] = []
        try statement(Self.selectSlot).bind(slot).run { ids.append(ExecutionID(rawValue: $0.integer(0))) }
        let signal = try NewSignal(.cancel(reason: Admission.replaced), at: at)
        for id in ids { _ = try leave(signal, for: id) }
        return ids
    }

    /// An admitted execution has ended: lets in those that were held for it, by the limit that came last.
    ///
    /// By a lower one of theirs, those that newer ones may overtake would wait for ever.
    func vacate(_ slot: String, of id: ExecutionID, at: Timestamp) throws(VerbFailure) {
        try statement(Self.leaveSlot).bind(id).run()
        var newest = (id: Int64.min, limit: 1)
        try statement(Self.selectNewestLimits).bind(slot).run { row in
            if row.integer(0) > newest.id { newest = (row.integer(0), row.int(1)) }
        }
        while true {
            let oldest = try statement(Self.selectOldestHeld).bind(slot).first { ExecutionID(rawValue: $0.integer(0)) }
            guard let oldest, try hasRoom(slot, limit: newest.limit) else { return }
            try statement(Self.letIn).bind(at).bind(oldest).run()
        }
    }

    // Those that are skipped are not inserted, so that no constraint would find their ids to be taken.

    private static let selectEvent = Query(.select, "events", "SELECT 1 FROM events WHERE id = ?")
    private static let selectExecution = Query(.select, "executions", "SELECT 1 FROM executions WHERE id = ?")

    func checkThoseThatMayBeSkipped(_ arrivals: [Arrival]) throws(VerbFailure) {
        guard arrivals.contains(where: { $0.executions.contains { $0.admission?.excess == .skip } }) else { return }
        var arrived: Set<String> = []
        var born: Set<ExecutionID> = []
        for arrival in arrivals {
            let isKnown = try statement(Self.selectEvent).bind(arrival.event.id).first { _ in true } ?? false
            guard !isKnown, arrived.insert(arrival.event.id).inserted else { continue }
            for id in arrival.executions.map(\.commit.id) {
                let isTaken = try statement(Self.selectExecution).bind(id).first { _ in true } ?? false
                guard !isTaken, born.insert(id).inserted else {
                    throw .refused(.conflict("there is an execution \(id) already"))
                }
            }
        }
    }
}
