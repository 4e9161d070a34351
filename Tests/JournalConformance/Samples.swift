public import Workflow

extension Timestamp {
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }
}

extension ExecutionID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

extension Outcome {
    static func sample(_ result: ExecutionResult = .executed, at: Int64 = 5) -> Outcome {
        Outcome(result: result, reason: nil, errorType: result == .failed ? .execution : nil, endedAt: .at(at))
    }
}

extension Commit {
    static func sample(
        _ id: Int64, _ number: Int, _ disposition: Disposition = .running, waits: [EventWait]? = nil,
        consumed: Int64? = nil, at: Int64 = 2
    ) -> Commit {
        Commit(
            id: ExecutionID(rawValue: id), number: number, record: Array("record \(number) of \(id)".utf8),
            disposition: disposition, waits: waits, consumed: consumed, at: .at(at))
    }
}

extension NewExecution {
    static func sample(
        _ id: Int64, _ disposition: Disposition = .running, waits: [EventWait]? = nil, at: Int64 = 1,
        workflow: String = "orders", version: String = "1.0.0", admission: Admission? = nil,
        priority: Int = Priority.usual
    ) -> NewExecution {
        NewExecution(
            workflow: workflow, version: version, trigger: .event, startedAt: .at(at),
            commit: .sample(id, 0, disposition, waits: waits, at: at), admission: admission, priority: priority)
    }
}

extension Arrival {
    static func sample(
        _ id: String, name: String = "order.created", data: JSONValue = ["order": 1], at: Int64 = 1,
        starting executions: [NewExecution] = []
    ) -> Arrival {
        let event = EventRecord(id: id, name: name, data: data.encoded, receivedAt: .at(at))
        return Arrival(event: event, data: data, executions: executions)
    }
}

extension Ingestion {
    static func accepted(woken: [ExecutionID]) -> Ingestion { .accepted(Acceptance(woken: woken)) }
}

extension EventWait {
    /// - Parameter match: paths and values, the paths ascending.
    static func sample(
        _ key: String = "wait", event: String = "order.paid", match: KeyValuePairs<String, JSONValue> = [:]
    ) throws -> EventWait {
        EventWait(
            key: key, event: event, match: try match.map { Field(path: try Path(parsing: $0.key), value: $0.value) })
    }
}

extension Admission {
    static func sample(_ excess: Excess = .queue, slot: String = "orders/customer-7", limit: Int = 1) -> Admission {
        Admission(slot: slot, limit: limit, excess: excess)
    }
}

extension ApprovalRequest {
    static func sample(_ key: String = "approve", at: Int64 = 2) -> ApprovalRequest {
        ApprovalRequest(key: key, step: "step of \(key)", title: "Approve \(key)", requestedAt: .at(at))
    }
}

extension StoredExecution {
    var recordTexts: [String] { records.map { String(decoding: $0, as: UTF8.self) } }
}

extension Claim {
    var ids: [ExecutionID] { executions.map(\.summary.id) }
}
