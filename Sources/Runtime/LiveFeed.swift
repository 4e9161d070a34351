import Instruments
import Synchronization
public import Telemetry
public import Workflow

/// Something that happened to an execution, and is on disk.
public struct LiveEvent: Sendable {
    public var kind: Kind
    public var execution: ExecutionSummary

    public enum Kind: String, Sendable, CaseIterable {
        case started, changed, ended
    }
}

/// What has happened since the last time.
public struct LiveBatch: Sendable {
    /// Empty when the time passed without any, or a record of the execution that is looked at was written.
    public var events: [LiveEvent]
    /// Why nothing comes after these; nil while something may.
    public var end: LiveStreamEnd?
}

/// What somebody looks at.
public enum LiveFilter: Sendable, Hashable {
    case all
    case workflow(String)
    /// Whoever looks at one execution is not told what happens to it, but that something did.
    case execution(ExecutionID)
}

/// Tells those who look on what happens, as it happens. Nobody waits for them: who is too slow is cut off.
final class LiveFeed: Sendable {
    private struct State {
        var listeners: [Int: LiveSubscription.Mailbox] = [:]
        var lastNumber = 0
        var isStopped = false
    }

    /// How many may look on at a time.
    static let usualLimit = 256

    private let limit: Int
    private let ends: Recorder<LiveStreamAttributes>
    let environment: Environment
    private let state = Mutex(State())
    /// How many look on. Read before anything else, so that nobody pays while nobody does.
    private let count = Atomic<Int>(0)

    /// - Parameter ends: of streams, are recorded there.
    init(limit: Int = usualLimit, ends: Recorder<LiveStreamAttributes>, environment: Environment) {
        self.limit = limit
        self.environment = environment
        self.ends = ends
    }

    /// Shows how many look on from now on.
    func announce(to recorders: Recorders) throws(RegistrationError) {
        try recorders.observe(Signals.liveStreams) { [weak self] in
            [Observed(NoAttributes(), Double(self?.openCount ?? 0), Double(self?.waitingCount ?? 0))]
        }
    }

    var openCount: Int { count.load(ordering: .relaxed) }
    var isFull: Bool { openCount >= limit }

    private var waitingCount: Int {
        let listeners = state.withLock { Array($0.listeners.values) }
        return listeners.map(\.count).reduce(0, +)
    }

    /// Nil when there are too many already, or the feed has stopped.
    func subscribe(_ filter: LiveFilter) -> LiveSubscription? {
        let mailbox = LiveSubscription.Mailbox(filter)
        let number: Int? = state.withLock { state in
            guard !state.isStopped, state.listeners.count < limit else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = mailbox
            count.store(state.listeners.count, ordering: .relaxed)
            return state.lastNumber
        }
        guard let number else {
            ends.record(LiveStreamAttributes(end: .refused))
            return nil
        }
        return LiveSubscription(mailbox, number: number, feed: self)
    }

    func unsubscribe(_ number: Int, _ end: LiveStreamEnd) {
        state.withLock { state in
            state.listeners[number] = nil
            count.store(state.listeners.count, ordering: .relaxed)
        }
        ends.record(LiveStreamAttributes(end: end))
    }

    func publish(_ kind: LiveEvent.Kind, _ summary: @autoclosure () -> ExecutionSummary) {
        guard openCount > 0 else { return }
        let event = LiveEvent(kind: kind, execution: summary())
        for listener in state.withLock({ Array($0.listeners.values) }) {
            switch listener.filter {
            case .all: listener.post(event)
            case .workflow(let id): if event.execution.workflow == id { listener.post(event) }
            case .execution(let id): if event.execution.id == id { listener.nudge() }
            }
        }
    }

    /// A record of the execution, or a signal to it, is on disk.
    func poke(_ id: ExecutionID) {
        guard openCount > 0 else { return }
        let listeners = state.withLock { $0.listeners.values.filter { $0.filter == .execution(id) } }
        for listener in listeners { listener.nudge() }
    }

    /// Ends all streams; none begins any more.
    func stop() {
        let listeners = state.withLock { state in
            state.isStopped = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.close(.stopped) }
    }
}

/// One who looks on, until this is dropped.
public final class LiveSubscription: Sendable {
    /// How many events wait for one who is slow.
    static let capacity = 1_000

    private let mailbox: Mailbox
    private let number: Int
    private let feed: LiveFeed

    init(_ mailbox: Mailbox, number: Int, feed: LiveFeed) {
        (self.mailbox, self.number, self.feed) = (mailbox, number, feed)
    }

    deinit { feed.unsubscribe(number, mailbox.end ?? .left) }

    /// Waits for something to happen, at most so long. For one caller at a time.
    public func next(within patience: Duration) async -> LiveBatch {
        let (environment, mailbox) = (feed.environment, mailbox)
        let timer = Task {
            await environment.sleep(environment.now() + patience)
            if !Task.isCancelled { mailbox.nudge() }
        }
        defer { timer.cancel() }
        return await mailbox.receive()
    }

    /// Says why it is not looked on any more; the first reason stands.
    public func close(_ end: LiveStreamEnd) { mailbox.close(end) }

    final class Mailbox: Sendable {
        private struct State {
            var events: [LiveEvent] = []
            var isNudged = false
            var end: LiveStreamEnd?
            var receiver: CheckedContinuation<LiveBatch, Never>?

            mutating func take() -> LiveBatch {
                defer { (events, isNudged) = ([], false) }
                return LiveBatch(events: events, end: end)
            }
        }

        let filter: LiveFilter
        private let state = Mutex(State())

        init(_ filter: LiveFilter) { self.filter = filter }

        var count: Int { state.withLock { $0.events.count } }
        var end: LiveStreamEnd? { state.withLock { $0.end } }

        /// What comes after too much has come is not taken.
        func post(_ event: LiveEvent) {
            wake { state in
                guard state.end == nil else { return }
                if state.events.count < LiveSubscription.capacity {
                    state.events.append(event)
                    state.isNudged = true
                } else {
                    state.end = .slow
                }
            }
        }

        func nudge() { wake { $0.isNudged = true } }

        func close(_ end: LiveStreamEnd) { wake { $0.end = $0.end ?? end } }

        private func wake(_ change: (inout State) -> Void) {
            let woken = state.withLock { state -> (CheckedContinuation<LiveBatch, Never>, LiveBatch)? in
                change(&state)
                guard let receiver = state.receiver else { return nil }
                state.receiver = nil
                return (receiver, state.take())
            }
            if let (receiver, batch) = woken { receiver.resume(returning: batch) }
        }

        func receive() async -> LiveBatch {
            await withCheckedContinuation { continuation in
                let batch = state.withLock { state -> LiveBatch? in
                    guard state.isNudged || state.end != nil else {
                        state.receiver = continuation
                        return nil
                    }
                    return state.take()
                }
                if let batch { continuation.resume(returning: batch) }
            }
        }
    }
}
