extension Execution {
    /// Ends the execution; one that fails or is cancelled undoes first what it has done.
    mutating func end(_ result: ExecutionResult, reason: String?, error: ErrorType? = nil, at: Timestamp) {
        dropAll(at: at)
        let outcome = Outcome(result: result, reason: reason, errorType: error, endedAt: at)
        guard ending == nil, !undos.isEmpty, result.isUndone else { return finish(outcome) }
        record(.compensate(outcome))
    }

    mutating func terminate(_ reason: String?, at: Timestamp) {
        dropAll(at: at)
        finish(Outcome(result: .cancelled, reason: reason ?? "terminated", errorType: nil, endedAt: at))
    }

    /// A step is undone, or cannot be; goes on with the one before it.
    mutating func undone(_ id: Int, error: String?, at: Timestamp) {
        record(.undone(token: id, error: error, at: at))
        guard tokens.isEmpty, var outcome = ending else { return }
        outcome.endedAt = at
        if !notUndone.isEmpty {
            let steps = notUndone.map { "`\($0)`" }.joined(separator: ", ")
            outcome.reason = [outcome.reason, "not undone: \(steps)"].compactMap(\.self).joined(separator: "; ")
        }
        finish(outcome)
    }

    private mutating func finish(_ outcome: Outcome) {
        record(.end(outcome))
        if let caller = origin.caller { outbox.append(.result(caller, result(outcome))) }
    }

    private mutating func dropAll(at: Timestamp) {
        while let root = tokens.first(where: { $0.parent == nil }) {
            abandonCalls(of: root.id)
            record(.drop(token: root.id, at: at))
        }
    }

    /// Whether the execution's own time is over, so that it has ended or undoes what it has done.
    public var isOutOfTime: Bool { (outcome ?? ending)?.result == .timeout }

    /// How the execution ended, for the one that called it; nil when it has not.
    public var result: JSONObject? { outcome.map { result($0) } }

    private func result(_ outcome: Outcome) -> JSONObject {
        var result: JSONObject = ["execution_id": .string(id.description), "result": .string(outcome.result.rawValue)]
        if let reason = outcome.reason { result["reason"] = .string(reason) }
        let output = try? program.definition.output?.render(in: Scope(system: system, context: context))
        if let output { result["output"] = output }
        return result
    }

    /// What other executions are to be told with the next record.
    public mutating func takeOutbox() -> [Outgoing] {
        defer { outbox.removeAll() }
        return outbox
    }
}

extension ExecutionResult {
    /// Whether an execution that ends so undoes what it has done.
    var isUndone: Bool {
        switch self {
        case .failed, .cancelled, .timeout: true
        case .allowed, .blocked, .executed: false
        }
    }
}
