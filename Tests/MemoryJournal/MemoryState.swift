import Workflow

/// Everything that a ``MemoryJournal`` holds, and its verbs.
struct MemoryState {
    var isClosed = false
    var lastToken: Int64 = 0
    /// When each lease that has not been taken away ends.
    var leases: [Int64: Timestamp] = [:]
    var lastEvent = 0
    /// When the last was received of those that have been purged.
    var forgottenOccurrence: Timestamp?
    var events: [String: MemoryEvent] = [:]
    var executions: [ExecutionID: MemoryExecution] = [:]
    /// Those with waits, so that an event need not look at all the others.
    var waiters: Set<ExecutionID> = []
    /// Those that need a place, so that a birth need not look at all the others.
    var occupants: [String: Set<ExecutionID>] = [:]
    var workflows: [String: MemoryWorkflow] = [:]
    var keys: [String: KeyRecord] = [:]
    /// By the hour.
    var tallies = TallySum<MemoryTallyKey>()
}

struct MemoryEvent {
    var event: EventRecord
    var executions: [ExecutionID]
    /// Ascending in the order of arrival.
    let number: Int
}

// Leases

extension MemoryState {
    mutating func acquire(
        now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) -> Acquisition {
        lastToken += 1
        let taken = takeOver(now: now, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
        leases[lastToken] = until
        return Acquisition(lease: Lease(token: lastToken), takenOver: taken.runnable, deadLettered: taken.setAside)
    }

    mutating func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) throws(JournalError) -> Renewal {
        try check(lease)
        leases[lease.token] = until
        for (id, execution) in executions where execution.owner == lease.token {
            if let end = execution.trialUntil, end <= now { executions[id]?.trialUntil = nil }
        }
        let taken = takeOver(now: now, takingAll: false, deadLetterAfter: deadLetterAfter, except: lease)
        let signalled = executions.values
            .filter { $0.owner == lease.token && !$0.stored.signals.isEmpty }
            .map(\.id).sorted().prefix(1_000)
        return Renewal(signalled: Array(signalled), takenOver: taken.runnable, deadLettered: taken.setAside)
    }

    mutating func release(_ lease: Lease, now: Timestamp) throws(JournalError) {
        try check(lease)
        leases[lease.token] = nil
        for (id, execution) in executions where execution.owner == lease.token {
            executions[id]?.makeRunnable(since: now)
            executions[id]?.trialUntil = nil
        }
    }

    func check(_ lease: Lease) throws(JournalError) {
        if leases[lease.token] == nil { throw .fenced }
    }

    private mutating func takeOver(
        now: Timestamp, takingAll: Bool, deadLetterAfter: Int, except lease: Lease? = nil
    ) -> (runnable: Int, setAside: [ExecutionID]) {
        var taken: (runnable: Int, setAside: [ExecutionID]) = (0, [])
        for (token, end) in leases where (takingAll || end < now) && token != lease?.token {
            leases[token] = nil
            let owned = executions.filter { $0.value.owner == token }
            for (id, var execution) in owned {
                execution.die(now: now, deadLetterAfter: deadLetterAfter, isAlone: owned.count == 1)
                executions[id] = execution
                if execution.status == .deadLetter { taken.setAside.append(id) } else { taken.runnable += 1 }
            }
        }
        taken.setAside.sort()
        return taken
    }
}

// Claims and signals

extension MemoryState {
    /// Stores the execution, and what finds it.
    mutating func store(_ execution: MemoryExecution) {
        let id = execution.id
        let slot = executions[id]?.admission?.slot
        executions[id] = execution
        if execution.waits.isEmpty { waiters.remove(id) } else { waiters.insert(id) }
        if let slot, execution.admission == nil { occupants[slot]?.remove(id) }
        if let slot = execution.admission?.slot { occupants[slot, default: []].insert(id) }
    }

    mutating func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, _ lease: Lease
    ) throws(JournalError) -> Claim {
        try check(lease)
        let scope = only.map(Set.init)
        let tried = only == nil ? suspects(limit: max(limit, 0) + 1, now: now, lease) : nil
        var candidates: [(rank: Timestamp, since: Timestamp, id: ExecutionID)] = []
        var due: [(wake: Timestamp, id: ExecutionID, rank: Timestamp)] = []
        for (id, execution) in executions where scope?.contains(id) ?? true {
            if let since = execution.stored.runnableSince {
                if let tried, execution.isSuspect, !tried.contains(id) { continue }
                candidates.append((execution.rank(since: since), since, id))
            } else if let wake = execution.stored.summary.wakeAt, wake <= now {
                due.append((wake, id, execution.rank(since: wake)))
            }
        }
        // The oldest of those whose time has come, however urgent others are.
        let looked = only == nil ? due.sorted { $0 < $1 }.prefix(max(limit, 0) + 1) : due[...]
        candidates += looked.map { ($0.rank, $0.wake, $0.id) }
        candidates.sort { $0 < $1 }
        var claimed: [StoredExecution] = []
        for candidate in candidates.prefix(max(limit, 0)) {
            guard var execution = executions[candidate.id] else { continue }
            execution.settle(.running, at: now, lease)
            execution.trialUntil = execution.stored.deaths > 0 ? now + DeadLetter.trial : nil
            executions[candidate.id] = execution
            execution.stored.runnableSince = candidate.since
            claimed.append(execution.stored)
        }
        var times = executions.values.compactMap(\.stored.summary.wakeAt)
        if executions.values.contains(where: \.isSuspect) {
            times += executions.values.filter { $0.isOnTrial(under: lease, now: now) }.compactMap(\.trialUntil)
        }
        return Claim(executions: claimed, nextWake: times.min(), more: candidates.count > max(limit, 0))
    }

    /// The suspects that there is room for on trial.
    private func suspects(limit: Int, now: Timestamp, _ lease: Lease) -> Set<ExecutionID> {
        let waiting = executions.values.filter(\.isSuspect)
        let trials = executions.values.filter { $0.isOnTrial(under: lease, now: now) }
        let deaths = (trials.isEmpty ? waiting : trials).map(\.stored.deaths).max() ?? 0
        let room = min(DeadLetter.trialSize(deaths: deaths) - trials.count, limit)
        let equals = waiting.filter {
            DeadLetter.trialClass(deaths: $0.stored.deaths) == DeadLetter.trialClass(deaths: deaths)
        }
        let ordered = equals.sorted { ($0.stored.deaths, $0.id) < ($1.stored.deaths, $1.id) }
        return Set(ordered.prefix(max(room, 0)).map(\.id))
    }

    mutating func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) throws(JournalError) -> SignalReceipt {
        if case .event = kind { throw .conflict("events are delivered by ingest") }
        guard let execution = executions[id] else { return .unknown }
        if let outcome = execution.stored.summary.outcome { return .ended(outcome.result) }
        leave(kind, for: id, at: now)
        return .stored(driver: executions[id]?.owner)
    }

    mutating func send(_ commit: Commit) {
        for signal in commit.sent {
            let targets =
                switch signal.target {
                case .execution(let id): [id]
                case .startedBy(let event): events[event]?.executions ?? []
                }
            for id in targets { leave(signal.kind, for: id, at: commit.at) }
        }
    }

    /// One that is unknown or has ended is passed over.
    mutating func leave(_ kind: Signal.Kind, for id: ExecutionID, at: Timestamp) {
        guard var execution = executions[id], execution.status != .ended else { return }
        execution.leave(kind, at: at)
        store(execution)
    }
}
