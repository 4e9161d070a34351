extension Execution {
    // MARK: Events and times

    mutating func beginWait(_ token: Token, _ wait: Wait, at: Timestamp) {
        // One for all values together.
        var cost = Work()
        defer { work += cost.spent }
        do {
            switch wait {
            case .duration(let duration): record(.sleep(token: token.id, until: at + duration, at: at))
            case .until(let time): try beginSleep(token, until: time, at: at)
            case .events(let events, _, let timeout, _):
                let scope = scope(of: token)
                let values = try events.map { event throws(ExpressionError) in
                    try event.match.map { field throws(ExpressionError) in try field.value.render(in: scope, &cost) }
                }
                record(.await(token: token.id, values: values, until: timeout.map { at + $0 }, at: at))
            }
        } catch {
            failStep(token.id, .validation, "\(error)", at: at)
        }
    }

    private mutating func beginSleep(_ token: Token, until time: Template, at: Timestamp) throws(ExpressionError) {
        let text = try time.renderText(in: scope(of: token))
        guard let until = Timestamp(text) else {
            let message = "`until` is \(JSONValue.string(text).description), not a time such as 2030-01-31T08:00:00Z"
            return failStep(token.id, .validation, message, at: at)
        }
        record(.sleep(token: token.id, until: max(until, at), at: at))
    }

    mutating func arrive(_ key: String, _ data: JSONValue, at: Timestamp) {
        for token in tokens {
            guard case .awaiting(_, let arrived, _) = token.phase,
                case .wait(.events(let events, let mode, _, _)) = program.nodes[token.node].step.kind,
                let event = events.indices.first(where: { waitKey(token, event: $0) == key }), arrived[event] == nil
            else { continue }
            let next = program.nodes[token.node].next
            if events.count == 1 { return succeed(token, output: data, next: next, at: at) }
            if mode == .any {
                let output: JSONValue = ["event": .string(events[event].name), "data": data]
                return succeed(token, output: output, next: next, at: at)
            }
            record(.arrival(token: token.id, event: event, data: data, at: at))
            return endWaitForAll(token.id, events, at: at)
        }
    }

    private mutating func endWaitForAll(_ id: Int, _ events: [AwaitedEvent], at: Timestamp) {
        guard let token = token(id), case .awaiting(_, let arrived, _) = token.phase, arrived.count == events.count
        else { return }
        let output = events.indices.map { position -> JSONValue in
            ["event": .string(events[position].name), "data": arrived[position] ?? .null]
        }
        succeed(token, output: .array(output), next: program.nodes[token.node].next, at: at)
    }

    // MARK: Rounds

    /// Goes round while the condition holds.
    mutating func nextRound(_ id: Int, at: Timestamp) {
        guard let token = token(id), case .loop(let condition, let limit, _) = program.nodes[token.node].step.kind
        else { return }
        let rounds = if case .looping(let rounds) = token.phase { rounds } else { 0 }
        guard let holds = decide(condition, token, at: at) else { return }
        guard holds else {
            let output: JSONValue = ["iterations": .integer(Int64(rounds))]
            return succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        }
        guard rounds < limit else {
            return failStep(id, .execution, "the condition still holds after \(limit) iterations", at: at)
        }
        record(.round(token: id, at: at))
    }

    // MARK: Calls

    /// The other workflow has started, and may have ended.
    mutating func finishStart(_ token: Token, _ call: WorkflowCall, _ output: JSONObject, at: Timestamp) {
        if call.mode == .start {
            return succeed(token, output: .object(output), next: program.nodes[token.node].next, at: at)
        }
        if let result = token.earlyResult { return finishCall(token, call, result, at: at) }
        if output["result"]?.string != nil { return finishCall(token, call, output, at: at) }
        guard let execution = output["execution_id"]?.string.flatMap(ExecutionID.init) else {
            return failStep(token.id, .internal, "the workflow `\(call.workflow)` has started without an id", at: at)
        }
        record(.call(token: token.id, execution: execution, at: at))
    }

    mutating func take(_ body: JSONValue, for key: String, at: Timestamp) {
        guard let token = tokens.first(where: { $0.undo == nil && waitKey($0) == key }), let message = body.object
        else { return }
        switch program.nodes[token.node].step.kind {
        case .workflow(let call): take(message, token, call, at: at)
        case .approval: if let vote = ApprovalVote(message, at: at) { take(vote, token, at: at) }
        default: break
        }
    }

    private mutating func take(_ result: JSONObject, _ token: Token, _ call: WorkflowCall, at: Timestamp) {
        switch token.phase {
        case .calling: finishCall(token, call, result, at: at)
        case .ready, .performing, .backingOff: record(.earlyResult(token: token.id, result: result, at: at))
        default: break
        }
    }

    private mutating func finishCall(_ token: Token, _ call: WorkflowCall, _ result: JSONObject, at: Timestamp) {
        switch result["result"]?.string.flatMap(ExecutionResult.init) {
        case .allowed, .blocked, .executed:
            succeed(token, output: .object(result), next: program.nodes[token.node].next, at: at)
        case let ended:
            let reason = result["reason"]?.string.map { ": \($0)" } ?? ""
            let message = "the workflow `\(call.workflow)` ended as \(ended?.rawValue ?? "unknown")\(reason)"
            failStep(token.id, .execution, message, status: ended == .timeout ? .timeout : .failed, at: at)
        }
    }

    /// Those that were called, by the token or below it, have nobody who waits for them.
    mutating func abandonCalls(of id: Int) {
        for token in tokens where isTokenBelow(token, id) && waitsForEnd(token) {
            switch token.phase {
            case .calling(let execution): outbox.append(.cancel(execution))
            // Once attempted, it may have started.
            case .performing, .backingOff: outbox.append(.cancelCalled(key: waitKey(token)))
            default: break
            }
        }
    }

    /// Whether a step still wants to know how the workflow ends that it calls by this key.
    public func awaitsCalled(_ key: String) -> Bool {
        outcome == nil && tokens.contains { waitsForEnd($0) && !$0.isLeft && waitKey($0) == key }
    }

    private func isTokenBelow(_ token: Token, _ id: Int) -> Bool {
        var current: Token? = token
        while let step = current {
            if step.id == id { return true }
            current = step.parent.flatMap { self.token($0) }
        }
        return false
    }
}
