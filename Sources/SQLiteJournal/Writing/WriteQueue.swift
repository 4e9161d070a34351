import Dispatch
import Synchronization
import Workflow

/// What waits for the one thread that writes.
///
/// Any task adds; the writer's thread takes all that has gathered, and sleeps when there is nothing.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [WaitingVerb] = []
        /// The weight of all verbs that were added and are not done.
        var weight = 0
        var isClosed = false
        var isWriterAsleep = false
        var isFinished = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let capacity: Int

    /// - Parameter capacity: the weight beyond which verbs are refused.
    init(capacity: Int) { self.capacity = capacity }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// The weight of all verbs that are not done.
    var pendingWeight: Int { state.withLock { $0.weight } }

    /// Takes the verb, or fails it at once when the queue is closed or full.
    func add(_ verb: WaitingVerb) {
        let refusal: JournalError? = state.withLock { state in
            if state.isClosed { return .closed }
            // One verb is let in whatever its weight, or it could never be.
            guard state.weight == 0 || state.weight + verb.weight <= capacity else {
                return .unavailable("more than \(capacity) writes are waiting")
            }
            state.waiting.append(verb)
            state.weight += verb.weight
            if state.isWriterAsleep {
                state.isWriterAsleep = false
                wake.signal()
            }
            return nil
        }
        if let refusal { verb.fail(refusal) }
    }

    /// How long nothing comes before the writer counts as idle.
    private static let idleTime = DispatchTimeInterval.milliseconds(5)

    /// All that waits, in order; nil when the queue is closed and empty. Blocks until there is one or the other.
    /// - Parameter work: runs once if nothing comes for a while.
    func next(whenIdle work: (() -> Void)? = nil) -> [WaitingVerb]? {
        var work = work
        while true {
            let taken: [WaitingVerb]? = state.withLock { state in
                if state.waiting.isEmpty, !state.isClosed {
                    state.isWriterAsleep = true
                    return nil
                }
                defer { state.waiting = [] }
                return state.waiting
            }
            if let taken { return taken.isEmpty ? nil : taken }
            if let idleWork = work {
                if wake.wait(timeout: .now() + Self.idleTime) == .timedOut {
                    idleWork()
                    work = nil
                }
            } else {
                wake.wait()
            }
        }
    }

    /// Makes room for as much as has been done.
    func done(weight: Int) {
        state.withLock { $0.weight -= weight }
    }

    /// Refuses further verbs; those that wait are still written.
    func close() {
        state.withLock { state in
            state.isClosed = true
            if state.isWriterAsleep {
                state.isWriterAsleep = false
                wake.signal()
            }
        }
    }

    /// The writer's thread calls this last.
    func finish() {
        let closers = state.withLock { state in
            state.isFinished = true
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    /// Returns when the writer has finished.
    func waitUntilFinished() async {
        await withCheckedContinuation { continuation in
            let isFinished = state.withLock { state in
                if !state.isFinished { state.closers.append(continuation) }
                return state.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }
}
