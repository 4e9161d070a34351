extension Execution {
    /// Takes an input in, and says what is to be done.
    ///
    /// Total: an input that does not fit (a result that comes late, a signal to an ended execution) changes nothing.
    public mutating func handle(_ input: Input) -> [Action] {
        guard outcome == nil else { return [] }
        switch input {
        case .advance(let at): return advance(at: at)
        case .completed(let id, let output, let at): complete(id, output, at: at)
        case .failed(let id, let failure, let random, let at): fail(id, failure, random: random, at: at)
        case .tick(let at): return tick(at: at)
        case .event(let wait, let data, let at): arrive(wait, data, at: at)
        case .pause(let at): if !isPaused { record(.pause(at: at)) }
        case .resume(let at): if isPaused { record(.resume(at: at)) }
        case .cancel(let reason, let at): end(.cancelled, reason: reason, at: at)
        }
        return []
    }

    /// The attempts that were under way when the journal was written: a driver that takes over makes them again.
    public var interrupted: [Action] {
        tokens.compactMap { token in
            guard case .performing = token.phase, let task = try? task(for: token, attempt: token.attempt) else {
                return nil
            }
            return .perform(task)
        }
    }

    // MARK: Taking a step

    private mutating func advance(at: Timestamp) -> [Action] {
        guard isReady else { return [] }
        if !hasBegun {
            record(.begin(at: origin.startedAt))
            if let missing = missingObject {
                end(.failed, reason: missing, error: .contextBuild, at: at)
                return []
            }
        }
        guard let token = tokens.first(where: { if case .ready = $0.phase { true } else { false } }) else { return [] }
        if let excess = exceededLimit {
            end(.failed, reason: excess, error: .execution, at: at)
            return []
        }
        return step(token, at: at)
    }

    private var missingObject: String? {
        for (object, whole) in zip(program.requiredObjects, program.definition.load)
        where context[String(object)]?.object == nil {
            return "the data has no object `\(object)`, which context.load asks for (\(whole))"
        }
        return nil
    }

    private var exceededLimit: String? {
        if finishedSteps.count >= Limits.stepsPerExecution {
            return "the execution took more than \(Limits.stepsPerExecution) steps"
        }
        if recordedBytes > Limits.journalBytesPerExecution {
            return "the execution's journal grew over \(Limits.journalBytesPerExecution) bytes"
        }
        return nil
    }

    private mutating func step(_ token: Token, at: Timestamp) -> [Action] {
        let node = program.nodes[token.node]
        switch node.step.kind {
        case .condition(let condition, _, _):
            let holds = condition.evaluate(in: scope(of: token))
            succeed(token, output: .bool(holds), next: holds ? node.onTrue : node.onFalse, at: at)
        case .execute, .decision:
            return stepActivities(token, at: at)
        case .parallel:
            record(.fork(token: token.id, at: at))
        case .foreach(let items, _, _):
            iterate(token, items, at: at)
        case .wait(let wait):
            beginWait(token, wait, at: at)
        }
        return []
    }

    private mutating func stepActivities(_ token: Token, at: Timestamp) -> [Action] {
        let activities = program.nodes[token.node].activities
        var position = token.activity
        while position < activities.count, activities[position].kind == .set {
            guard let current = self.token(token.id), set(current, activities[position], at: at) else { return [] }
            position += 1
        }
        guard position < activities.count else {
            finishActivities(token.id, at: at)
            return []
        }
        return attempt(token.id, at: at)
    }

    /// - Returns: false when the values cannot be rendered and the step has failed.
    private mutating func set(_ token: Token, _ call: ActivityCall, at: Timestamp) -> Bool {
        do {
            let values = try call.arguments.render(in: scope(of: token)).object?["values"]?.object ?? [:]
            record(.set(token: token.id, values: values, at: at))
            return true
        } catch {
            failStep(token.id, .validation, "\(error)", at: at)
            return false
        }
    }

    private mutating func attempt(_ id: Int, at: Timestamp) -> [Action] {
        guard let token = token(id) else { return [] }
        do {
            let task = try task(for: token, attempt: token.attempt + 1)
            record(.attempt(token: id, arguments: program.hasBranches ? task.arguments : nil, at: at))
            return [.perform(task)]
        } catch {
            failStep(id, .validation, "\(error)", at: at)
            return []
        }
    }

    private func task(for token: Token, attempt: Int) throws(ExpressionError) -> ActivityTask {
        let node = program.nodes[token.node]
        let call = node.activities[token.activity]
        var arguments = token.arguments
        if arguments == nil { arguments = try call.arguments.render(in: scope(of: token)) }
        return ActivityTask(
            id: .init(token: token.id, visit: token.visit, activity: token.activity, attempt: attempt),
            kind: call.kind, arguments: arguments ?? .null,
            idempotencyKey: idempotencyKey(token), step: node.step.id)
    }

    private mutating func finishActivities(_ id: Int, at: Timestamp) {
        guard let token = token(id) else { return }
        let output: JSONValue? =
            switch token.outputs.count {
            case 0: nil
            case 1: token.outputs[0]
            default: .array(token.outputs)
            }
        guard case .decision(let verdict, let reason, _) = program.nodes[token.node].step.kind else {
            return succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        }
        do {
            let text = try reason?.renderText(in: scope(of: token))
            let output = JSONValue.string(verdict.rawValue)
            record(.leave(token: id, status: .completed, output: output, error: nil, next: nil, at: at))
            end(verdict == .allow ? .allowed : .blocked, reason: text, at: at)
        } catch {
            failStep(id, .validation, "\(error)", at: at)
        }
    }

    private mutating func iterate(_ token: Token, _ items: Template, at: Timestamp) {
        let value: JSONValue
        do {
            value = try items.render(in: scope(of: token))
        } catch {
            return failStep(token.id, .validation, "\(error)", at: at)
        }
        guard let list = value.array else {
            return failStep(token.id, .validation, "`items` is \(value.kindName), not a list", at: at)
        }
        guard list.count <= Limits.foreachItems else {
            let message = "`items` holds \(list.count) items; at most \(Limits.foreachItems) are allowed"
            return failStep(token.id, .validation, message, at: at)
        }
        record(.iterate(token: token.id, items: list, at: at))
        nextItem(token.id, at: at)
    }

    private mutating func nextItem(_ id: Int, at: Timestamp) {
        guard let token = token(id), case .iterating(let items, let position) = token.phase else { return }
        guard position < items.count else {
            let output: JSONValue = ["count": .integer(Int64(items.count))]
            return succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        }
        record(.item(token: id, at: at))
    }

    private mutating func beginWait(_ token: Token, _ wait: Wait, at: Timestamp) {
        switch wait {
        case .duration(let duration):
            record(.sleep(token: token.id, until: at + duration, at: at))
        case .event(_, let match, let timeout, _):
            do {
                let scope = scope(of: token)
                let values = try match.map { field throws(ExpressionError) in try field.value.render(in: scope) }
                record(.await(token: token.id, values: values, until: timeout.map { at + $0 }, at: at))
            } catch {
                failStep(token.id, .validation, "\(error)", at: at)
            }
        }
    }

    // MARK: What comes back

    private mutating func complete(_ id: ActivityTask.ID, _ output: JSONValue, at: Timestamp) {
        guard isPerforming(id) else { return }
        record(.result(token: id.token, output: output, at: at))
    }

    private mutating func fail(_ id: ActivityTask.ID, _ failure: ActivityFailure, random: Double, at: Timestamp) {
        guard isPerforming(id), let token = token(id.token) else { return }
        if let policy = program.nodes[token.node].step.retry, token.attempt < policy.maxAttempts,
            failure.isRetried(by: policy)
        {
            let until = at + policy.delay(after: token.attempt, random: random)
            record(.retry(token: token.id, until: until, error: failure.message, at: at))
        } else {
            let type: ErrorType = failure.reason == .invalid ? .validation : .execution
            failStep(token.id, type, failure.message, status: failure.reason == .timeout ? .timeout : .failed, at: at)
        }
    }

    private mutating func arrive(_ wait: String, _ data: JSONValue, at: Timestamp) {
        guard let token = tokens.first(where: { waitKey($0) == wait }), case .awaiting = token.phase else { return }
        succeed(token, output: data, next: program.nodes[token.node].next, at: at)
    }

    private mutating func tick(at: Timestamp) -> [Action] {
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
        case .ready, .performing, .forked, .iterating, .left: break
        }
        return []
    }

    // MARK: Leaving a step

    private mutating func succeed(_ token: Token, output: JSONValue?, next: Int?, at: Timestamp) {
        leave(token, .completed, output: output, error: nil, next: next, at: at)
    }

    private mutating func leave(
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

    private mutating func dropChildren(of id: Int, at: Timestamp) {
        for child in tokens where child.parent == id { record(.drop(token: child.id, at: at)) }
    }

    /// The step failed: `on_error` catches it, or the parent deals with it, or the execution fails.
    private mutating func failStep(
        _ id: Int, _ type: ErrorType, _ message: String, status: StepStatus = .failed, at: Timestamp
    ) {
        guard let token = token(id) else { return }
        dropChildren(of: id, at: at)
        let node = program.nodes[token.node]
        record(.leave(token: id, status: status, output: nil, error: message, next: node.onError, at: at))
        guard node.onError == nil else { return }
        guard let parent = token.parent.flatMap({ self.token($0) }) else {
            return end(.failed, reason: "step `\(node.step.id)`: \(message)", error: type, at: at)
        }
        if case .parallel = program.nodes[parent.node].step.kind {
            join(id, parent: parent.id, passed: false, at: at)
        } else {
            record(.join(token: id, passed: false, at: at))
            failStep(parent.id, type, "\(node.step.id): \(message)", at: at)
        }
    }

    private mutating func end(
        _ result: ExecutionResult, reason: String?, error: ErrorType? = nil, at: Timestamp
    ) {
        if tokens.first != nil { record(.drop(token: 0, at: at)) }
        record(.end(Outcome(result: result, reason: reason, errorType: error, endedAt: at)))
    }
}
