extension Execution {
    // MARK: What comes back

    mutating func complete(_ id: ActivityTask.ID, _ output: JSONValue, at: Timestamp) {
        guard isPerforming(id) else { return }
        record(.result(token: id.token, output: output, at: at))
    }

    mutating func fail(_ id: ActivityTask.ID, _ failure: ActivityFailure, random: Double, at: Timestamp) {
        guard isPerforming(id), let token = token(id.token) else { return }
        if let time = failure.notBefore {
            postpone(token, failure, until: time, at: at)
        } else if let policy = retryPolicy(of: token), policy.tries(again: failure, after: token.attempt) {
            let until = at + policy.delay(after: token.attempt, random: random)
            record(.retry(token: token.id, until: until, error: failure.message, at: at))
        } else {
            let type: ErrorType = failure.reason == .invalid ? .validation : .execution
            failStep(token.id, type, failure.message, status: failure.reason == .timeout ? .timeout : .failed, at: at)
        }
    }

    /// However soon it may be, a step is not postponed for less.
    private static let shortestPostponement = Duration.seconds(1)

    private static let mostPostponementsOfUndo = 100

    /// The attempt was not made: it is made when it can be, unless a timeout comes first.
    private mutating func postpone(_ token: Token, _ failure: ActivityFailure, until: Timestamp, at: Timestamp) {
        if let excess = exceededLimit {
            guard token.undo != nil else { return end(.failed, reason: excess, error: .execution, at: at) }
            // Nothing else bounds how often it is put off.
            if token.postponements >= Self.mostPostponementsOfUndo { return undone(token.id, error: excess, at: at) }
        }
        let until = max(until, at + Self.shortestPostponement)
        record(.postpone(token: token.id, until: until, reason: failure.message, at: at))
    }

    /// What undoes a step is tried again even if the step itself is not.
    private func retryPolicy(of token: Token) -> RetryPolicy? {
        program.nodes[token.node].step.retry ?? (token.undo == nil ? nil : RetryPolicy(maxAttempts: 5))
    }

    mutating func tick(at: Timestamp) -> [Action] {
        guard !isPaused else { return [] }
        if let deadline, deadline <= at {
            end(.timeout, reason: "the workflow's timeout ran out", error: .timeout, at: at)
            return []
        }
        var actions: [Action] = []
        for id in tokens.map(\.id) where outcome == nil {
            guard let token = token(id) else { continue }
            if let deadline = stepDeadline(token), deadline <= at, !token.isLeft {
                failStep(id, .timeout, "the step's timeout ran out", status: .timeout, at: at)
            } else if let wakeAt = token.wakeAt, wakeAt <= at {
                actions += wake(token, at: at)
            }
        }
        return outcome == nil ? actions : []
    }

    private mutating func wake(_ token: Token, at: Timestamp) -> [Action] {
        let node = program.nodes[token.node]
        switch token.phase {
        case .backingOff: return attempt(token.id, at: at)
        case .sleeping: succeed(token, output: nil, next: node.next, at: at)
        case .awaiting where node.onTimeout != nil:
            leave(token, .timeout, output: nil, error: nil, next: node.onTimeout, at: at)
        case .awaiting: failStep(token.id, .timeout, "the event did not come in time", status: .timeout, at: at)
        case .approving(let open): wakeApproval(token, open, at: at)
        case .ready, .performing, .forked, .iterating, .looping, .calling, .left: break
        }
        return []
    }

    // MARK: Leaving a step

    mutating func succeed(_ token: Token, output: JSONValue?, next: Int?, at: Timestamp) {
        leave(token, .completed, output: output, error: nil, next: next, at: at)
    }

    mutating func leave(
        _ token: Token, _ status: StepStatus, output: JSONValue?, error: String?, next: Int?, at: Timestamp
    ) {
        record(.leave(token: token.id, status: status, output: output, error: error, next: next, at: at))
        guard next == nil else { return }
        guard let parent = token.parent else { return end(.executed, reason: nil, at: at) }
        let passed = output != .bool(false) || !isCondition(token)
        join(token.id, parent: parent, passed: passed, at: at)
    }

    private func isCondition(_ token: Token) -> Bool {
        if case .condition = program.nodes[token.node].step.kind { true } else { false }
    }

    /// A child is done: its parent goes on when it can.
    private mutating func join(_ child: Int, parent: Int, passed: Bool, at: Timestamp) {
        record(.join(token: child, passed: passed, at: at))
        guard let token = token(parent) else { return }
        switch (program.nodes[token.node].step.kind, token.phase) {
        case (.foreach, _): nextItem(parent, at: at)
        case (.loop, _): nextRound(parent, at: at)
        case (.parallel(_, let strategy), .forked(let pending, let count)):
            settle(token, strategy, branchPassed: passed, pending: pending, passed: count, at: at)
        default: break
        }
    }

    private mutating func settle(
        _ token: Token, _ strategy: ParallelStrategy, branchPassed: Bool, pending: Int, passed: Int, at: Timestamp
    ) {
        let branches = program.nodes[token.node].children.count
        let output: JSONValue = ["passed": .integer(Int64(passed)), "branches": .integer(Int64(branches))]
        switch strategy {
        case .allMustPass where !branchPassed:
            failStep(token.id, .execution, "a branch did not pass", at: at)
        case .anyCanPass where pending == 0 && passed == 0:
            failStep(token.id, .execution, "no branch passed", at: at)
        case .anyCanPass where branchPassed:
            dropChildren(of: token.id, at: at)
            succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        case .allMustPass where pending == 0, .bestEffort where pending == 0:
            succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        case .allMustPass, .anyCanPass, .bestEffort: break
        }
    }

    mutating func dropChildren(of id: Int, at: Timestamp) {
        for child in tokens where child.parent == id {
            abandonCalls(of: child.id)
            record(.drop(token: child.id, at: at))
        }
    }

    /// The step failed: `on_error` catches it, or the parent deals with it, or the execution fails.
    mutating func failStep(
        _ id: Int, _ type: ErrorType, _ message: String, status: StepStatus = .failed, output: JSONValue? = nil,
        at: Timestamp
    ) {
        guard let token = token(id) else { return }
        if token.undo != nil { return undone(id, error: message, at: at) }
        abandonCalls(of: id)
        dropChildren(of: id, at: at)
        let node = program.nodes[token.node]
        record(.leave(token: id, status: status, output: output, error: message, next: node.onError, at: at))
        guard node.onError == nil else { return }
        guard let parent = token.parent.flatMap({ self.token($0) }) else {
            let place = token.node == program.loading ? "" : "step `\(node.step.id)`: "
            return end(.failed, reason: place + message, error: type, at: at)
        }
        if let load = node.load {
            record(.join(token: id, passed: false, at: at))
            return failStep(parent.id, .contextBuild, "\(load) could not be loaded: \(message)", at: at)
        }
        switch program.nodes[parent.node].step.kind {
        case .parallel, .approval: join(id, parent: parent.id, passed: false, at: at)
        default:
            record(.join(token: id, passed: false, at: at))
            failStep(parent.id, type, "\(node.step.id): \(message)", at: at)
        }
    }
}
