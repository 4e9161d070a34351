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
            priority, slot, slot_limit, held,
            status, owner, runnable_since, wake_at, result, error_type, ended_at, reason
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let updateStarted = Query(.update, "events", "UPDATE events SET executions = ? WHERE key = ?")

    func ingest(_ arrivals: [Arrival], claiming: Claiming?, lease: Lease) throws(VerbFailure) -> Intake {
        try check(lease)
        for execution in arrivals.lazy.flatMap(\.executions) {
            guard execution.commit.number == 0 else {
                throw .refused(.conflict("the first record has the number 0, not \(execution.commit.number)"))
            }
            try validate(execution.commit)
        }
        try checkThoseThatMayBeSkipped(arrivals)
        var intake = Intake(ingestions: [])
        intake.ingestions.reserveCapacity(arrivals.count)
        for arrival in arrivals { intake.ingestions.append(try ingest(arrival, lease)) }
        if let claiming, intake.wakes {
            intake.claim = try claim(only: nil, limit: claiming.limit, now: claiming.now, lease: lease)
        }
        return intake
    }

    private func ingest(_ arrival: Arrival, _ lease: Lease) throws(VerbFailure) -> Ingestion {
        let event = arrival.event
        let ids = IDList.encode(arrival.executions.map(\.commit.id))
        try statement(Self.insertEvent)
            .bind(event.receivedAt).bind(event.id).bind(event.name).bind(ids).bind(event.data)
            .bind(event.depth).run()
        guard connection.lastChanges > 0 else {
            let ingestion = try known(event)
            if let mark = arrival.schedule, ingestion != .conflict { try handle(mark) }
            return ingestion
        }
        let key = connection.lastInsertedKey
        // First the waits, so that an event is not delivered to the executions that it starts.
        var acceptance = try deliver(arrival, key: key)
        for execution in arrival.executions { try admit(execution, event: key, lease, &acceptance) }
        if !acceptance.skipped.isEmpty {
            let stored = arrival.executions.map(\.commit.id).filter { !acceptance.skipped.contains($0) }
            try statement(Self.updateStarted).bind(IDList.encode(stored)).bind(key).run()
        }
        if let mark = arrival.schedule { try handle(mark) }
        return .accepted(acceptance)
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

    func insert(_ execution: NewExecution, event: Int64, isHeld: Bool, _ lease: Lease) throws(VerbFailure) {
        let commit = execution.commit
        let version = try key(workflow: execution.workflow, version: execution.version)
        let statement = try statement(Self.insertExecution)
            .bind(commit.id).bind(version.workflow).bind(version.version).bind(execution.trigger.code)
            .bind(event).bind(execution.startedAt).bind(commit.record).bind(Priority.clamped(execution.priority))
        let admission = commit.disposition.isEnd ? nil : execution.admission
        statement.bind(admission?.slot).bind(admission.map { Int64($0.limit) }).bind(isHeld ? Int64(1) : nil)
        let standing = isHeld ? .held : Standing(commit.disposition, at: commit.at, lease: lease)
        standing.bind(to: statement)
        do throws(VerbFailure) {
            try statement.run()
        } catch {
            guard case .sql(let failure) = error, failure.primaryCode == SQLITE_CONSTRAINT else { throw error }
            throw .refused(.conflict("there is an execution \(commit.id) already"))
        }
        if !commit.disposition.isEnd {
            if let waits = commit.waits { try insert(waits, of: commit.id) }
            if let approvals = commit.approvals { try insert(approvals, of: commit.id) }
        }
        _ = try send(commit.sent, from: commit)
        let origin = TallyOrigin(
            workflow: version.workflow, trigger: execution.trigger.code, startedAt: execution.startedAt)
        tally(commit, of: origin)
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
    private func deliver(_ arrival: Arrival, key: Int64) throws(VerbFailure) -> Acceptance {
        let matches = try matches(arrival)
        var acceptance = Acceptance()
        for match in matches {
            try statement(Self.deleteWait).bind(match.wait).run()
            let signal = NewSignal(event: key, wait: match.name, at: arrival.event.receivedAt)
            guard let target = try leave(signal, for: match.execution) else {
                throw .refused(.corrupt("a wait belongs to no execution: \(match.execution)"))
            }
            if target.isRunnable {
                if acceptance.woken.last != match.execution { acceptance.woken.append(match.execution) }
            } else if target.owner != nil, acceptance.signalled.last != match.execution {
                acceptance.signalled.append(match.execution)
            }
        }
        return acceptance
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
