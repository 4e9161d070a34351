import MemoryJournal
import Synchronization
import Workflow

/// A journal in memory whose verbs fail, or are held up, as a test says.
final class FaultyJournal: Journal {
    enum Fault: Sendable {
        /// All is well.
        case passed
        /// The verb's work is done, and the caller is told that nobody knows.
        case lost
        /// Nothing is done.
        case refused
        /// The verb's work is done, and the answer held back until the gate opens.
        case held(Gate)
        /// The verb's work begins when the gate opens.
        case late(Gate)
    }

    enum Verb: Hashable {
        case ingest, commit, claim, execution, workflows, purge
    }

    private let inner = MemoryJournal()
    private let faults = Mutex<[Verb: [Fault]]>([:])

    /// The next calls of the verb fail so, one after the other.
    func plan(_ verb: Verb, _ next: Fault...) { faults.withLock { $0[verb, default: []] += next } }

    private func run<Value: Sendable>(
        _ verb: Verb, _ body: () async throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let fault = faults.withLock { faults in
            faults[verb]?.isEmpty == false ? faults[verb]?.removeFirst() : nil
        }
        if case .refused = fault { throw .unavailable("as planned") }
        if case .late(let gate) = fault { await gate.pass() }
        let value = try await body()
        if case .held(let gate) = fault { await gate.pass() }
        if case .lost = fault { throw .unknownOutcome("as planned") }
        return value
    }

    func ingest(
        _ arrivals: [Arrival], claiming: Claiming?, lease: Lease
    ) async throws(JournalError) -> Intake {
        try await run(.ingest) { () throws(JournalError) in
            try await inner.ingest(arrivals, claiming: claiming, lease: lease)
        }
    }

    func commit(_ commit: Commit, lease: Lease) async throws(JournalError) -> [Signal] {
        try await run(.commit) { () throws(JournalError) in try await inner.commit(commit, lease: lease) }
    }

    func execution(_ id: ExecutionID) async throws(JournalError) -> StoredExecution? {
        try await run(.execution) { () throws(JournalError) in try await inner.execution(id) }
    }

    func workflows(_ selection: WorkflowSelection) async throws(JournalError) -> [WorkflowRecord] {
        try await run(.workflows) { () throws(JournalError) in try await inner.workflows(selection) }
    }

    func purge(_ purge: Purge) async throws(JournalError) -> Purged {
        try await run(.purge) { () throws(JournalError) in try await inner.purge(purge) }
    }

    // The rest does what it should.

    func acquire(
        holder: String, now: Timestamp, until: Timestamp, takingAll: Bool, deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition {
        try await inner.acquire(
            holder: holder, now: now, until: until, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
    }

    func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal {
        try await inner.renew(lease, now: now, until: until, deadLetterAfter: deadLetterAfter)
    }

    func release(_ lease: Lease, now: Timestamp) async throws(JournalError) {
        try await inner.release(lease, now: now)
    }

    func claim(
        only: [ExecutionID]?, limit: Int, now: Timestamp, lease: Lease
    ) async throws(JournalError) -> Claim {
        try await run(.claim) { () throws(JournalError) in
            try await inner.claim(only: only, limit: limit, now: now, lease: lease)
        }
    }

    func signal(_ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp) async throws(JournalError) -> SignalReceipt {
        try await inner.signal(id, kind, now: now)
    }

    func executions(_ query: ExecutionQuery) async throws(JournalError) -> [ExecutionSummary] {
        try await inner.executions(query)
    }

    func approvals(_ query: ApprovalQuery) async throws(JournalError) -> [PendingApproval] {
        try await inner.approvals(query)
    }

    func statistics() async throws(JournalError) -> JournalStatistics { try await inner.statistics() }

    func tallies(_ query: TallyQuery) async throws(JournalError) -> [Tally] { try await inner.tallies(query) }

    func deploy(_ workflow: WorkflowRecord) async throws(JournalError) -> Deployment {
        try await inner.deploy(workflow)
    }

    func update(workflow id: String, _ change: WorkflowChange) async throws(JournalError) -> Bool {
        try await inner.update(workflow: id, change)
    }

    func save(_ key: KeyRecord) async throws(JournalError) { try await inner.save(key) }

    func keys() async throws(JournalError) -> [KeyRecord] { try await inner.keys() }
}

/// Holds back whoever comes until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var isReached = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        let watchers = state.withLock { state in
            state.isReached = true
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns when somebody stands before it.
    func reached() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.watchers.append(continuation) }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
