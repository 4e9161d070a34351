import Synchronization

/// Lets so many callers in at a time; the others wait in line.
final class Slots: Sendable {
    private struct State {
        var free: Int
        /// Those in line, the first at `head`.
        var line: [CheckedContinuation<Void, Never>] = []
        var head = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Returns when there is a slot; ``release()`` gives it back.
    func acquire() async {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.line.append(continuation)
                return false
            }
            if isIn { continuation.resume() }
        }
    }

    func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.head < state.line.count else {
                state.free += 1
                return nil
            }
            let next = state.line[state.head]
            state.head += 1
            if state.head == state.line.count || state.head >= 1_024 {
                state.line.removeFirst(state.head)
                state.head = 0
            }
            return next
        }
        next?.resume()
    }
}
