extension Execution {
    /// The versions of the rules that an execution with these records asks.
    public static func ruleVersions(in records: [[UInt8]]) -> [String: String] {
        let coding = TransitionCoding(origin: Timestamp(microseconds: 0))
        guard let first = records.first, let transitions = try? coding.decode(first, number: 0) else { return [:] }
        for case .begin(_, let rules, _) in transitions { return rules }
        return [:]
    }

    /// Whether the transition speaks of tokens and nodes that exist, so that applying it cannot trap.
    func fits(_ transition: Transition) -> Bool {
        let exists = { (id: Int) in token(id) != nil }
        switch transition {
        case .begin(let loads, let rules, _):
            return !program.nodes.isEmpty && !hasBegun && rules == program.ruleVersions
                && (!loads || program.loading != nil)
        case .attempt(let token, _, _), .retry(let token, _, _, _), .postpone(let token, _, _, _),
            .repetition(let token, _), .result(let token, _, _), .set(let token, _, _),
            .fork(let token, _), .iterate(let token, _, _), .join(let token, _, _), .round(let token, _),
            .await(let token, _, _, _), .sleep(let token, _, _), .drop(let token, _), .arrival(let token, _, _, _),
            .call(let token, _, _), .earlyResult(let token, _, _), .undone(let token, _, _), .restart(let token, _),
            .ask(let token, _, _), .vote(let token, _, _), .remind(let token, _), .escalate(let token, _, _, _):
            return exists(token)
        case .item(let token, _):
            guard case .iterating(let items, let position)? = self.token(token)?.phase else { return false }
            return position < items.count
        case .leave(let token, _, _, _, let next, _):
            return exists(token) && next.map(program.nodes.indices.contains) ?? true
        case .rerun: return !hasBegun
        case .drive, .pause, .resume, .compensate, .renew, .end: return true
        }
    }

    /// Makes a change, and puts it into the record.
    mutating func record(_ transition: Transition) {
        if let driver, driver != lease {
            pending.append(.drive(lease: driver, at: transition.at))
            lease = driver
        }
        pending.append(transition)
        apply(transition)
    }

    mutating func apply(_ transition: Transition) {
        switch transition {
        case .drive(let token, _): lease = token
        case .begin(let loads, _, let at):
            addToken(parent: nil, node: loads ? program.loading ?? 0 : 0, variable: nil, at: at)
        case .attempt(let id, let arguments, let at):
            update(id) {
                if let arguments { $0.arguments = arguments }
                $0.phase = .performing
                $0.obstacle = nil
                $0.attempt += 1
                $0.attempts += 1
            }
            logAttempt(id, at: at)
        case .postpone(let id, let until, let reason, _):
            update(id) {
                $0.phase = .backingOff(until: until)
                $0.obstacle = reason
                $0.attempt -= 1
                $0.attempts -= 1
                $0.postponements += 1
            }
            logPostponement(id)
        case .repetition(let id, let at):
            update(id) { $0.attempts += 1 }
            logAttempt(id, at: at)
        case .retry(let id, let until, let error, let at):
            logEnd(id, error: error, retryAt: until, at: at)
            update(id) { $0.phase = .backingOff(until: until) }
        case .result(let id, let output, let at):
            logEnd(id, output: output, at: at)
            applyResult(id, output)
        case .set(let id, let values, _):
            for (key, value) in values { context.assign(value, at: key) }
            update(id) { $0.activity += 1 }
        case .fork(let id, let at): applyFork(id, at: at)
        case .iterate(let id, let items, _): update(id) { $0.phase = .iterating(items: items, position: 0) }
        case .item(let id, let at): applyItem(id, at: at)
        case .join(let id, let passed, _): applyJoin(id, passed: passed)
        case .round(let id, let at): applyRound(id, at: at)
        case .await(let id, let values, let until, _):
            waitsChanged = true
            update(id) { $0.phase = .awaiting(values: values, arrived: [:], until: until) }
        case .arrival(let id, let event, let data, _): applyArrival(id, event, data)
        case .call(let id, let execution, _): update(id) { $0.phase = .calling(execution) }
        case .earlyResult(let id, let result, _): update(id) { $0.earlyResult = result }
        case .sleep(let id, let until, _): update(id) { $0.phase = .sleeping(until: until) }
        case .ask(let id, let question, let at): applyAsk(id, question, at: at)
        case .vote(let id, let vote, _): updateApproval(id) { $0.add(vote) }
        case .remind(let id, let at): applyRemind(id, at: at)
        case .escalate(let id, let approvers, let roles, let at):
            updateApproval(id) { $0.escalate(approvers: approvers, roles: roles) }
            addAside(.escalation, id, at: at)
        case .leave(let id, let status, let output, let error, let next, let at):
            applyLeave(id, status, output: output, error: error, next: next, at: at)
        case .drop(let id, let at): drop(id, at: at)
        case .pause: isPaused = true
        case .resume(let data, _):
            isPaused = false
            if let data { context.merge(data) }
        case .compensate(let outcome): applyCompensate(outcome)
        case .undone(let id, let error, let at): applyUndone(id, error, at: at)
        case .rerun(let id, let eventID, let eventName, let receivedAt, _):
            rerunOf = id
            applyEvent(id: eventID, name: eventName, receivedAt: receivedAt)
        case .restart(let id, _): update(id) { $0.enter($0.node, visit: $0.visit, at: $0.enteredAt) }
        case .renew(let at):
            for position in tokens.indices where tokens[position].isUnderWay { tokens[position].enteredAt = at }
        case .end(let outcome): applyEnd(outcome)
        }
    }

    private mutating func update(_ id: Int, _ change: (inout Token) -> Void) {
        guard let position = tokens.firstIndex(where: { $0.id == id }) else { return }
        change(&tokens[position])
    }

    private mutating func addToken(parent: Int?, node: Int, variable: Token.Variable?, at: Timestamp) {
        visits[node] += 1
        tokens.append(
            Token(id: nextToken, parent: parent, node: node, visit: visits[node], enteredAt: at, variable: variable))
        nextToken += 1
    }

    private mutating func applyResult(_ id: Int, _ output: JSONValue) {
        guard let token = token(id) else { return }
        let activities = activities(of: token)
        if activities.indices.contains(token.activity), let name = activities[token.activity].into {
            context.assign(output, at: name)
        }
        update(id) {
            $0.outputs.append(output)
            $0.activity += 1
            $0.attempt = 0
            $0.arguments = nil
            $0.phase = .ready
        }
    }

    private mutating func applyFork(_ id: Int, at: Timestamp) {
        guard let token = token(id) else { return }
        let children = program.nodes[token.node].children
        update(id) { $0.phase = .forked(pending: children.count, passed: 0) }
        for child in children { addToken(parent: id, node: child, variable: nil, at: at) }
    }

    private mutating func applyItem(_ id: Int, at: Timestamp) {
        guard let token = token(id), case .iterating(let items, let position) = token.phase,
            case .foreach(_, let name, _) = program.nodes[token.node].step.kind,
            let first = program.nodes[token.node].children.first
        else { return }
        update(id) { $0.phase = .iterating(items: items, position: position + 1) }
        let variable = Token.Variable(name: name, value: items[position], position: position)
        addToken(parent: id, node: first, variable: variable, at: at)
    }

    private mutating func applyRound(_ id: Int, at: Timestamp) {
        guard let token = token(id), let first = program.nodes[token.node].children.first else { return }
        let rounds = if case .looping(let rounds) = token.phase { rounds } else { 0 }
        update(id) { $0.phase = .looping(rounds: rounds + 1) }
        let variable = Token.Variable(name: "iteration", value: .integer(Int64(rounds)), position: rounds)
        addToken(parent: id, node: first, variable: variable, at: at)
    }

    private mutating func applyArrival(_ id: Int, _ event: Int, _ data: JSONValue) {
        waitsChanged = true
        update(id) {
            guard case .awaiting(let values, var arrived, let until) = $0.phase else { return }
            arrived[event] = data
            $0.phase = .awaiting(values: values, arrived: arrived, until: until)
        }
        if let data = data.object { context.merge(data) }
    }

    private mutating func applyJoin(_ id: Int, passed: Bool) {
        guard let parent = token(id)?.parent else { return }
        tokens.removeAll { $0.id == id }
        update(parent) {
            guard case .forked(let pending, let count) = $0.phase else { return }
            $0.phase = .forked(pending: pending - 1, passed: count + (passed ? 1 : 0))
        }
    }

    private mutating func applyLeave(
        _ id: Int, _ status: StepStatus, output: JSONValue?, error: String?, next: Int?, at: Timestamp
    ) {
        guard let token = token(id) else { return }
        if case .awaiting = token.phase { waitsChanged = true }
        endApproval(token, output?.object?["decision"]?.string.flatMap(ApprovalResult.init), at: at)
        finish(token, status, output: output, error: error, at: at)
        if status == .completed || output != nil { applyOutput(output, of: token) }
        if status == .completed { keepUndo(of: token) }
        guard let next else {
            update(id) { $0.phase = .left }
            return
        }
        visits[next] += 1
        let visit = visits[next]
        update(id) { $0.enter(next, visit: visit, at: at) }
    }

    /// What a step leaves in the context.
    private mutating func applyOutput(_ output: JSONValue?, of token: Token) {
        if token.node == program.loading { return applyLoads(token.node) }
        let node = program.nodes[token.node]
        switch node.step.kind {
        case .wait(.events(let events, let mode, _, _)):
            // Those of a wait for all have come into the context one by one.
            if mode == .any || events.count == 1, let data = output?.object {
                context.merge(events.count == 1 ? data : data["data"]?.object ?? [:])
            }
        case .workflow(let call): if let name = call.into, let output { context.assign(output, at: name) }
        case .approval(let approval): if let name = approval.into, let output { context.assign(output, at: name) }
        default: break
        }
    }

    /// Fills the context with what was loaded, in the order of the definition: what is there already stays.
    private mutating func applyLoads(_ loading: Int) {
        for child in program.nodes[loading].children.map({ program.nodes[$0] }) {
            guard let name = child.load?.prefix(while: { $0 != "." }).description,
                let loaded = finishedSteps.last(where: { $0.step == child.step.id })?.output?.object
            else { continue }
            var object = context[name]?.object ?? [:]
            object.fill(loaded)
            context[name] = .object(object)
        }
    }

    private mutating func keepUndo(of token: Token) {
        let node = program.nodes[token.node]
        guard !node.compensation.isEmpty else { return }
        let scope = scope(of: token)
        var left = RenderLimit.standard.bytes
        let arguments = node.compensation.map { call -> Result<JSONValue, ExpressionError> in
            var cost = Work()
            let limit = RenderLimit(bytes: left)
            let value = Result { () throws(ExpressionError) in try call.arguments.render(in: scope, limit: limit, &cost)
            }
            work += cost.spent
            undoBytes += cost.spent
            left = max(0, left - cost.spent)
            return value
        }
        undos.append(Undo(node: token.node, visit: token.visit, path: path(of: token), arguments: arguments))
    }

    private mutating func applyEvent(id: String, name: String, receivedAt: Timestamp) {
        guard program.readsIdentity else { return }
        system.assign(.string(id), member: "id", of: "event")
        system.assign(.string(name), member: "name", of: "event")
        system.assign(.string(receivedAt.description), member: "received_at", of: "event")
    }

    // MARK: Approvals

    private mutating func applyAsk(_ id: Int, _ question: ApprovalQuestion, at: Timestamp) {
        guard let token = token(id), case .approval(let approval) = program.nodes[token.node].step.kind else { return }
        approvalsChanged = true
        let step = program.nodes[token.node].step.id
        let open = OpenApproval(question, approval, key: waitKey(token), step: step, at: at)
        update(id) { $0.phase = .approving(open) }
    }

    private mutating func updateApproval(_ id: Int, _ change: (inout OpenApproval) -> Void) {
        guard case .approving(var open)? = token(id)?.phase else { return }
        approvalsChanged = true
        change(&open)
        update(id) { $0.phase = .approving(open) }
    }

    private mutating func applyRemind(_ id: Int, at: Timestamp) {
        guard let token = token(id), case .approval(let approval) = program.nodes[token.node].step.kind,
            let every = approval.reminder?.every
        else { return }
        let isRunning = aside(.reminder, of: token) != nil
        updateApproval(id) { $0.remind(every: every, at: at) }
        if !isRunning { addAside(.reminder, id, at: at) }
    }

    private mutating func addAside(_ aside: Approval.Aside, _ id: Int, at: Timestamp) {
        guard let token = token(id), let node = program.aside(aside, of: token.node) else { return }
        addToken(parent: id, node: node, variable: nil, at: at)
    }

    private mutating func endApproval(_ token: Token, _ result: ApprovalResult?, at: Timestamp) {
        guard case .approving(let open) = token.phase else { return }
        approvalsChanged = true
        endedApprovals.append(open.record(result ?? .cancelled, at: at))
    }

    // MARK: Undoing

    private mutating func applyCompensate(_ outcome: Outcome) {
        ending = outcome
        tokens = []
        waitsChanged = true
        addUndoToken(at: outcome.endedAt)
    }

    private mutating func applyUndone(_ id: Int, _ error: String?, at: Timestamp) {
        guard let token = token(id), token.undo != nil else { return }
        finish(token, error == nil ? .completed : .failed, output: nil, error: error, at: at)
        if error != nil { notUndone.append(program.nodes[token.node].step.id) }
        tokens = []
        if !undos.isEmpty { undos.removeLast() }
        addUndoToken(at: at)
    }

    private mutating func addUndoToken(at: Timestamp) {
        guard let undo = undos.last else { return }
        var token = Token(id: nextToken, parent: nil, node: undo.node, visit: undo.visit, enteredAt: at)
        token.undo = undo
        tokens.append(token)
        nextToken += 1
    }

    // MARK: Ends

    /// Puts the end of a step into the trace, and what it gave into the context.
    private mutating func finish(
        _ token: Token, _ status: StepStatus, output: JSONValue?, error: String?, at: Timestamp
    ) {
        if error != nil { logEnd(token.id, error: error, at: at) }
        var entry = traceEntry(keepsAttempts ? self.token(token.id) ?? token : token)
        entry.status = status
        entry.endedAt = at
        entry.output = output
        entry.error = error
        finishedSteps.append(entry)
        guard program.readsSteps, token.undo == nil, program.isStep(token.node) else { return }
        var result: JSONObject = ["status": .string(status.rawValue)]
        if let output { result["output"] = output }
        if let error { result["error"] = .string(error) }
        system.assign(.object(result), member: entry.step, of: "steps")
    }

    /// Removes a token that has not been left, and all below it.
    private mutating func drop(_ id: Int, at: Timestamp) {
        for child in tokens where child.parent == id { drop(child.id, at: at) }
        guard let token = token(id) else { return }
        if case .awaiting = token.phase { waitsChanged = true }
        endApproval(token, .cancelled, at: at)
        if !token.isLeft { finish(token, .skipped, output: nil, error: nil, at: at) }
        tokens.removeAll { $0.id == id }
    }

    private mutating func applyEnd(_ outcome: Outcome) {
        self.outcome = outcome
        tokens = []
        waitsChanged = true
    }
}
