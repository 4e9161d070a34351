import Workflow

extension Connection {
    // The index holds all that is asked for. Grouping would sort: there may be millions.
    private static let countRunnable = Query(
        .select, "executions",
        """
        SELECT \(Priority.range.map(countRunnable).joined(separator: ", "))
        FROM executions INDEXED BY executions_rank WHERE runnable_since IS NOT NULL
        """)

    private static func countRunnable(of priority: Int) -> String {
        let isOfIt = "FILTER (WHERE priority = \(priority))"
        return "count(*) \(isOfIt), min(runnable_since) \(isOfIt)"
    }

    // Grouped as the index is ordered: they are counted in passing, however many there are.
    private static let countActive = Query(
        .select, "executions",
        """
        SELECT w.id, c.count, c.status FROM (
            SELECT status, workflow, count(*) AS count FROM executions INDEXED BY executions_active WHERE status < 4
            GROUP BY status, workflow
        ) c JOIN workflows w ON w.key = c.workflow
        """)
    private static let countHeld = Query(
        .select, "executions",
        """
        SELECT w.id, c.count FROM (
            SELECT workflow, count(*) AS count FROM executions INDEXED BY executions_slot
            WHERE slot IS NOT NULL AND held = 1 GROUP BY workflow
        ) c JOIN workflows w ON w.key = c.workflow
        """)
    private static let countApprovals = Query(
        .select, "approvals",
        """
        SELECT w.id, a.count, a.oldest FROM (
            SELECT workflow, count(*) AS count, min(requested_at) AS oldest FROM approvals GROUP BY workflow
        ) a JOIN workflows w ON w.key = a.workflow
        """)

    private static let selectForgotten = Query(.select, "forgotten", "SELECT received_at FROM forgotten")

    private static let measureSpace = Query(
        .other, "transaction",
        """
        SELECT page_count * page_size, freelist_count * page_size
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size
        """)

    func statistics() throws(VerbFailure) -> JournalStatistics {
        var statistics = JournalStatistics()
        try statement(Self.countRunnable).run { row in
            for (priority, column) in zip(Priority.range, stride(from: Int32(0), to: .max, by: 2)) {
                guard let oldest = row.optionalTimestamp(column + 1) else { continue }
                statistics.runnable[priority] = .init(count: row.int(column), oldest: oldest)
            }
        }
        try statement(Self.countActive).run { row in
            let (workflow, count) = (row.text(0), row.int(1))
            statistics.active[workflow, default: 0] += count
            if row.integer(2) == ExecutionStatus.deadLetter.code { statistics.deadLetters[workflow] = count }
        }
        try statement(Self.countHeld).run { statistics.held[$0.text(0)] = $0.int(1) }
        try statement(Self.countApprovals).run { row in
            statistics.approvals[row.text(0)] = .init(count: row.int(1), oldest: row.timestamp(2))
        }
        statistics.forgottenOccurrence = try statement(Self.selectForgotten).first { $0.timestamp(0) }
        try statement(Self.measureSpace).run { row in
            statistics.space = JournalStatistics.Space(size: row.int(0), free: row.int(1))
        }
        return statistics
    }
}
