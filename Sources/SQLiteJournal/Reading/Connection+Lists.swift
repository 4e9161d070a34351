import Workflow

extension Connection {
    private static let selectEventExecutions = Query(
        .select, "events", "SELECT executions FROM events WHERE id = ?")

    /// A page reads about as many rows as it has, however many executions there are and however few of them fit.
    func executions(_ query: ExecutionQuery) throws(VerbFailure) -> [ExecutionSummary] {
        guard query.limit > 0, let scope = try ListScope(query, self) else { return [] }
        if let event = query.eventID {
            let started = try statement(Self.selectEventExecutions).bind(event).first { $0.bytes(0) }
            return try summaries(IDList.decode(started ?? []).filter(scope.holds), query)
        }
        if query.statuses.isEmpty, query.results.isEmpty, query.triggers.isEmpty {
            return try newest(in: scope, limit: query.limit)
        }
        return try summaries(try Facets(query, scope).newest(self), query)
    }

    /// Executions of any kind, by the order of the table or of one workflow's index.
    private func newest(in scope: ListScope, limit: Int) throws(VerbFailure) -> [ExecutionSummary] {
        let list = Query(
            .select, "executions",
            """
            SELECT \(Self.summaryColumns) FROM \(Self.joins)
            WHERE e.id >= ? AND e.id < ? \(scope.times == nil ? "" : "AND e.started_at >= ? AND e.started_at < ?")
                \(scope.workflow.map { "AND e.workflow = \($0)" } ?? "")
            ORDER BY e.id DESC LIMIT ?
            """)
        // The text differs from query to query, so the statement is not kept.
        let statement = try Statement(list, in: self).bind(scope.ids.lowerBound).bind(scope.ids.upperBound)
        if let times = scope.times { statement.bind(times.lowerBound).bind(times.upperBound) }
        var summaries: [ExecutionSummary] = []
        try statement.bind(limit).run { row throws(VerbFailure) in summaries.append(try Self.summary(row)) }
        return summaries
    }

    /// Those of the executions that fit, newest first.
    private func summaries(_ ids: [ExecutionID], _ query: ExecutionQuery) throws(VerbFailure) -> [ExecutionSummary] {
        guard !ids.isEmpty else { return [] }
        let select = Self.select(ids, query)
        let statement = try Statement(select, in: self)
        if let workflow = query.workflow { statement.bind(workflow) }
        var summaries: [ExecutionSummary] = []
        try statement.bind(query.limit).run { row throws(VerbFailure) in summaries.append(try Self.summary(row)) }
        return summaries
    }

    /// Those of the executions that fit: looked up by their ids, hence the plus signs, which keep SQLite from reading all of
    /// a kind. With a parameter for the workflow, if there is one, and one for the limit.
    static func select(_ ids: [ExecutionID], _ query: ExecutionQuery) -> Query {
        var conditions = ["e.id IN (\(list(ids.map(\.rawValue))))"]
        if query.workflow != nil { conditions.append("w.id = ?") }
        if !query.statuses.isEmpty { conditions.append("+e.status IN (\(list(query.statuses.map(\.code))))") }
        if !query.results.isEmpty { conditions.append("+e.result IN (\(list(query.results.map(\.code))))") }
        if !query.triggers.isEmpty { conditions.append("e.started_by IN (\(list(query.triggers.map(\.code))))") }
        if let from = query.startedFrom { conditions.append("e.started_at >= \(from.microseconds)") }
        if let before = query.startedBefore { conditions.append("e.started_at < \(before.microseconds)") }
        return Query(
            .select, "executions",
            """
            SELECT \(summaryColumns) FROM \(joins) WHERE \(conditions.joined(separator: " AND "))
            ORDER BY e.id DESC LIMIT ?
            """)
    }

    private static func list(_ numbers: [Int64]) -> String { numbers.sorted().map(String.init).joined(separator: ", ") }
}

/// Which ids a list can hold.
struct ListScope {
    /// The key of the one workflow; nil for all.
    private(set) var workflow: Int64?
    private(set) var ids: Range<Int64> = 0..<Int64.max
    /// When they have started.
    let times: Range<Timestamp>?

    static let selectNext = Query(
        .select, "executions", "SELECT id, started_at FROM executions WHERE id >= ? ORDER BY id LIMIT 1")
    private static let selectWorkflow = Query(.select, "workflows", "SELECT key FROM workflows WHERE id = ?")

    /// By how much two executions may have started in another order than that of their ids: a clock may be set back.
    private static let disorder = Duration.seconds(5)

    /// Nil when nothing can fit.
    init?(_ query: ExecutionQuery, _ connection: Connection) throws(VerbFailure) {
        let from = query.startedFrom ?? Timestamp(microseconds: .min)
        let before = query.startedBefore ?? Timestamp(microseconds: .max)
        guard from < before else { return nil }
        times = query.startedFrom == nil && query.startedBefore == nil ? nil : from..<before
        if let name = query.workflow {
            let key = try connection.statement(Self.selectWorkflow).bind(name).first { $0.integer(0) }
            guard let key else { return nil }
            workflow = key
        }
        var (lowest, end) = (Int64(0), query.before?.rawValue ?? .max)
        if let from = query.startedFrom { lowest = try Self.firstID(at: from + Self.disorder * -1, connection) }
        if let before = query.startedBefore {
            end = min(end, try Self.firstID(at: before + Self.disorder, connection))
        }
        guard lowest < end else { return nil }
        ids = lowest..<end
    }

    func holds(_ id: ExecutionID) -> Bool { ids.contains(id.rawValue) }

    /// The first id of an execution that started at this time or later: ids ascend with the time.
    private static func firstID(at time: Timestamp, _ connection: Connection) throws(VerbFailure) -> Int64 {
        var (low, high) = (Int64(0), Int64.max)
        while low < high {
            let middle = low + (high - low) / 2
            let next = try connection.statement(selectNext).bind(middle).first { row in
                (id: row.integer(0), startedAt: row.timestamp(1))
            }
            if let next, next.startedAt < time { low = next.id + 1 } else { high = middle }
        }
        return low
    }
}

/// The kinds of executions that a query asks for, each of which has a stretch of an index for itself.
struct Facets {
    private let query: ExecutionQuery
    private let scope: ListScope

    /// Of each index: without and with bounds of time.
    private static let active = select("executions_active", where: "status = ? AND status < 4 AND workflow = ?")
    private static let activeOfAll = select("executions_active_all", where: "status = ? AND status < 4")
    private static let ended = select("executions_listed", where: "result = ? AND workflow = ?")
    private static let endedOfAll = select("executions_listed_all", where: "result = ?")
    static let selects = [active, activeOfAll, ended, endedOfAll].flatMap { [$0.plain, $0.byTime] }

    private static func select(_ index: String, where condition: String) -> (plain: Query, byTime: Query) {
        func query(_ times: String) -> Query {
            Query(
                .select, "executions",
                """
                SELECT id FROM executions INDEXED BY \(index)
                WHERE \(condition) AND started_by = ? AND id >= ? AND id < ?\(times) ORDER BY id DESC LIMIT ?
                """)
        }
        return (query(""), query(" AND started_at >= ? AND started_at < ?"))
    }

    init(_ query: ExecutionQuery, _ scope: ListScope) {
        self.query = query
        self.scope = scope
    }

    /// The newest of all kinds together.
    func newest(_ connection: Connection) throws(VerbFailure) -> [ExecutionID] {
        var found: [Int64] = []
        for (isActive, code) in standings {
            for trigger in query.triggers.isEmpty ? Set(TriggerType.allCases) : query.triggers {
                let statement = try connection.statement(select(isActive)).bind(code)
                if let workflow = scope.workflow { statement.bind(workflow) }
                // Of a further kind, only what is newer than the last of those that fill the page counts.
                let lowest = found.count < query.limit ? scope.ids.lowerBound : (found.last ?? 0) + 1
                statement.bind(trigger.code).bind(lowest).bind(scope.ids.upperBound)
                if let times = scope.times { statement.bind(times.lowerBound).bind(times.upperBound) }
                let count = found.count
                try statement.bind(query.limit).run { found.append($0.integer(0)) }
                guard found.count > count else { continue }
                found = Array(found.sorted(by: >).prefix(query.limit))
            }
        }
        return found.map { ExecutionID(rawValue: $0) }
    }

    private func select(_ isActive: Bool) -> Query {
        let select =
            switch (isActive, scope.workflow) {
            case (true, .some): Self.active
            case (true, nil): Self.activeOfAll
            case (false, .some): Self.ended
            case (false, nil): Self.endedOfAll
            }
        return scope.times == nil ? select.plain : select.byTime
    }

    /// Statuses of those that have not ended, and results of those that have.
    private var standings: [(isActive: Bool, code: Int64)] {
        let statuses = query.statuses.isEmpty ? Set(ExecutionStatus.allCases) : query.statuses
        let results = query.results.isEmpty ? Set(ExecutionResult.allCases) : query.results
        let active = query.results.isEmpty ? statuses.filter { $0 != .ended } : []
        return active.map { (true, $0.code) } + (statuses.contains(.ended) ? results.map { (false, $0.code) } : [])
    }
}
