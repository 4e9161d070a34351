import Workflow

extension Connection {
    private static let columns = "start, workflow, step, outcome, started_by, error, buckets, microseconds, last_at"
    private static let selectNames = Query(.select, "workflows", "SELECT key, id FROM workflows")

    func tallies(_ query: TallyQuery) throws(VerbFailure) -> [Tally] {
        let names = try names(of: query.workflow)
        guard !names.isEmpty else { return [] }
        let only = query.workflow == nil ? "" : "AND workflow = \(names.keys.first ?? 0)"
        let select = Query(
            .select, "tallies",
            """
            SELECT \(Self.columns) FROM tallies WHERE span = ? AND start >= ? AND start < ?
                AND step \(query.subject == .executions ? "=" : "<>") '' \(only)
            """)
        // The text differs from query to query, so the statement is not kept.
        let statement = try Statement(select, in: self)
        var sum = TallySum<TallyKey>()
        for piece in query.pieces {
            statement.bind(piece.interval.code).bind(piece.numbers.lowerBound).bind(piece.numbers.upperBound)
            try statement.run { row throws(VerbFailure) in
                let number = query.interval == nil ? nil : row.integer(0)
                let place = TallySum<TallyKey>.Place(number: number, key: Self.key(row))
                let last = row.timestamp(8)
                try sum.entries[place, default: .init()].add(row, last: last)
            }
        }
        var ends: [TallyKey: Tally.End] = [:]
        for place in sum.entries.keys where ends[place.key] == nil { ends[place.key] = try place.key.end() }
        return sum.tallies(query) { key in
            ends[key].flatMap { end in names[key.workflow].map { (workflow: $0, end: end) } }
        }
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
