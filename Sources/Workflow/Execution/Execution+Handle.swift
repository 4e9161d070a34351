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
        case .message(let key, let body, let at): take(body, for: key, at: at)
        case .pause(let at): if !isPaused { record(.pause(at: at)) }
        case .resume(let data, let at): if isPaused { record(.resume(data: data, at: at)) }
        case .cancel(let reason, let at):
            // What stands still would never come to its end.
            if isPaused { record(.resume(data: nil, at: at)) }
            if ending == nil { end(.cancelled, reason: reason, at: at) }
        case .terminate(let reason, let at): terminate(reason, at: at)
        }
        return []
    }

    /// The attempts that were under way when the journal was written: a driver that takes over makes them again.
    public var interrupted: [Action] {
        tokens.compactMap { token in
            var work = Work()
            guard case .performing = token.phase,
                let task = try? task(for: token, attempt: token.attempt, &work)
            else { return nil }
            return .perform(task)
        }
    }

    /// Those attempts, noted as begun once more; the driver commits that before it makes them.
    public mutating func takeOver(at: Timestamp) -> [Action] {
        let actions = interrupted
        for case .perform(let task) in actions { record(.repetition(token: task.id.token, at: at)) }
        return actions
    }

    /// The steps under way have their time from now on: nobody has driven the execution yet, or whoever did gave it back
    /// at once, however old it is.
    ///
    /// Nothing changes where all that there is to do is to wait: that has begun.
    public mutating func renew(at: Timestamp) {
        let isIdle = tokens.allSatisfy { token in
            switch token.phase {
            case .ready, .performing: false
            default: true
            }
        }
        guard !isIdle else { return }
        let isTimed = tokens.contains { token in
            token.isUnderWay && token.enteredAt < at && program.nodes[token.node].step.timeout != nil
        }
        if isTimed { record(.renew(at: at)) }
    }

    // MARK: Taking a step

    private mutating func advance(at: Timestamp) -> [Action] {
        guard isReady else { return [] }
        if !hasBegun {
            let loads = program.loadsContext && program.loading != nil
            record(.begin(loads: loads, rules: program.ruleVersions, at: origin.startedAt))
            if !loads, let missing = missingObject {
                end(.failed, reason: missing, error: .contextBuild, at: at)
                return []
            }
        }
        guard let token = tokens.first(where: { if case .ready = $0.phase { true } else { false } }) else { return [] }
        // What has been done is undone, whatever it takes.
        if token.undo != nil { return stepActivities(token, at: at) }
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

    var exceededLimit: String? {
        if finishedSteps.count >= Limits.stepsPerExecution {
            return "the execution took more than \(Limits.stepsPerExecution) steps"
        }
        if recordedBytes > Limits.journalBytesPerExecution {
            return "the execution's journal grew over \(Limits.journalBytesPerExecution) bytes"
        }
        if undoBytes > Limits.journalBytesPerExecution {
            return "what the execution would need to undo its steps grew over \(Limits.journalBytesPerExecution) bytes"
        }
        return nil
    }

    private mutating func step(_ token: Token, at: Timestamp) -> [Action] {
        let node = program.nodes[token.node]
        switch node.step.kind {
        case .condition(let condition, _, _):
            guard let holds = decide(condition, token, at: at) else { return [] }
            succeed(token, output: .bool(holds), next: holds ? node.onTrue : node.onFalse, at: at)
        case .execute, .decision, .workflow, .approval:
            return stepActivities(token, at: at)
        case .parallel:
            record(.fork(token: token.id, at: at))
        case .foreach(let items, _, _):
            iterate(token, items, at: at)
        case .loop:
            nextRound(token.id, at: at)
        case .wait(let wait):
            beginWait(token, wait, at: at)
        }
        return []
    }

    /// - Returns: nil when the condition takes too much work and the step has failed.
    mutating func decide(_ condition: Condition, _ token: Token, at: Timestamp) -> Bool? {
        var cost = Work()
        defer { work += cost.spent }
        do throws(ExpressionError) {
            return try condition.evaluate(in: scope(of: token), &cost)
        } catch {
            failStep(token.id, .validation, "\(error)", at: at)
            return nil
        }
    }

    private mutating func stepActivities(_ token: Token, at: Timestamp) -> [Action] {
        let activities = activities(of: token)
        var position = token.activity
        let start = work
        while position < activities.count, activities[position].kind == .set {
            guard let current = self.token(token.id), set(current, activities[position], at: at) else { return [] }
            position += 1
            // The token stays ready; the next advance goes on where this one stops.
            if work - start >= Self.workWithoutPause { return [] }
        }
        guard position < activities.count else {
            finishActivities(token.id, at: at)
            return []
        }
        return attempt(token.id, at: at)
    }

    /// - Returns: false when the values cannot be rendered and the step has failed.
    private mutating func set(_ token: Token, _ call: ActivityCall, at: Timestamp) -> Bool {
        var cost = Work()
        defer { work += cost.spent }
        do {
            let values = try arguments(of: call, for: token, &cost).object?["values"]?.object ?? [:]
            for path in values.compactMap({ try? Path(parsing: $0.key) }) {
                guard let obstacle = context.obstacle(to: path) else { continue }
                failStep(token.id, .validation, obstacle, at: at)
                return false
            }
            record(.set(token: token.id, values: values, at: at))
            return true
        } catch {
            failStep(token.id, .validation, "\(error)", at: at)
            return false
        }
    }

    mutating func attempt(_ id: Int, at: Timestamp) -> [Action] {
        guard let token = token(id) else { return [] }
        var cost = Work()
        defer { work += cost.spent }
        do {
            let task = try task(for: token, attempt: token.attempt + 1, &cost)
            // What is loaded for is made of the event, which does not change.
            let isKept = program.hasBranches && program.nodes[token.node].load == nil
            record(.attempt(token: id, arguments: isKept ? task.arguments : nil, at: at))
            return [.perform(task)]
        } catch {
            failStep(id, .validation, "\(error)", at: at)
            return []
        }
    }

    private func task(
        for token: Token, attempt: Int, _ work: inout Work
    ) throws(ExpressionError) -> ActivityTask {
        let call = activities(of: token)[token.activity]
        var rendered = token.arguments
        if rendered == nil { rendered = try arguments(of: call, for: token, &work) }
        return ActivityTask(
            id: .init(token: token.id, visit: token.visit, activity: token.activity, attempt: attempt),
            kind: call.kind, arguments: rendered ?? .null,
            idempotencyKey: idempotencyKey(token), waitKey: waitsForEnd(token) ? waitKey(token) : nil,
            step: program.nodes[token.node].step.id)
    }

    /// Whether the step waits for the end of what its activity starts.
    func waitsForEnd(_ token: Token) -> Bool {
        guard token.undo == nil, case .workflow(let call) = program.nodes[token.node].step.kind else { return false }
        return call.mode == .call
    }

    /// Those of the step, or those that undo it.
    func activities(of token: Token) -> [ActivityCall] {
        let node = program.nodes[token.node]
        return token.undo == nil ? node.activities : node.compensation
    }

    /// What undoes a step has its arguments from when the step completed.
    func arguments(
        of call: ActivityCall, for token: Token, _ work: inout Work
    ) throws(ExpressionError) -> JSONValue {
        if let undo = token.undo, undo.arguments.indices.contains(token.activity) {
            return try undo.arguments[token.activity].get()
        }
        if let load = program.nodes[token.node].load { return ["name": .string(load), "data": .object(origin.data)] }
        return try call.arguments.render(in: scope(of: token), &work)
    }

    private mutating func finishActivities(_ id: Int, at: Timestamp) {
        guard let token = token(id) else { return }
        if token.undo != nil { return undone(id, error: nil, at: at) }
        let output: JSONValue? =
            switch token.outputs.count {
            case 0: nil
            case 1: token.outputs[0]
            default: .array(token.outputs)
            }
        if case .workflow(let call) = program.nodes[token.node].step.kind {
            return finishStart(token, call, output?.object ?? [:], at: at)
        }
        if case .approval(let approval) = program.nodes[token.node].step.kind {
            return ask(token, approval, at: at)
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
        var cost = Work()
        defer { work += cost.spent }
        do {
            value = try items.render(in: scope(of: token), &cost)
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

    mutating func nextItem(_ id: Int, at: Timestamp) {
        guard let token = token(id), case .iterating(let items, let position) = token.phase else { return }
        guard position < items.count else {
            let output: JSONValue = ["count": .integer(Int64(items.count))]
            return succeed(token, output: output, next: program.nodes[token.node].next, at: at)
        }
        record(.item(token: id, at: at))
    }
}
