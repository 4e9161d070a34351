import Workflow

/// Everything that a ``MemoryJournal`` holds, and its verbs.
struct MemoryState {
    var isClosed = false
    var lastToken: Int64 = 0
    /// When each lease that has not been taken away ends.
    var leases: [Int64: Timestamp] = [:]
    var events: [String: (event: EventRecord, executions: [ExecutionID])] = [:]
    var executions: [ExecutionID: MemoryExecution] = [:]
    /// Those with waits, so that an event need not look at all the others.
    var waiters: Set<ExecutionID> = []
    var workflows: [String: MemoryWorkflow] = [:]
    var keys: [String: KeyRecord] = [:]
}

struct MemoryExecution {
    var stored: StoredExecution
    var owner: Int64?
    var waits: [EventWait] = []
    var lastSignal: Int64 = 0

    var status: ExecutionStatus { stored.summary.status }

    /// Nobody drives it, and whoever has room may claim it.
    mutating func makeRunnable(since: Timestamp) {
        stored.summary.status = .queued
        stored.summary.wakeAt = nil
        stored.runnableSince = since
        owner = nil
    }

    mutating func leave(_ kind: Signal.Kind, at: Timestamp) {
        lastSignal += 1
        stored.signals.append(Signal(number: lastSignal, kind: kind, at: at))
        if status == .waiting || status == .paused { makeRunnable(since: at) }
    }

    mutating func settle(_ disposition: Disposition, at: Timestamp, _ lease: Lease) {
        owner = nil
        stored.runnableSince = nil
        stored.summary.wakeAt = nil
        switch disposition {
        case .running:
            stored.summary.status = .running
            owner = lease.token
        case .runnable: makeRunnable(since: at)
        case .waiting(let until):
            stored.summary.status = .waiting
            stored.summary.wakeAt = until
        case .paused: stored.summary.status = .paused
        case .deadLetter: stored.summary.status = .deadLetter
        case .ended(let outcome):
            stored.summary.status = .ended
            stored.summary.outcome = outcome
            stored.signals = []
            waits = []
        }
    }
}

// Leases

extension MemoryState {
    mutating func acquire(now: Timestamp, until: Timestamp, takingAll: Bool) -> Acquisition {
        lastToken += 1
        let takenOver = takeOver(now: now, takingAll: takingAll)
        leases[lastToken] = until
        return Acquisition(lease: Lease(token: lastToken), takenOver: takenOver)
    }

    mutating func renew(_ lease: Lease, now: Timestamp, until: Timestamp) throws(JournalError) -> Renewal {
        try check(lease)
        leases[lease.token] = until
        let takenOver = takeOver(now: now, takingAll: false, except: lease)
        let signalled = executions.values
            .filter { $0.owner == lease.token && !$0.stored.signals.isEmpty }
            .map(\.stored.summary.id).sorted().prefix(1_000)
        return Renewal(signalled: Array(signalled), takenOver: takenOver)
    }

    mutating func release(_ lease: Lease, now: Timestamp) throws(JournalError) {
        try check(lease)
        leases[lease.token] = nil
        for (id, execution) in executions where execution.owner == lease.token {
            executions[id]?.makeRunnable(since: now)
        }
    }

    func check(_ lease: Lease) throws(JournalError) {
        if leases[lease.token] == nil { throw .fenced }
    }

    private mutating func takeOver(now: Timestamp, takingAll: Bool, except lease: Lease? = nil) -> Int {
        var count = 0
        for (token, end) in leases where (takingAll || end < now) && token != lease?.token {
            leases[token] = nil
            for (id, execution) in executions where execution.owner == token {
                executions[id]?.makeRunnable(since: now)
                executions[id]?.stored.takeovers += 1
                count += 1
            }
        }
        return count
    }
}

// Executions

extension MemoryState {
    mutating func ingest(_ arrivals: [Arrival], _ lease: Lease) throws(JournalError) -> [Ingestion] {
        try check(lease)
        try checkBirths(arrivals)
        var ingestions: [Ingestion] = []
        for arrival in arrivals {
            if let known = events[arrival.event.id] {
                let isSame = known.event.saysTheSame(as: arrival.event)
                ingestions.append(isSame ? .duplicate(executions: known.executions) : .conflict)
                continue
            }
            events[arrival.event.id] = (arrival.event, arrival.executions.map(\.commit.id))
            let woken = deliver(arrival)
            for execution in arrival.executions { insert(execution, arrival.event, lease) }
            ingestions.append(.accepted(Acceptance(woken: woken)))
        }
        return ingestions
    }

    private func checkBirths(_ arrivals: [Arrival]) throws(JournalError) {
        var arrived: Set<String> = []
        var born: Set<ExecutionID> = []
        for arrival in arrivals {
            let isNew = events[arrival.event.id] == nil && arrived.insert(arrival.event.id).inserted
            for commit in arrival.executions.map(\.commit) {
                guard commit.number == 0 else { throw .conflict("the first record has the number 0") }
                guard !isNew || executions[commit.id] == nil && born.insert(commit.id).inserted else {
                    throw .conflict("there is such an execution")
                }
            }
        }
    }

    private mutating func store(_ execution: MemoryExecution) {
        let id = execution.stored.summary.id
        executions[id] = execution
        if execution.waits.isEmpty { waiters.remove(id) } else { waiters.insert(id) }
    }

    private mutating func insert(_ new: NewExecution, _ event: EventRecord, _ lease: Lease) {
        let commit = new.commit
        let summary = ExecutionSummary(
            id: commit.id, workflow: new.workflow, version: new.version, trigger: new.trigger, eventID: event.id,
            status: .running, startedAt: new.startedAt, wakeAt: nil, outcome: nil)
        let stored = StoredExecution(
            summary: summary, event: event, records: [commit.record], signals: [], runnableSince: nil, takeovers: 0)
        var execution = MemoryExecution(stored: stored, waits: commit.waits ?? [])
        execution.settle(commit.disposition, at: commit.at, lease)
        store(execution)
    }

    private mutating func deliver(_ arrival: Arrival) -> [ExecutionID] {
        var woken: [ExecutionID] = []
        for id in waiters.sorted() {
            guard var execution = executions[id] else { continue }
            let matched = execution.waits.filter { $0.matches(arrival) }
            guard !matched.isEmpty else { continue }
            execution.waits.removeAll { $0.matches(arrival) }
            for wait in matched {
                execution.leave(.event(wait: wait.key, arrival.event), at: arrival.event.receivedAt)
            }
            if execution.status == .queued { woken.append(id) }
            store(execution)
        }
        return woken
    }

    mutating func commit(_ commit: Commit, _ lease: Lease) throws(JournalError) -> [Signal] {
        try check(lease)
        guard var execution = executions[commit.id] else { throw .conflict("there is no such execution") }
        guard execution.status == .running, execution.owner == lease.token else {
            throw .conflict("it is not driven by this lease")
        }
        guard execution.stored.records.count == commit.number else { throw .conflict("it is not the next record") }
        execution.stored.records.append(commit.record)
        if let consumed = commit.consumed { execution.stored.signals.removeAll { $0.number <= consumed } }
        if let waits = commit.waits { execution.waits = waits }
        var disposition = commit.disposition
        switch disposition {
        case .waiting, .paused: if !execution.stored.signals.isEmpty { disposition = .running }
        case .running, .runnable, .deadLetter, .ended: break
        }
        execution.settle(disposition, at: commit.at, lease)
        store(execution)
        return execution.stored.signals
    }

    mutating func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, _ lease: Lease
    ) throws(JournalError) -> Claim {
        try check(lease)
        let scope = only.map(Set.init)
        var candidates: [(rank: Int, since: Timestamp, id: ExecutionID)] = []
        for (id, execution) in executions where scope?.contains(id) ?? true {
            if execution.status == .queued, let since = execution.stored.runnableSince {
                candidates.append((0, since, id))
            } else if let wake = execution.stored.summary.wakeAt, wake <= now {
                candidates.append((1, wake, id))
            }
        }
        candidates.sort { $0 < $1 }
        var claimed: [StoredExecution] = []
        for candidate in candidates.prefix(max(limit, 0)) {
            guard var execution = executions[candidate.id] else { continue }
            execution.settle(.running, at: now, lease)
            executions[candidate.id] = execution
            execution.stored.runnableSince = candidate.since
            claimed.append(execution.stored)
        }
        return Claim(
            executions: claimed, nextWake: executions.values.compactMap(\.stored.summary.wakeAt).min(),
            more: candidates.count > max(limit, 0))
    }

    mutating func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) throws(JournalError) -> SignalReceipt {
        if case .event = kind { throw .conflict("events are delivered by ingest") }
        guard var execution = executions[id] else { return .unknown }
        if let outcome = execution.stored.summary.outcome { return .ended(outcome.result) }
        execution.leave(kind, at: now)
        executions[id] = execution
        return .stored(driver: execution.owner)
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
