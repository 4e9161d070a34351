import Workflow

extension MemoryState {
    mutating func ingest(_ arrivals: [Arrival], _ lease: Lease) throws(JournalError) -> [Ingestion] {
        try check(lease)
        try checkBirths(arrivals)
        var ingestions: [Ingestion] = []
        for arrival in arrivals { ingestions.append(ingest(arrival, lease)) }
        return ingestions
    }

    private func checkBirths(_ arrivals: [Arrival]) throws(JournalError) {
        var arrived: Set<String> = []
        var born: Set<ExecutionID> = []
        for arrival in arrivals {
            let isNew = events[arrival.event.id] == nil && arrived.insert(arrival.event.id).inserted
            for commit in arrival.executions.map(\.commit) {
                guard commit.number == 0 else { throw .conflict("the first record has the number 0") }
                try commit.validate()
                guard !isNew || executions[commit.id] == nil && born.insert(commit.id).inserted else {
                    throw .conflict("there is such an execution")
                }
            }
        }
    }

    private mutating func ingest(_ arrival: Arrival, _ lease: Lease) -> Ingestion {
        let event = arrival.event
        if let known = events[event.id], !known.event.saysTheSame(as: event) { return .conflict }
        if let mark = arrival.schedule { _ = update(mark.workflow, .handleSchedule(upTo: mark.handled)) }
        if let known = events[event.id] { return .duplicate(executions: known.executions) }
        var acceptance = deliver(arrival)
        for execution in arrival.executions { admit(execution, event, lease, &acceptance) }
        let stored = arrival.executions.map(\.commit.id).filter { !acceptance.skipped.contains($0) }
        lastEvent += 1
        events[event.id] = MemoryEvent(event: event, executions: stored, number: lastEvent)
        return .accepted(acceptance)
    }

    private mutating func deliver(_ arrival: Arrival) -> Acceptance {
        var acceptance = Acceptance()
        for id in waiters.sorted() {
            guard var execution = executions[id] else { continue }
            let matched = execution.waits.filter { $0.matches(arrival) }
            guard !matched.isEmpty else { continue }
            execution.waits.removeAll { $0.matches(arrival) }
            for wait in matched {
                execution.leave(.event(wait: wait.key, arrival.event), at: arrival.event.receivedAt)
            }
            if execution.stored.runnableSince != nil {
                acceptance.woken.append(id)
            } else if execution.owner != nil {
                acceptance.signalled.append(id)
            }
            store(execution)
        }
        return acceptance
    }

    // Admission

    private mutating func admit(
        _ new: NewExecution, _ event: EventRecord, _ lease: Lease, _ acceptance: inout Acceptance
    ) {
        let commit = new.commit
        guard let admission = new.admission, new.commit.outcome == nil,
            !hasRoom(admission.slot, limit: admission.limit)
        else { return insert(new, event, isHeld: false, lease) }
        switch admission.excess {
        case .skip:
            acceptance.skipped.append(commit.id)
            return
        case .cancelRunning:
            for id in occupants[admission.slot, default: []].sorted() {
                leave(.cancel(reason: Admission.replaced), for: id, at: commit.at)
                acceptance.signalled.append(id)
            }
        case .queue: break
        }
        insert(new, event, isHeld: true, lease)
        acceptance.held.append(commit.id)
    }

    private func hasRoom(_ slot: String, limit: Int) -> Bool {
        occupants[slot, default: []].count { executions[$0]?.isAdmitted == true } < max(limit, 1)
    }

    /// An admitted execution has ended: lets in those that were held for it, by the limit that came last.
    private mutating func letIn(_ slot: String, at: Timestamp) {
        let ids = occupants[slot, default: []].sorted()
        guard let limit = ids.last.flatMap({ executions[$0]?.admission?.limit }) else { return }
        for id in ids {
            guard let held = executions[id], held.isHeld else { continue }
            guard hasRoom(slot, limit: limit) else { return }
            executions[id]?.makeRunnable(since: at)
        }
    }

    private mutating func insert(_ new: NewExecution, _ event: EventRecord, isHeld: Bool, _ lease: Lease) {
        let commit = new.commit
        let summary = ExecutionSummary(
            id: commit.id, workflow: new.workflow, version: new.version, trigger: new.trigger, eventID: event.id,
            status: .running, startedAt: new.startedAt, wakeAt: nil, outcome: nil,
            priority: Priority.clamped(new.priority))
        let stored = StoredExecution(
            summary: summary, event: event, records: [commit.record], signals: [], runnableSince: nil,
            lease: nil, takeovers: 0)
        var execution = MemoryExecution(
            stored: stored, waits: commit.waits ?? [], approvals: commit.approvals ?? [], admission: new.admission)
        if isHeld { execution.hold() } else { execution.settle(commit.disposition, at: commit.at, lease) }
        store(execution)
        tally(commit, of: summary)
        send(commit)
    }

    // Commits

    mutating func commit(_ commit: Commit, _ lease: Lease) throws(JournalError) -> [Signal] {
        try check(lease)
        try commit.validate()
        guard let found = executions[commit.id] else { throw .conflict("there is no such execution") }
        guard found.status == .running, found.owner == lease.token else {
            throw .conflict("it is not driven by this lease")
        }
        guard found.stored.records.count == commit.number else { throw .conflict("it is not the next record") }
        send(commit)
        // It may have sent something to itself.
        guard var execution = executions[commit.id] else { throw .conflict("there is no such execution") }
        execution.stored.records.append(commit.record)
        if !commit.isRepetition { execution.stored.deaths = 0 }
        tally(commit, of: execution.stored.summary)
        if let consumed = commit.consumed { execution.stored.signals.removeAll { $0.number <= consumed } }
        if let waits = commit.waits { execution.waits = waits }
        if let approvals = commit.approvals { execution.approvals = approvals }
        var disposition = commit.disposition
        switch disposition {
        case .waiting, .paused: if !execution.stored.signals.isEmpty { disposition = .running }
        case .running, .runnable, .deadLetter, .ended: break
        }
        execution.settle(disposition, at: commit.at, lease)
        store(execution)
        if execution.status == .ended, let slot = found.admission?.slot { letIn(slot, at: commit.at) }
        return execution.stored.signals
    }
}

extension Commit {
    var outcome: Outcome? {
        if case .ended(let outcome) = disposition { outcome } else { nil }
    }
}

extension EventWait {
    fileprivate func matches(_ arrival: Arrival) -> Bool {
        guard event == arrival.event.name else { return false }
        return match.allSatisfy { field in
            guard let found = arrival.data.object.flatMap({ field.path.resolve(in: $0) }) else { return false }
            return found.isEqual(to: field.value)
        }
    }
}
