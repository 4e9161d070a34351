import GRDBSQLite
import Workflow

extension WriteSession {
    private static let insertEvent = Query(
        .insert, "events",
        """
        INSERT INTO events (received_at, id, name, executions, data, depth) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO NOTHING
        """)
    private static let selectKnown = Query(
        .select, "events", "SELECT executions, name, data FROM events WHERE id = ?")
    private static let insertExecution = Query(
        .insert, "executions",
        """
        INSERT INTO executions (
            id, workflow, version, started_by, event, started_at, opening,
            status, owner, runnable_since, wake_at, result, error_type, ended_at, reason
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)

    func ingest(_ arrivals: [Arrival], lease: Lease) throws(VerbFailure) -> [Ingestion] {
        try check(lease)
        for arrival in arrivals {
            for execution in arrival.executions where execution.commit.number != 0 {
                throw .refused(.conflict("the first record has the number 0, not \(execution.commit.number)"))
            }
        }
        var ingestions: [Ingestion] = []
        ingestions.reserveCapacity(arrivals.count)
        for arrival in arrivals { ingestions.append(try ingest(arrival, lease)) }
        return ingestions
    }

    private func ingest(_ arrival: Arrival, _ lease: Lease) throws(VerbFailure) -> Ingestion {
        let event = arrival.event
        let ids = IDList.encode(arrival.executions.map(\.commit.id))
        try statement(Self.insertEvent)
            .bind(event.receivedAt).bind(event.id).bind(event.name).bind(ids).bind(event.data)
            .bind(event.depth).run()
        guard connection.lastChanges > 0 else {
            return try known(event)
        }
        let key = connection.lastInsertedKey
        // First the waits, so that an event is not delivered to the executions that it starts.
        let woken = try deliver(arrival, key: key)
        for execution in arrival.executions { try insert(execution, event: key, lease) }
        return .accepted(Acceptance(woken: woken))
    }

    /// What an id that was known stands for.
    private func known(_ event: EventRecord) throws(VerbFailure) -> Ingestion {
        let found = try statement(Self.selectKnown).bind(event.id).first { row in
            var known = event
            known.name = row.text(1)
            known.data = row.bytes(2)
            return (event: known, executions: IDList.decode(row.bytes(0)))
        }
        guard let found else { throw .refused(.corrupt("a row that was written cannot be found")) }
        return found.event.saysTheSame(as: event) ? .duplicate(executions: found.executions) : .conflict
    }

    private func insert(_ execution: NewExecution, event: Int64, _ lease: Lease) throws(VerbFailure) {
        let commit = execution.commit
        let version = try key(workflow: execution.workflow, version: execution.version)
        let statement = try statement(Self.insertExecution)
            .bind(commit.id).bind(version.workflow).bind(version.version).bind(execution.trigger.code)
            .bind(event).bind(execution.startedAt).bind(commit.record)
        Standing(commit.disposition, at: commit.at, lease: lease).bind(to: statement)
        do throws(VerbFailure) {
            try statement.run()
        } catch {
            guard case .sql(let failure) = error, failure.primaryCode == SQLITE_CONSTRAINT else { throw error }
            throw .refused(.conflict("there is an execution \(commit.id) already"))
        }
        if let waits = commit.waits, !commit.disposition.isEnd { try insert(waits, of: commit.id) }
    }

    // Waits

    private static let insertWait = Query(
        .insert, "waits", "INSERT INTO waits (execution, shape, name, expected) VALUES (?, ?, ?, ?)")
    private static let selectMatches = Query(
        .select, "waits", "SELECT key, execution, name FROM waits WHERE shape = ? AND expected = ?")
    private static let deleteWait = Query(.delete, "waits", "DELETE FROM waits WHERE key = ?")

    func insert(_ waits: [EventWait], of id: ExecutionID) throws(VerbFailure) {
        for wait in waits {
            let fields = wait.sortedMatch
            let shape = try shape(of: wait.event, paths: fields.map(\.path))
            try statement(Self.insertWait)
                .bind(id).bind(shape.key).bind(wait.key).bind(CanonicalValue(fields.map(\.value)).bytes).run()
        }
    }

    private struct Match {
        let wait: Int64
        let execution: ExecutionID
        let name: String
    }

    /// Leaves a signal for each wait that the event matches.
    /// - Returns: the executions that are runnable now, ascending.
    private func deliver(_ arrival: Arrival, key: Int64) throws(VerbFailure) -> [ExecutionID] {
        let matches = try matches(arrival)
        var woken: [ExecutionID] = []
        for match in matches {
            try statement(Self.deleteWait).bind(match.wait).run()
            let signal = NewSignal(kind: 0, at: arrival.event.receivedAt, event: key, wait: match.name)
            let status = try leave(signal, for: match.execution).status
            if status == .queued, woken.last != match.execution { woken.append(match.execution) }
        }
        return woken
    }

    private func matches(_ arrival: Arrival) throws(VerbFailure) -> [Match] {
        var matches: [Match] = []
        for shape in try shapes(of: arrival.event.name) {
            guard let expected = shape.expected(of: arrival.data) else { continue }
            try statement(Self.selectMatches).bind(shape.key).bind(expected).run { row in
                let execution = ExecutionID(rawValue: row.integer(1))
                matches.append(Match(wait: row.integer(0), execution: execution, name: row.text(2)))
            }
        }
        return matches.sorted { ($0.execution, $0.wait) < ($1.execution, $1.wait) }
    }
}

extension Disposition {
    var isEnd: Bool {
        if case .ended = self { true } else { false }
    }
}
