import Workflow

/// What ended, as the columns of a tally say it.
struct TallyKey: Hashable {
    let workflow: Int64
    /// Empty for executions.
    let step: String
    let outcome: Int64
    /// -1 for steps.
    let trigger: Int64
    /// -1 for steps, and where there was no error.
    let error: Int64

    /// What the key stands for.
    func end() throws(VerbFailure) -> Tally.End {
        guard step.isEmpty else { return .step(step, try decode(outcome, \.code)) }
        return .execution(
            try decode(outcome, \.code), try decode(trigger, \.code), error < 0 ? nil : try decode(error, \.code))
    }

    private func decode<Value: CaseIterable>(
        _ found: Int64, _ code: (Value) -> Int64
    ) throws(VerbFailure) -> Value {
        for value in Value.allCases where code(value) == found { return value }
        throw .refused(.corrupt("\(found) is no \(Value.self)"))
    }
}

/// What the tallies need to know of an execution.
struct TallyOrigin {
    let workflow: Int64
    let trigger: Int64
    let startedAt: Timestamp
}

/// What the open transaction adds to the tallies, and the rows that it adds to.
struct TallyLedger {
    typealias Entry = TallySum<TallyKey>.Entry

    struct Row: Hashable {
        let interval: TallyQuery.Interval
        let number: Int64
        let key: TallyKey
    }

    /// Of the open transaction, by hour.
    private(set) var added = TallySum<TallyKey>()
    /// As they stand in the database.
    private var rows: [Row: Entry] = [:]

    private static let rowLimit = 4_000

    mutating func add(_ key: TallyKey, from start: Timestamp, to end: Timestamp) {
        let place = TallySum<TallyKey>.Place(number: TallyQuery.Interval.hour.number(of: end), key: key)
        added.entries[place, default: Entry()].add(end - start, at: end)
    }

    mutating func take() -> TallySum<TallyKey> {
        defer { added.entries.removeAll(keepingCapacity: true) }
        return added
    }

    mutating func forgetRows() { rows.removeAll() }

    subscript(row: Row) -> Entry? {
        get { rows[row] }
        set {
            if rows.count >= Self.rowLimit { rows.removeAll() }
            rows[row] = newValue
        }
    }
}

extension WriteSession {
    private static let selectTally = Query(
        .select, "tallies",
        """
        SELECT buckets, microseconds, last_at FROM tallies
        WHERE span = ? AND start = ? AND workflow = ? AND step = ? AND outcome = ? AND started_by = ? AND error = ?
        """)
    private static let replaceTally = Query(
        .insert, "tallies",
        """
        INSERT OR REPLACE INTO tallies (
            span, start, workflow, step, outcome, started_by, error, buckets, microseconds, last_at
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let deleteOldestTallies = Query(
        .delete, "tallies",
        """
        DELETE FROM tallies WHERE span = ?1
            AND start = (SELECT min(start) FROM tallies WHERE span = ?1 AND start < ?2)
        """)
    /// How many hours, and how many days, one purge forgets.
    private static let purgedTallies = 24

    /// Notes what the commit ends. To be called when nothing can refuse the commit any more without a rollback.
    func tally(_ commit: Commit, of origin: TallyOrigin) {
        for step in commit.steps {
            let key = TallyKey(
                workflow: origin.workflow, step: step.step, outcome: step.status.code, trigger: -1, error: -1)
            tallies.add(key, from: step.startedAt, to: step.endedAt)
        }
        guard case .ended(let outcome) = commit.disposition else { return }
        let key = TallyKey(
            workflow: origin.workflow, step: "", outcome: outcome.result.code, trigger: origin.trigger,
            error: outcome.errorType?.code ?? -1)
        tallies.add(key, from: origin.startedAt, to: outcome.endedAt)
    }

    /// Adds what has been noted to the rows of its hours and days: a few rows, however many executions share the
    /// transaction.
    func writeTallies() throws(VerbFailure) {
        for (place, entry) in tallies.take().entries {
            guard let hour = place.number else { continue }
            let day = TallyQuery.Interval.day.number(of: TallyQuery.Interval.hour.start(hour))
            try add(entry, to: TallyLedger.Row(interval: .hour, number: hour, key: place.key))
            try add(entry, to: TallyLedger.Row(interval: .day, number: day, key: place.key))
        }
    }

    private func add(_ entry: TallyLedger.Entry, to row: TallyLedger.Row) throws(VerbFailure) {
        var sum = if let known = tallies[row] { known } else { try stored(row) }
        sum.add(entry)
        tallies[row] = sum
        try bind(row, to: statement(Self.replaceTally))
            .bind(sum.durations.encodedBuckets).bind(sum.durations.microseconds).bind(sum.last).run()
    }

    private func stored(_ row: TallyLedger.Row) throws(VerbFailure) -> TallyLedger.Entry {
        var entry = TallyLedger.Entry()
        try bind(row, to: statement(Self.selectTally)).run { found throws(VerbFailure) in
            entry.last = found.timestamp(2)
            try entry.durations.add(found, buckets: 0, microseconds: 1)
        }
        return entry
    }

    private func bind(_ row: TallyLedger.Row, to statement: Statement) -> Statement {
        statement.bind(row.interval.code).bind(row.number).bind(row.key.workflow).bind(row.key.step)
            .bind(row.key.outcome).bind(row.key.trigger).bind(row.key.error)
    }

    func deleteTallies(before time: Timestamp) throws(VerbFailure) {
        for interval in TallyQuery.Interval.allCases {
            let bound = interval.number(of: time) + (interval.start(interval.number(of: time)) < time ? 1 : 0)
            for _ in 0..<Self.purgedTallies {
                try statement(Self.deleteOldestTallies).bind(interval.code).bind(bound).run()
                if connection.lastChanges == 0 { break }
            }
        }
        tallies.forgetRows()
    }
}

extension DurationTally {
    mutating func add(_ row: Row, buckets: Int32, microseconds: Int32) throws(VerbFailure) {
        guard add(encodedBuckets: row.bytes(buckets), microseconds: row.integer(microseconds)) else {
            throw .refused(.corrupt("the buckets of a tally cannot be read"))
        }
    }
}
