import Workflow

extension Connection {
    static let summaryColumns = """
        e.id, w.id, v.version, e.started_by, ev.id, e.status, e.started_at, e.wake_at, e.result, e.reason,
        e.error_type, e.ended_at, e.priority, e.held
        """
    static let joins = """
        executions e JOIN workflows w ON w.key = e.workflow JOIN versions v ON v.key = e.version
        JOIN events ev ON ev.key = e.event
        """
    private static let selectExecution = Query(
        .select, "executions",
        """
        SELECT \(summaryColumns), ev.name, ev.data, ev.received_at, e.opening, e.pending, e.runnable_since, e.takeovers,
            ev.depth, e.strikes, e.struck_at, e.owner
        FROM \(joins) WHERE e.id = ?
        """)
    private static let selectRecords = Query(
        .select, "records", "SELECT body FROM records WHERE execution = ? ORDER BY number")
    private static let selectSignals = Query(
        .select, "signals",
        """
        SELECT s.number, s.kind, s.at, s.wait, s.reason, ev.id, ev.name, ev.data, ev.received_at, ev.depth, s.body
        FROM signals s LEFT JOIN events ev ON ev.key = s.event WHERE s.execution = ? ORDER BY s.number
        """)

    func execution(_ id: ExecutionID) throws(VerbFailure) -> StoredExecution? {
        var pending = 0
        var deaths = (count: 0, at: 0)
        let found = try statement(Self.selectExecution).bind(id).first { row throws(VerbFailure) in
            let summary = try Self.summary(row)
            pending = row.int(18)
            deaths = (row.int(22), row.int(23))
            return StoredExecution(
                summary: summary,
                event: EventRecord(
                    id: summary.eventID, name: row.text(14), data: row.bytes(15), receivedAt: row.timestamp(16),
                    depth: row.int(21)),
                records: [row.bytes(17)], signals: [], runnableSince: row.optionalTimestamp(19),
                lease: row.optionalInteger(24).map { Lease(token: $0) }, takeovers: row.int(20))
        }
        guard var execution = found else { return nil }
        try statement(Self.selectRecords).bind(id).run { execution.records.append($0.bytes(0)) }
        if deaths.at == execution.records.count - 1 { execution.deaths = deaths.count }
        if pending > 0 { execution.signals = try signals(of: id) }
        return execution
    }

    /// The signals that the execution has not consumed, in order.
    func signals(of id: ExecutionID) throws(VerbFailure) -> [Signal] {
        var signals: [Signal] = []
        try statement(Self.selectSignals).bind(id).run { row throws(VerbFailure) in
            let kind: Signal.Kind
            switch row.integer(1) {
            case 0:
                let event = EventRecord(
                    id: row.text(5), name: row.text(6), data: row.bytes(7), receivedAt: row.timestamp(8),
                    depth: row.int(9))
                kind = .event(wait: row.text(3), event)
            case 1: kind = .pause
            case 2: kind = .resume(data: row.optionalBytes(10))
            case 3: kind = .cancel(reason: row.optionalText(4))
            case 4: kind = .message(key: row.text(3), body: row.bytes(10))
            case 5: kind = .terminate(reason: row.optionalText(4))
            case let code: throw .refused(.corrupt("\(code) is no kind of signal"))
            }
            signals.append(Signal(number: row.integer(0), kind: kind, at: row.timestamp(2)))
        }
        return signals
    }

    static func summary(_ row: Row) throws(VerbFailure) -> ExecutionSummary {
        let status: ExecutionStatus = try row.decoded(5, \.code)
        return ExecutionSummary(
            id: ExecutionID(rawValue: row.integer(0)), workflow: row.text(1), version: row.text(2),
            trigger: try row.decoded(3, \.code), eventID: row.text(4), status: status,
            startedAt: row.timestamp(6), wakeAt: row.optionalTimestamp(7),
            outcome: status == .ended ? try outcome(row) : nil, priority: row.int(12), isHeld: !row.isNull(13),
            deadLetterReason: status == .deadLetter ? row.optionalText(9) : nil)
    }

    private static func outcome(_ row: Row) throws(VerbFailure) -> Outcome {
        Outcome(
            result: try row.decoded(8, \.code), reason: row.optionalText(9),
            errorType: row.isNull(10) ? nil : try row.decoded(10, \.code), endedAt: row.timestamp(11))
    }
}
