import Workflow

/// A signal that has no number yet.
struct NewSignal {
    let kind: Int64
    let at: Timestamp
    var event: Int64?
    var wait: String?
    var reason: String?
}

extension WriteSession {
    private static let selectEnd = Query(.select, "executions", "SELECT status, result FROM executions WHERE id = ?")
    // A waiting (2) or paused (3) execution becomes queued (0).
    private static let countSignal = Query(
        .update, "executions",
        """
        UPDATE executions SET signalled = signalled + 1, pending = pending + 1, wake_at = NULL,
            runnable_since = CASE WHEN status IN (2, 3) THEN ?2 ELSE runnable_since END,
            status = CASE WHEN status IN (2, 3) THEN 0 ELSE status END
        WHERE id = ?1 RETURNING signalled, status, owner
        """)
    private static let insertSignal = Query(
        .insert, "signals",
        "INSERT INTO signals (execution, number, kind, at, event, wait, reason) VALUES (?, ?, ?, ?, ?, ?, ?)")

    func signal(_ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp) throws(VerbFailure) -> SignalReceipt {
        var signal = NewSignal(kind: kind.code, at: now)
        switch kind {
        case .event: throw .refused(.conflict("events are delivered by ingest"))
        case .cancel(let reason), .terminate(let reason): signal.reason = reason
        case .message: throw .refused(.unavailable("not built yet"))
        case .pause, .resume: break
        }
        let end = try statement(Self.selectEnd).bind(id).first { row throws(VerbFailure) -> ExecutionResult? in
            row.integer(0) == ExecutionStatus.ended.code ? try row.decoded(1, \.code) : nil
        }
        guard let end else { return .unknown }
        if let result = end { return .ended(result) }
        return .stored(driver: try leave(signal, for: id).owner)
    }

    /// Stores a signal for an execution that has not ended.
    func leave(
        _ signal: NewSignal, for id: ExecutionID
    ) throws(VerbFailure) -> (status: ExecutionStatus, owner: Int64?) {
        var left: (number: Int64, status: ExecutionStatus, owner: Int64?)?
        try statement(Self.countSignal).bind(id).bind(signal.at).run { row throws(VerbFailure) in
            left = (row.integer(0), try row.decoded(1, \.code), row.optionalInteger(2))
        }
        guard let left else { throw .refused(.corrupt("a wait belongs to no execution: \(id)")) }
        try statement(Self.insertSignal)
            .bind(id).bind(left.number).bind(signal.kind).bind(signal.at)
            .bind(signal.event).bind(signal.wait).bind(signal.reason).run()
        return (left.status, left.owner)
    }
}
