import Workflow

extension Connection {
    // The index holds all that is asked for.
    private static let countRunnable = Query(
        .select, "executions",
        """
        SELECT count(*), min(runnable_since) FROM executions INDEXED BY executions_rank
        WHERE runnable_since IS NOT NULL
        """)
    private static let countActive = count(from: "executions INDEXED BY executions_active WHERE status < 4")
    private static let countHeld = count(
        from: "executions INDEXED BY executions_slot WHERE slot IS NOT NULL AND held = 1")
    // Said in the words of the partial index too, or SQLite would not use it.
    private static let countDeadLetters = count(
        from: "executions INDEXED BY executions_active WHERE status = -1 AND status < 4")
    private static let countApprovals = Query(
        .select, "approvals",
        """
        SELECT w.id, a.count, a.oldest FROM (
            SELECT workflow, count(*) AS count, min(requested_at) AS oldest FROM approvals GROUP BY workflow
        ) a JOIN workflows w ON w.key = a.workflow
        """)

    private static let measureSpace = Query(
        .other, "transaction",
        """
        SELECT page_count * page_size, freelist_count * page_size
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size
        """)

    /// Counts executions by workflow.
    private static func count(from source: String) -> Query {
        Query(
            .select, "executions",
            """
            SELECT w.id, c.count FROM (SELECT workflow, count(*) AS count FROM \(source) GROUP BY workflow) c
            JOIN workflows w ON w.key = c.workflow
            """)
    }

    func statistics() throws(VerbFailure) -> JournalStatistics {
        var statistics = JournalStatistics(runnable: 0, oldestRunnable: nil, active: [:])
        try statement(Self.countRunnable).run { row in
            statistics.runnable = row.int(0)
            statistics.oldestRunnable = row.optionalTimestamp(1)
        }
        statistics.active = try counts(Self.countActive)
        statistics.held = try counts(Self.countHeld)
        statistics.deadLetters = try counts(Self.countDeadLetters)
        try statement(Self.countApprovals).run { row in
            statistics.approvals[row.text(0)] = JournalStatistics.PendingApprovals(
                count: row.int(1), oldest: row.timestamp(2))
        }
        try statement(Self.measureSpace).run { row in
            statistics.space = JournalStatistics.Space(size: row.int(0), free: row.int(1))
        }
        return statistics
    }

    private func counts(_ query: Query) throws(VerbFailure) -> [String: Int] {
        var counts: [String: Int] = [:]
        try statement(query).run { counts[$0.text(0)] = $0.int(1) }
        return counts
    }
}
