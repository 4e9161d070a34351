import Workflow

extension WriteSession {
    private static let selectWorkflows = Query(.select, "workflows", "SELECT key, id FROM workflows ORDER BY id")
    private static let selectWorkflow = Query(.select, "workflows", "SELECT key FROM workflows WHERE id = ?")
    private static let selectOldestKept = Query(
        .select, "executions", "SELECT id FROM executions WHERE workflow = ? ORDER BY id DESC LIMIT 1 OFFSET ?")
    private static let selectEnded = Query(
        .select, "executions",
        """
        SELECT id, event FROM executions INDEXED BY executions_ended
        WHERE workflow = ? AND ended_at IS NOT NULL AND ended_at < ? AND id < ? ORDER BY ended_at, id LIMIT ?
        """)
    private static let deleteRecords = Query(.delete, "records", "DELETE FROM records WHERE execution = ?")
    private static let deleteExecution = Query(.delete, "executions", "DELETE FROM executions WHERE id = ?")

    /// An ended execution has neither waits nor signals nor approvals.
    func purge(_ purge: Purge) throws(VerbFailure) -> Purged {
        var purged = Purged(executions: 0, events: 0)
        var orphans: Set<Int64> = []
        for workflow in try workflows(of: purge) where purged.executions < purge.limit {
            let ended = try ended(of: workflow, purge, limit: purge.limit - purged.executions)
            for (id, event) in ended {
                try statement(Self.deleteRecords).bind(id).run()
                try statement(Self.deleteExecution).bind(id).run()
                orphans.insert(event)
            }
            purged.executions += ended.count
        }
        if let time = purge.talliesBefore { try deleteTallies(before: time) }
        purged.events = try settle(orphans, receivedBefore: purge.forgettingEventsBefore)
        if let time = purge.forgettingEventsBefore, purge.limit > 0 {
            purged.events += try deleteIdle(receivedBefore: time, limit: purge.limit)
        }
        purged.reclaimed = try reclaim(bytes: purge.reclaiming)
        return purged
    }

    private func workflows(of purge: Purge) throws(VerbFailure) -> [Int64] {
        var keys: [Int64] = []
        if let workflow = purge.workflow {
            guard !purge.except.contains(workflow) else { return [] }
            try statement(Self.selectWorkflow).bind(workflow).run { keys.append($0.integer(0)) }
        } else {
            try statement(Self.selectWorkflows).run { row in
                if purge.except.isEmpty || !purge.except.contains(row.text(1)) { keys.append(row.integer(0)) }
            }
        }
        return keys
    }

    private func ended(
        of workflow: Int64, _ purge: Purge, limit: Int
    ) throws(VerbFailure) -> [(id: ExecutionID, event: Int64)] {
        var bound = Int64.max
        if let kept = purge.keepLast, kept > 0 {
            guard kept < .max else { return [] }
            let oldest = try statement(Self.selectOldestKept).bind(workflow).bind(kept - 1).first { $0.integer(0) }
            guard let oldest else { return [] }
            bound = oldest
        }
        var ended: [(id: ExecutionID, event: Int64)] = []
        try statement(Self.selectEnded)
            .bind(workflow).bind(purge.endedBefore?.microseconds ?? .max).bind(bound).bind(limit)
            .run { ended.append((ExecutionID(rawValue: $0.integer(0)), $0.integer(1))) }
        return ended
    }

    // Events

    private static let selectEvent = Query(
        .select, "events", "SELECT executions, received_at, name FROM events WHERE key = ?")
    private static let selectExecution = Query(.select, "executions", "SELECT 1 FROM executions WHERE id = ?")
    private static let updateStarted = Query(.update, "events", "UPDATE events SET executions = ? WHERE key = ?")
    private static let deleteEvent = Query(.delete, "events", "DELETE FROM events WHERE key = ?")
    private static let selectIdle = Query(
        .select, "events",
        """
        SELECT key, name, received_at FROM events INDEXED BY events_idle WHERE executions = x'' AND received_at < ?
            AND key NOT IN (SELECT event FROM signals WHERE event IS NOT NULL)
        ORDER BY received_at, key LIMIT ?
        """)

    /// Removes from events the executions that have gone.
    ///
    /// An event without executions stands in an index, where a later purge finds it when it is old enough and no signal
    /// refers to it; most that are old go here already.
    /// - Returns: how many events went.
    private func settle(_ events: Set<Int64>, receivedBefore time: Timestamp?) throws(VerbFailure) -> Int {
        guard !events.isEmpty else { return 0 }
        let awaited = time == nil ? [] : try awaitedEvents()
        var count = 0
        for key in events {
            let event = try statement(Self.selectEvent).bind(key).first { row in
                (executions: IDList.decode(row.bytes(0)), receivedAt: row.timestamp(1), name: row.text(2))
            }
            guard let event else { continue }
            var left: [ExecutionID] = []
            for id in event.executions where try statement(Self.selectExecution).bind(id).first({ _ in true }) != nil {
                left.append(id)
            }
            if left.isEmpty, let time, event.receivedAt < time, !awaited.contains(key) {
                try delete(event: key, event.name, event.receivedAt)
                count += 1
            } else {
                try statement(Self.updateStarted).bind(IDList.encode(left)).bind(key).run()
            }
        }
        return count
    }

    private static let selectAwaited = Query(
        .select, "signals", "SELECT DISTINCT event FROM signals WHERE event IS NOT NULL")

    /// Events that signals refer to which no execution has consumed.
    private func awaitedEvents() throws(VerbFailure) -> Set<Int64> {
        var keys: Set<Int64> = []
        try statement(Self.selectAwaited).run { keys.insert($0.integer(0)) }
        return keys
    }

    private func deleteIdle(receivedBefore time: Timestamp, limit: Int) throws(VerbFailure) -> Int {
        var idle: [(key: Int64, name: String, receivedAt: Timestamp)] = []
        try statement(Self.selectIdle).bind(time).bind(limit).run { row in
            idle.append((row.integer(0), row.text(1), row.timestamp(2)))
        }
        for event in idle { try delete(event: event.key, event.name, event.receivedAt) }
        return idle.count
    }

    private static let insertForgotten = Query(
        .insert, "forgotten",
        """
        INSERT INTO forgotten (only, received_at) VALUES (1, ?)
        ON CONFLICT (only) DO UPDATE SET received_at = max(received_at, excluded.received_at)
        """)

    private func delete(event key: Int64, _ name: String, _ receivedAt: Timestamp) throws(VerbFailure) {
        try statement(Self.deleteEvent).bind(key).run()
        if name == Schedule.eventName { try statement(Self.insertForgotten).bind(receivedAt).run() }
    }

    // Space

    private static let pageSize = 4_096
    /// No purge takes more pages.
    private static let pageLimit = 10_000
    private static let countFree = Query(.other, "transaction", "PRAGMA freelist_count")

    /// Makes the file smaller, at the next checkpoint. One that was made before schema 3 keeps its free pages.
    private func reclaim(bytes: Int) throws(VerbFailure) -> Int {
        let pages = min(max(bytes, 0) / Self.pageSize, Self.pageLimit)
        // The pragma would take 0 for all.
        guard pages > 0 else { return 0 }
        let before = try statement(Self.countFree).first { $0.int(0) } ?? 0
        // The number is part of the text, so the statement is not kept.
        try Statement(Query(.other, "transaction", "PRAGMA incremental_vacuum(\(pages))"), in: connection).run()
        let after = try statement(Self.countFree).first { $0.int(0) } ?? 0
        return (before - after) * Self.pageSize
    }
}
