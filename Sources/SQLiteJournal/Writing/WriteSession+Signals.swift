import Workflow

/// A signal that has no number yet.
struct NewSignal {
    let kind: Int64
    let at: Timestamp
    /// What it does to an execution that nobody drives.
    let effect: Effect
    var event: Int64?
    var wait: String?
    var reason: String?
    var body: [UInt8]?

    enum Effect {
        /// One that waits or is paused goes on.
        case news
        /// One that was set aside goes on too.
        case resumption
        /// All go on, those that are held among them.
        case end
    }

    /// An event matched a wait.
    init(event: Int64, wait: String, at: Timestamp) {
        kind = 0
        effect = .news
        self.at = at
        self.event = event
        self.wait = wait
    }

    init(_ kind: Signal.Kind, at: Timestamp) throws(VerbFailure) {
        self.kind = kind.code
        self.at = at
        var effect = Effect.news
        switch kind {
        case .event: throw .refused(.conflict("events are delivered by ingest"))
        case .message(let key, let body):
            wait = key
            self.body = body
        case .pause: break
        case .resume(let data):
            effect = .resumption
            body = data
        case .cancel(let reason), .terminate(let reason):
            effect = .end
            self.reason = reason
        }
        self.effect = effect
    }
}

extension WriteSession {
    private static let selectEnd = Query(.select, "executions", "SELECT status, result FROM executions WHERE id = ?")
    // A waiting (2) or paused (3) execution becomes queued (0); an ended one (4) gets nothing.
    private static let countSignal = Query(
        .update, "executions",
        """
        UPDATE executions SET signalled = signalled + 1, pending = pending + 1, wake_at = NULL,
            runnable_since = CASE WHEN status IN (2, 3) THEN ?2 ELSE runnable_since END,
            status = CASE WHEN status IN (2, 3) THEN 0 ELSE status END
        WHERE id = ?1 AND status <> 4 RETURNING signalled, status, owner, held
        """)
    // One that was set aside (-1) too; when ?3 says so, one that is held, which needs its place no more.
    private static let countSteering = Query(
        .update, "executions",
        """
        UPDATE executions SET signalled = signalled + 1, pending = pending + 1, wake_at = NULL, reason = NULL,
            runnable_since =
                CASE WHEN status IN (2, 3, -1) OR (?3 AND held IS NOT NULL) THEN ?2 ELSE runnable_since END,
            status = CASE WHEN status IN (2, 3, -1) THEN 0 ELSE status END,
            strikes = CASE WHEN status = -1 AND NOT ?3 THEN 0 ELSE strikes END,
            slot = CASE WHEN ?3 AND held IS NOT NULL THEN NULL ELSE slot END,
            held = CASE WHEN ?3 THEN NULL ELSE held END
        WHERE id = ?1 AND status <> 4 RETURNING signalled, status, owner, held
        """)
    private static let insertSignal = Query(
        .insert, "signals",
        "INSERT INTO signals (execution, number, kind, at, event, wait, reason, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")

    func signal(_ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp) throws(VerbFailure) -> SignalReceipt {
        let signal = try NewSignal(kind, at: now)
        let end = try statement(Self.selectEnd).bind(id).first { row throws(VerbFailure) -> ExecutionResult? in
            row.integer(0) == ExecutionStatus.ended.code ? try row.decoded(1, \.code) : nil
        }
        guard let end else { return .unknown }
        if let result = end { return .ended(result) }
        return .stored(driver: try leave(signal, for: id)?.owner)
    }

    /// Leaves what a commit sends. Targets that are unknown or have ended are passed over.
    /// - Returns: how many signals the commit's own execution got.
    func send(_ sent: [OutgoingSignal], from commit: Commit) throws(VerbFailure) -> Int {
        var count = 0
        for outgoing in sent {
            let signal = try NewSignal(outgoing.kind, at: commit.at)
            for id in try targets(of: outgoing) {
                if try leave(signal, for: id) != nil, id == commit.id { count += 1 }
            }
        }
        return count
    }

    private static let selectStarted = Query(.select, "events", "SELECT executions FROM events WHERE id = ?")

    private func targets(of outgoing: OutgoingSignal) throws(VerbFailure) -> [ExecutionID] {
        switch outgoing.target {
        case .execution(let id): [id]
        case .startedBy(let event):
            try statement(Self.selectStarted).bind(event).first { IDList.decode($0.bytes(0)) } ?? []
        }
    }

    /// An execution that a signal has been left for.
    struct Target {
        let number: Int64
        let isRunnable: Bool
        let owner: Int64?
    }

    /// Stores a signal for an execution; nil when it is unknown or has ended.
    func leave(_ signal: NewSignal, for id: ExecutionID) throws(VerbFailure) -> Target? {
        let statement =
            switch signal.effect {
            case .news: try statement(Self.countSignal).bind(id).bind(signal.at)
            case .resumption: try statement(Self.countSteering).bind(id).bind(signal.at).bind(0)
            case .end: try statement(Self.countSteering).bind(id).bind(signal.at).bind(1)
            }
        let target = try statement.first { row in
            Target(
                number: row.integer(0), isRunnable: row.integer(1) == ExecutionStatus.queued.code && row.isNull(3),
                owner: row.optionalInteger(2))
        }
        guard let target else { return nil }
        try self.statement(Self.insertSignal)
            .bind(id).bind(target.number).bind(signal.kind).bind(signal.at)
            .bind(signal.event).bind(signal.wait).bind(signal.reason).bind(signal.body).run()
        return target
    }
}
