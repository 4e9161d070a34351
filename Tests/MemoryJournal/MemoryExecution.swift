import Workflow

/// One execution, as a ``MemoryState`` holds it.
struct MemoryExecution {
    var stored: StoredExecution
    var owner: Int64? {
        get { stored.lease?.token }
        set { stored.lease = newValue.map { Lease(token: $0) } }
    }
    var waits: [EventWait] = []
    var approvals: [ApprovalRequest] = []
    var lastSignal: Int64 = 0
    /// Of one that has not ended and needs a place.
    var admission: Admission?
    var trialUntil: Timestamp?

    var id: ExecutionID { stored.summary.id }
    var status: ExecutionStatus { stored.summary.status }
    var isHeld: Bool { stored.summary.isHeld }
    /// It is runnable, and deaths count against it.
    var isSuspect: Bool { stored.runnableSince != nil && stored.deaths > 0 }

    func isOnTrial(under lease: Lease, now: Timestamp) -> Bool {
        guard owner == lease.token, stored.deaths > 0, let trialUntil else { return false }
        return trialUntil > now
    }

    /// What comes before it, of those that are runnable or whose time has come.
    func rank(since: Timestamp) -> Timestamp {
        Priority.rank(runnableSince: since, priority: stored.summary.priority)
    }

    /// It has a place.
    var isAdmitted: Bool { admission != nil && !isHeld }

    /// Nobody drives it, and whoever has room may claim it.
    mutating func makeRunnable(since: Timestamp) {
        stored.summary.status = .queued
        stored.summary.wakeAt = nil
        stored.summary.isHeld = false
        stored.summary.deadLetterReason = nil
        stored.runnableSince = since
        owner = nil
    }

    mutating func hold() {
        stored.summary.status = .queued
        stored.summary.isHeld = true
        stored.summary.wakeAt = nil
        stored.runnableSince = nil
        owner = nil
    }

    mutating func setAside(_ reason: String) {
        stored.summary.status = .deadLetter
        stored.summary.wakeAt = nil
        stored.summary.deadLetterReason = reason
        stored.runnableSince = nil
        owner = nil
    }

    mutating func leave(_ kind: Signal.Kind, at: Timestamp) {
        lastSignal += 1
        stored.signals.append(Signal(number: lastSignal, kind: kind, at: at))
        switch (kind, status) {
        case (_, .waiting), (_, .paused), (.cancel, .deadLetter), (.terminate, .deadLetter): makeRunnable(since: at)
        case (.resume, .deadLetter):
            makeRunnable(since: at)
            stored.deaths = 0
        case (.cancel, .queued) where isHeld, (.terminate, .queued) where isHeld:
            makeRunnable(since: at)
            admission = nil
        default: break
        }
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
        case .deadLetter(let reason): setAside(reason)
        case .ended(let outcome):
            stored.summary.status = .ended
            stored.summary.outcome = outcome
            stored.signals = []
            waits = []
            approvals = []
            admission = nil
        }
    }

    /// Its process died, which drove others beside it or not.
    mutating func die(now: Timestamp, deadLetterAfter: Int, isAlone: Bool) {
        let headStart = isAlone ? DeadLetter.headStart(limit: deadLetterAfter) : 0
        if stored.deaths == 0 || trialUntil != nil || headStart > 0 {
            stored.deaths = max(stored.deaths, headStart) + 1
        }
        trialUntil = nil
        stored.takeovers += 1
        makeRunnable(since: now)
        if stored.deaths >= max(deadLetterAfter, 1) { setAside(DeadLetter.reason(deaths: stored.deaths)) }
    }
}
