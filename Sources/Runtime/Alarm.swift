import Synchronization
import Workflow

/// Lets one task sleep until a time, or until it is rung, whichever is first. A ring while nobody sleeps is kept.
final class Alarm: Sendable {
    private struct State {
        var isRung = false
        var isStopped = false
        /// When the sleeper means to wake; nil is never.
        var time: Timestamp?
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        wake { $0.isRung = true }
    }

    /// Rings now if the sleeper would wake only after this time; it then looks for itself when to wake.
    ///
    /// One that does not sleep may have looked already, before what happens at this time was there: it is rung too.
    func ring(ifLaterThan time: Timestamp) {
        let isLater = state.withLock { state in
            state.sleeper == nil || (state.time.map { $0 > time } ?? true)
        }
        if isLater { ring() }
    }

    /// Wakes the sleeper; it sleeps no more.
    func stop() {
        wake { $0.isStopped = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let sleeper = state.withLock { state in
            change(&state)
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// - Returns: false when the alarm has been stopped.
    func sleep(until time: Timestamp?, in environment: Environment) async -> Bool {
        state.withLock { $0.time = time }
        let timer = time.map { time in
            Task {
                await environment.sleep(time)
                if !Task.isCancelled { ring() }
            }
        }
        await withCheckedContinuation { continuation in
            let isAwake = state.withLock { state in
                if state.isRung || state.isStopped { return true }
                state.sleeper = continuation
                return false
            }
            if isAwake { continuation.resume() }
        }
        timer?.cancel()
        return state.withLock { state in
            state.isRung = false
            return !state.isStopped
        }
    }
}
