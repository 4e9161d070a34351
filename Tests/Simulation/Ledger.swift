import Workflow

/// What the journal has said yes to, kept by rules of its own and far simpler than the journal: what it says must fit.
struct Ledger {
    struct Life {
        let workflow: String
        let version: String
        let trigger: TriggerType
        let event: String
        var records = 1
        /// The lease that drives it.
        var owner: Int64?
        var outcome: Outcome?
        /// It waits for room.
        var isHeld = false
        /// It needs no place: it was to be cancelled while it waited for room.
        var isExempt = false
        /// By number: what was left for it and not consumed.
        var signals: [Int64: Signal.Kind] = [:]
        /// When events came that it waited for, by their names.
        var heard: [String: [Timestamp]] = [:]
        /// A commit has consumed a cancellation.
        var isCancelled = false
        /// A commit has consumed a termination.
        var isTerminated = false
    }

    struct Event {
        let name: String
        let executions: [ExecutionID]
    }

    let world: World
    /// Those that have not been taken away: when they end, and who has them.
    private(set) var leases: [Int64: (until: Timestamp, process: String)] = [:]
    private var lastToken: Int64 = 0
    private(set) var lives: [ExecutionID: Life] = [:]
    private(set) var events: [String: Event] = [:]
    /// Of each schedule: which occurrences have come to pass.
    private(set) var occurrences: [String: Set<Timestamp>] = [:]

    init(world: World) { self.world = world }

    private func demand(_ condition: Bool, _ otherwise: @autoclosure () -> String) {
        if !condition { world.fail(otherwise()) }
    }

    // MARK: Leases

    mutating func acquired(_ lease: Lease, by process: String, now: Timestamp, until: Timestamp, takingAll: Bool) {
        demand(lease.token > lastToken, "the token \(lease.token) is not greater than \(lastToken)")
        lastToken = lease.token
        bury(before: takingAll ? Timestamp(microseconds: .max) : now, except: nil)
        leases[lease.token] = (until, process)
    }

    mutating func renewed(_ lease: Lease, now: Timestamp, until: Timestamp) {
        demand(leases[lease.token] != nil, "the lease \(lease.token) was renewed after it had been taken away")
        leases[lease.token]?.until = until
        bury(before: now, except: lease.token)
    }

    mutating func released(_ lease: Lease) { end(lease.token) }

    private mutating func bury(before now: Timestamp, except own: Int64?) {
        for (token, lease) in leases where token != own && lease.until < now { end(token) }
    }

    private mutating func end(_ token: Int64) {
        leases[token] = nil
        for (id, life) in lives where life.owner == token { lives[id]?.owner = nil }
    }

    /// Whether the process drives the execution.
    func drives(_ process: String, _ id: ExecutionID) -> Bool {
        lives[id]?.owner.flatMap { leases[$0] }?.process == process
    }

    // MARK: Births

    mutating func ingested(_ arrival: Arrival, _ ingestion: Ingestion, _ lease: Lease) {
        demand(leases[lease.token] != nil, "an event came in by the lease \(lease.token), which was taken away")
        guard case .accepted(let acceptance) = ingestion else { return }
        let id = arrival.event.id
        demand(events[id] == nil, "the event \(id) was taken in twice")
        if arrival.event.name == "flowmeter.schedule" { pass(arrival) }
        var born: [ExecutionID] = []
        for new in arrival.executions where !acceptance.skipped.contains(new.commit.id) {
            demand(lives[new.commit.id] == nil, "there are two executions \(new.commit.id)")
            born.append(new.commit.id)
            let life = Life(
                workflow: new.workflow, version: new.version, trigger: new.trigger, event: id,
                isHeld: acceptance.held.contains(new.commit.id))
            lives[new.commit.id] = life
            if !life.isHeld { settle(new.commit, lease, parks: true) }
        }
        events[id] = Event(name: arrival.event.name, executions: born)
        for id in acceptance.woken + acceptance.signalled {
            lives[id]?.heard[arrival.event.name, default: []].append(world.now)
        }
        for id in acceptance.signalled where lives[id]?.isHeld == true { lives[id]?.isExempt = true }
        for id in acceptance.woken where lives[id]?.owner != nil { world.fail("\(id) is driven, and was woken") }
        for new in arrival.executions { checkRoom(of: new.workflow) }
    }

    private mutating func pass(_ arrival: Arrival) {
        guard let workflow = arrival.executions.first?.workflow else { return }
        // `…/workflow@time`
        guard let time = arrival.event.id.split(separator: "@").last.flatMap({ Timestamp(String($0)) }) else {
            return world.fail("`\(arrival.event.id)` names no occurrence")
        }
        let isNew = occurrences[workflow, default: []].insert(time).inserted
        demand(isNew, "the occurrence \(arrival.event.id) came to pass twice")
    }

    /// Of a schedule one execution may run at a time.
    private func checkRoom(of workflow: String) {
        let running = lives.filter { _, life in
            life.workflow == workflow && life.trigger == .schedule && life.outcome == nil && !life.isHeld
                && !life.isExempt
        }
        demand(running.count <= 1, "\(running.count) executions of the schedule `\(workflow)` run at a time")
    }

    // MARK: Lives

    mutating func claimed(_ executions: [StoredExecution], _ lease: Lease) {
        demand(leases[lease.token] != nil, "the lease \(lease.token) claimed after it had been taken away")
        for id in executions.map(\.summary.id) {
            guard let life = lives[id] else { return world.fail("\(id) was claimed, and never born") }
            demand(life.owner == nil, "\(id) was claimed from under the lease \(life.owner ?? 0), which lives")
            demand(life.outcome == nil, "\(id) was claimed after its end")
            lives[id]?.owner = lease.token
            lives[id]?.isHeld = false
            checkRoom(of: life.workflow)
        }
    }

    mutating func committed(_ commit: Commit, _ lease: Lease, parks: Bool) {
        guard let life = lives[commit.id] else { return world.fail("\(commit.id) has a record, and was never born") }
        demand(leases[lease.token] != nil, "\(commit.id) was written by a lease that was taken away")
        demand(
            life.owner == lease.token,
            "\(commit.id) was written by the lease \(lease.token), and is driven by \(life.owner ?? 0)")
        demand(life.outcome == nil, "\(commit.id) was written after its end")
        demand(
            commit.number == life.records,
            "\(commit.id) has \(life.records) records, and the next was \(commit.number)")
        lives[commit.id]?.records += 1
        consume(commit)
        settle(commit, lease, parks: parks)
        for sent in commit.sent {
            guard case .execution(let id) = sent.target, case .cancel = sent.kind, lives[id]?.isHeld == true else {
                continue
            }
            lives[id]?.isExempt = true
        }
    }

    private mutating func settle(_ commit: Commit, _ lease: Lease, parks: Bool) {
        switch commit.disposition {
        case .running: lives[commit.id]?.owner = lease.token
        case .ended(let outcome):
            lives[commit.id]?.outcome = outcome
            lives[commit.id]?.owner = nil
        case .deadLetter, .runnable: lives[commit.id]?.owner = nil
        case .waiting, .paused: if parks { lives[commit.id]?.owner = nil }
        }
    }

    // MARK: Signals

    mutating func signalled(_ id: ExecutionID, _ kind: Signal.Kind, _ receipt: SignalReceipt, number: Int64?) {
        guard case .stored = receipt else { return }
        guard let number else { return world.fail("\(id) was left a signal that is not there") }
        lives[id]?.signals[number] = kind
        switch kind {
        case .cancel, .terminate: if lives[id]?.isHeld == true { lives[id]?.isExempt = true }
        case .event, .message, .pause, .resume: break
        }
    }

    private mutating func consume(_ commit: Commit) {
        guard let consumed = commit.consumed, let signals = lives[commit.id]?.signals else { return }
        for (number, kind) in signals where number <= consumed {
            lives[commit.id]?.signals[number] = nil
            switch kind {
            case .terminate:
                lives[commit.id]?.isTerminated = true
                if case .ended = commit.disposition { continue }
                world.fail("\(commit.id) consumed a termination, and goes on")
            case .cancel:
                // What was consumed with it may have brought the execution to its end before.
                if case .ended = commit.disposition, signals.count > 1 { continue }
                lives[commit.id]?.isCancelled = true
            case .event, .message, .pause, .resume: break
            }
        }
    }
}
