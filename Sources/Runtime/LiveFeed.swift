import Synchronization
public import Workflow

/// Something that happened to an execution, and is on disk.
public struct LiveEvent: Sendable {
    public var kind: Kind
    public var execution: ExecutionSummary

    public enum Kind: String, Sendable, CaseIterable {
        case started, changed, ended
    }
}

/// Tells those who look on what happens, as it happens. Nobody waits for them: who is too slow misses something, and is
/// told how much.
final class LiveFeed: Sendable {
    private struct State {
        var listeners: [Int: LiveSubscription.Mailbox] = [:]
        var lastNumber = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    /// Looked at before anything else, so that nobody pays while nobody looks on.
    private let count = Atomic<Int>(0)
    private let limit: Int

    static let usualLimit = 256

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }
    var openCount: Int { count.load(ordering: .relaxed) }

    /// Nil when there are too many already, or the server shuts down.
    func subscribe(_ filter: LiveFilter) -> LiveSubscription? {
        let mailbox = LiveSubscription.Mailbox(filter)
        let number: Int? = state.withLock { state in
            guard !state.isStopped, state.listeners.count < limit else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = mailbox
            count.store(state.listeners.count, ordering: .relaxed)
            return state.lastNumber
        }
        return number.map { LiveSubscription(mailbox, number: $0, feed: self) }
    }

    func unsubscribe(_ number: Int) {
        state.withLock { state in
            state.listeners[number] = nil
            count.store(state.listeners.count, ordering: .relaxed)
        }
    }

    func publish(_ kind: LiveEvent.Kind, _ summary: @autoclosure () -> ExecutionSummary) {
        guard !isEmpty else { return }
        let event = LiveEvent(kind: kind, execution: summary())
        let listeners = state.withLock { $0.listeners.values.filter { $0.filter.admits(event) } }
        for listener in listeners { listener.post(event) }
    }

    /// A record of the execution is on disk.
    func poke(_ id: ExecutionID) {
        guard !isEmpty else { return }
        let listeners = state.withLock { $0.listeners.values.filter { $0.filter == .execution(id) } }
        for listener in listeners { listener.nudge() }
    }

    /// Ends all streams; none begins any more.
    func stop() {
        let listeners = state.withLock { state in
            state.isStopped = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.close() }
    }
}

/// What somebody looks at.
public enum LiveFilter: Sendable, Hashable {
    case all
    case workflow(String)
    case execution(ExecutionID)

    func admits(_ event: LiveEvent) -> Bool {
        switch self {
        case .all: true
        case .workflow(let id): event.execution.workflow == id
        case .execution(let id): event.execution.id == id
        }
    }
}

/// One who looks on, until this is dropped.
public final class LiveSubscription: Sendable {
    private let mailbox: Mailbox
    private let number: Int
    private let feed: LiveFeed

    /// How many events wait for one who is slow.
    static let capacity = 1_000

    init(_ mailbox: Mailbox, number: Int, feed: LiveFeed) {
        (self.mailbox, self.number, self.feed) = (mailbox, number, feed)
    }

    deinit { feed.unsubscribe(number) }

    /// What has happened since the last time; nothing when the time passed without any, or a record was written.
    public struct Batch: Sendable {
        public var events: [LiveEvent] = []
        /// How many more there were, before these, which are lost.
        public var dropped = 0
    }

    /// Waits for something to happen, at most so long; nil when the feed has ended. For one caller at a time.
    public func next(within patience: Duration) async -> Batch? {
        let timer = Task { [mailbox] in
            try await Task.sleep(for: patience)
            mailbox.nudge()
        }
        defer { timer.cancel() }
        return await mailbox.receive()
    }

    final class Mailbox: Sendable {
        private struct State {
            var batch = Batch()
            var isNudged = false
            var isClosed = false
            var waiter: CheckedContinuation<Batch?, Never>?
        }

        let filter: LiveFilter
        private let state = Mutex(State())

        init(_ filter: LiveFilter) { self.filter = filter }

        func post(_ event: LiveEvent) {
            wake { state in
                if state.batch.events.count >= LiveSubscription.capacity {
                    state.batch.events.removeFirst(LiveSubscription.capacity / 2)
                    state.batch.dropped += LiveSubscription.capacity / 2
                }
                state.batch.events.append(event)
                state.isNudged = true
            }
        }

        func nudge() { wake { $0.isNudged = true } }

        func close() { wake { $0.isClosed = true } }

        private func wake(_ change: (inout State) -> Void) {
            let (waiter, batch) = state.withLock { state -> (CheckedContinuation<Batch?, Never>?, Batch?) in
                change(&state)
                guard let waiter = state.waiter else { return (nil, nil) }
                state.waiter = nil
                return (waiter, Self.take(&state))
            }
            waiter?.resume(returning: batch)
        }

        private static func take(_ state: inout State) -> Batch? {
            // What happened before the end is told.
            if state.isClosed, state.batch.events.isEmpty { return nil }
            defer { (state.batch, state.isNudged) = (Batch(), false) }
            return state.batch
        }

        func receive() async -> Batch? {
            await withCheckedContinuation { continuation in
                let (isReady, batch) = state.withLock { state -> (Bool, Batch?) in
                    guard state.isNudged || state.isClosed else {
                        state.waiter = continuation
                        return (false, nil)
                    }
                    return (true, Self.take(&state))
                }
                if isReady { continuation.resume(returning: batch) }
            }
        }
    }
}
