import Synchronization
import Workflow

/// Those who wait for something to become of an execution.
final class Completions<Answer: Sendable>: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Answer?, Never>
    }

    private struct State {
        var waiters: [ExecutionID: [Waiter]] = [:]
        var isStopped = false
        var nextNumber = 0
    }

    private let state = Mutex(State())

    /// Waits for it, at most until the time.
    ///
    /// - Parameter start: runs once the waiter is in place, so that nothing is missed.
    /// - Returns: nil when the time came first.
    func wait(
        for id: ExecutionID, until time: Timestamp, in environment: Environment, start: () -> Void
    ) async -> Answer? {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        // The timer starts when the waiter is in place: it must find somebody to tell.
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        return await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                if !state.isStopped {
                    state.waiters[id, default: []].append(Waiter(number: number, continuation: continuation))
                }
                return state.isStopped
            }
            start()
            guard !isStopped else { return continuation.resume(returning: nil) }
            timer = Task {
                await environment.sleep(time)
                giveUp(id, number)
            }
        }
    }

    /// Nobody waits any more, from now on.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.waiters = [:] }
            return state.waiters.values.flatMap { $0 }
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    func complete(_ id: ExecutionID, with answer: @autoclosure () -> Answer) {
        let waiters = state.withLock { $0.waiters.isEmpty ? nil : $0.waiters.removeValue(forKey: id) }
        guard let waiters else { return }
        let answer = answer()
        for waiter in waiters { waiter.continuation.resume(returning: answer) }
    }

    private func giveUp(_ id: ExecutionID, _ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let position = state.waiters[id]?.firstIndex(where: { $0.number == number }) else { return nil }
            let waiter = state.waiters[id]?.remove(at: position)
            if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
            return waiter
        }
        waiter?.continuation.resume(returning: nil)
    }
}
