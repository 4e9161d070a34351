import Workflow

/// What must hold when everything has ended.
struct Audit {
    private let scenario: Scenario
    private let schedulesUntil: Timestamp
    private let ledger: Ledger
    private let attempts: [ExecutionID: [Receiver.Attempt]]

    init(_ scenario: Scenario, schedulesUntil: Timestamp) {
        self.scenario = scenario
        self.schedulesUntil = schedulesUntil
        ledger = scenario.store.ledger
        attempts = Dictionary(grouping: scenario.receiver.all, by: \.execution)
    }

    private func demand(_ condition: Bool, _ otherwise: @autoclosure () -> String) {
        if !condition { scenario.world.fail(otherwise()) }
    }

    func check() async {
        checkEvents()
        checkKeys()
        await checkSchedules()
        for (id, life) in ledger.lives.sorted(by: { $0.key < $1.key }) {
            guard let stored = try? await scenario.store.journal.execution(id) else {
                return scenario.world.fail("\(id) is gone")
            }
            check(life, stored)
        }
        for vote in scenario.clients.votes { await check(vote) }
    }

    // MARK: Events and schedules

    /// Whoever sent an event and was answered finds what it starts, once each.
    private func checkEvents() {
        for event in scenario.clients.acknowledged {
            let started = event.executions.compactMap { ledger.lives[$0]?.workflow }
            demand(
                started.count == event.workflows.count && Set(started) == event.workflows,
                "the event \(event.event) was to start \(event.workflows.sorted()), and started \(started)")
        }
        var known: Set<ExecutionID> = []
        for (id, event) in ledger.events.sorted(by: { $0.key < $1.key }) {
            demand(known.isDisjoint(with: event.executions), "\(id) started what another event has started")
            known.formUnion(event.executions)
        }
        demand(known.count == ledger.lives.count, "there are executions that no event has started")
    }

    /// An occurrence comes to pass once, however often processes die; with `catch_up: all` each does.
    private func checkSchedules() async {
        guard let records = try? await scenario.store.journal.workflows(.current) else { return }
        for record in records where record.id == Definitions.tick.id {
            guard case .schedule(let schedule) = scenario.programs.program(record.id, "1")?.definition.trigger,
                let first = try? await scenario.store.journal.workflows(.version(workflow: record.id, version: "1"))
                    .first
            else { return scenario.world.fail("`\(record.id)` has no schedule") }
            let due = schedule.timing.occurrences(
                in: first.deployedAt + .microseconds(1)..<schedulesUntil + .seconds(-2), limit: 10_000)
            let missing = due.filter { !ledger.occurrences[record.id, default: []].contains($0) }
            demand(missing.isEmpty, "occurrences of `\(record.id)` never came to pass: \(missing.map(\.description))")
        }
    }

    // MARK: Attempts

    /// One place, one key, whoever makes the attempt and however often; and no key has two places.
    private func checkKeys() {
        var places: [String: String] = [:]
        for attempt in scenario.receiver.all {
            let place = "\(attempt.execution) \(attempt.place)"
            let other = places.updateValue(place, forKey: attempt.key)
            demand(other == nil || other == place, "the key \(attempt.key) stands for \(other ?? "") and \(place)")
            let version = ledger.lives[attempt.execution]?.version
            demand(
                version == attempt.version,
                "\(attempt.execution) runs on version \(version ?? ""), and an attempt on \(attempt.version)")
        }
        let keys = Dictionary(grouping: places, by: \.value)
        for (place, keys) in keys.sorted(by: { $0.key < $1.key }) {
            // Each reminder has a key of its own.
            demand(
                keys.count == 1 || place.contains("/remind-people"),
                "\(place) has several keys: \(keys.map(\.key).sorted())")
        }
    }

    // MARK: Executions

    private func check(_ life: Ledger.Life, _ stored: StoredExecution) {
        let id = stored.summary.id
        demand(stored.records.count == life.records, "\(id) has \(stored.records.count) records, not \(life.records)")
        guard let execution = scenario.programs.restore(stored), let outcome = execution.outcome else {
            return scenario.world.fail("\(id) has ended, and its records do not say so")
        }
        demand(stored.summary.outcome == outcome, "\(id) ended as \(outcome), the journal says otherwise")
        let undoes = outcome.result == .failed || outcome.result == .timeout || outcome.result == .cancelled
        if life.isCancelled {
            let wasEnding = execution.finishedSteps.contains { $0.kind == "compensate" }
            demand(
                outcome.result == .cancelled || wasEnding && undoes,
                "\(id) was cancelled, and ended as \(outcome.result)")
        }
        // What one takes up of another's history was done, and counted, there.
        if execution.rerunOf == nil {
            checkCompensation(execution, outcome)
            checkBranches(execution)
            checkHearing(execution, life)
        }
        checkCalls(execution)
    }

    /// What has been done is undone, the last first, if the execution failed or was cancelled; and only then.
    private func checkCompensation(_ execution: Execution, _ outcome: Outcome) {
        let id = execution.id
        let undone = execution.finishedSteps.filter { $0.kind == "compensate" }.map(\.path)
        let undoable: Set = ["book", "charge", "reserve", "hold", "first"]
        let done = execution.finishedSteps.filter {
            $0.kind == "execute" && $0.status == .completed && undoable.contains($0.step)
        }.map { "\($0.path).compensate" }
        let attempted = (attempts[id] ?? []).filter { $0.place.contains("/undo-") }
        switch outcome.result {
        case .allowed, .blocked, .executed:
            demand(undone.isEmpty && attempted.isEmpty, "\(id) ended as \(outcome.result), and undid \(undone)")
        case .cancelled where outcome.reason == "asked" && isTerminated(id):
            demand(done.reversed().starts(with: undone), "\(id) undid \(undone) of \(done)")
        case .failed, .timeout, .cancelled:
            demand(undone == done.reversed(), "\(id) ended as \(outcome.result): it did \(done), and undid \(undone)")
            demand(
                Set(attempted.map(\.key)).count == done.count,
                "\(id) did \(done), and these were tried to undo it: \(attempted.map(\.key))")
        }
    }

    private func isTerminated(_ id: ExecutionID) -> Bool { ledger.lives[id]?.isTerminated ?? false }

    private func checkBranches(_ execution: Execution) {
        for step in execution.finishedSteps where step.status == .completed {
            let below = execution.finishedSteps.filter {
                $0.path.hasPrefix("\(step.path).") && $0.startedAt >= step.startedAt && $0.kind != "compensate"
                    && $0.endedAt ?? step.startedAt <= step.endedAt ?? step.startedAt
            }
            let passed = below.count { $0.status == .completed && $0.output != .bool(false) }
            let told = step.output?.object
            switch (step.kind, step.step) {
            case ("parallel", "ship"):
                demand(passed == 3, "\(execution.id): \(passed) of 3 branches of `ship` passed, and it did")
                demand(told?["passed"] == 3, "\(execution.id): `ship` says \(String(describing: told))")
            case ("parallel", "any"):
                demand(passed >= 1, "\(execution.id): no branch of `any` passed, and it did")
            case ("parallel", "best"):
                demand(below.count == 2, "\(execution.id): `best` ended before its branches: \(below)")
                demand(told?["passed"]?.integer == Int64(passed), "\(execution.id): `best` miscounts")
            case ("foreach", "each"):
                let items = execution.finishedSteps.count {
                    $0.step == "reserve" && $0.kind == "execute" && $0.status == .completed
                }
                demand(told?["count"]?.integer == Int64(items), "\(execution.id): `each` took \(items) items")
            default: break
            }
        }
    }

    /// What came while it was waited for has been heard, though others were busy beside.
    private func checkHearing(_ execution: Execution, _ life: Ledger.Life) {
        for step in execution.finishedSteps where step.step == "heard" && step.status == .timeout {
            let inTime = (life.heard["a.came"] ?? []).filter { $0 < step.startedAt + .seconds(10) }
            demand(inTime.isEmpty, "\(execution.id) did not hear what came at \(inTime)")
        }
    }

    /// A call that succeeded gives what the called one ended with.
    private func checkCalls(_ execution: Execution) {
        for step in execution.finishedSteps where step.step == "check" && step.status == .completed {
            let output = step.output?.object
            guard let called = output?["execution_id"]?.string.flatMap(ExecutionID.init),
                let outcome = ledger.lives[called]?.outcome
            else { return scenario.world.fail("\(execution.id): `check` gives \(String(describing: output))") }
            demand(
                output?["result"]?.string == outcome.result.rawValue,
                "\(called) ended as \(outcome.result), and \(execution.id) was told \(String(describing: output))")
        }
    }

    /// A vote that was answered counts.
    private func check(_ vote: (execution: ExecutionID, key: String, name: String)) async {
        guard let stored = try? await scenario.store.journal.execution(vote.execution),
            let execution = scenario.programs.restore(stored), let approval = execution.approval(vote.key)
        else { return scenario.world.fail("the approval \(vote.key) of \(vote.execution) is gone") }
        demand(
            approval.votes.contains { $0.by == vote.name },
            "\(vote.name) was answered, and the vote does not count in \(vote.execution)")
    }
}
