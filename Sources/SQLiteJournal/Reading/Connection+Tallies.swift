import Workflow

extension Connection {
    private static let columns = "start, workflow, step, outcome, started_by, error, buckets, microseconds, last_at"
    private static let selectNames = Query(.select, "workflows", "SELECT key, id FROM workflows")

    /// - Parameter workflow: the key of the one workflow; nil for all. One takes a look for each hour or day: the table has
    ///   those of all workflows beside one another.
    static func select(_ subject: TallyQuery.Subject, of workflow: Int64?) -> Query {
        let start = workflow == nil ? "tallies.start >= ?2 AND tallies.start < ?3" : "tallies.start = numbers.number"
        return Query(
            .select, "tallies",
            """
            \(workflow == nil ? "" : numbers)
            SELECT \(columns) FROM \(workflow == nil ? "tallies" : "numbers CROSS JOIN tallies")
            WHERE span = ?1 AND \(start) \(workflow.map { "AND workflow = \($0)" } ?? "")
                AND step \(subject == .executions ? "=" : "<>") ''
            """)
    }

    /// The hours or days that are asked for and of which there may be tallies.
    private static let numbers = """
        WITH RECURSIVE
        known (first, next) AS (
            SELECT max(?2, (SELECT min(start) FROM tallies WHERE span = ?1)),
                min(?3, (SELECT max(start) + 1 FROM tallies WHERE span = ?1))
        ),
        numbers (number) AS (
            SELECT first FROM known WHERE first < next
            UNION ALL SELECT number + 1 FROM numbers, known WHERE number + 1 < next
        )
        """

    func tallies(_ query: TallyQuery) throws(VerbFailure) -> [Tally] {
        let names = try names(of: query.workflow)
        guard !names.isEmpty else { return [] }
        // The text differs from query to query, so the statement is not kept.
        let only = query.workflow == nil ? nil : names.keys.first
        let statement = try Statement(Self.select(query.subject, of: only), in: self)
        let isByTime = query.interval != nil
        // Each hour or day has rows of its own; over the whole time those of a key are added up.
        var byTime: [(key: TallySum<TallyKey>.Place, value: TallyLedger.Entry)] = []
        var sum = TallySum<TallyKey>()
        var ends: [TallyKey: Tally.End] = [:]
        for piece in query.pieces {
            statement.bind(piece.interval.code).bind(piece.numbers.lowerBound).bind(piece.numbers.upperBound)
            try statement.run { row throws(VerbFailure) in
                let place = TallySum<TallyKey>.Place(number: isByTime ? row.integer(0) : nil, key: Self.key(row))
                if ends[place.key] == nil { ends[place.key] = try place.key.end() }
                if isByTime {
                    var entry = TallyLedger.Entry()
                    try entry.add(row, last: row.timestamp(8))
                    byTime.append((place, entry))
                } else {
                    try sum.entries[place, default: .init()].add(row, last: row.timestamp(8))
                }
            }
        }
        func name(_ key: TallyKey) -> (workflow: String, end: Tally.End)? {
            ends[key].flatMap { end in names[key.workflow].map { (workflow: $0, end: end) } }
        }
        return isByTime
            ? TallySum.tallies(of: byTime, query, name) : TallySum.tallies(of: sum.entries, query, name)
    }

    /// The ids of the workflows, or of this one, by their keys.
    private func names(of workflow: String?) throws(VerbFailure) -> [Int64: String] {
        var names: [Int64: String] = [:]
        try statement(Self.selectNames).run { row in
            let name = row.text(1)
            if workflow == nil || workflow == name { names[row.integer(0)] = name }
        }
        return names
    }

    private static func key(_ row: Row) -> TallyKey {
        TallyKey(
            workflow: row.integer(1), step: row.text(2), outcome: row.integer(3), trigger: row.integer(4),
            error: row.integer(5))
    }
}

extension TallySum<TallyKey>.Entry {
    fileprivate mutating func add(_ row: Row, last: Timestamp) throws(VerbFailure) {
        try durations.add(row, buckets: 6, microseconds: 7)
        self.last = max(self.last, last)
    }
}
