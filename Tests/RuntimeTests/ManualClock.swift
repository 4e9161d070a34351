import Synchronization
import Workflow

@testable import Runtime

/// A clock that stands still until it is turned.
final class ManualClock: Sendable {
    private struct Sleeper {
        let until: Timestamp
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Timestamp(microseconds: 1_800_000_000_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var next = 0
        /// Those who wait for somebody to sleep at least until a time.
        var watchers: [(until: Timestamp, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var now: Timestamp { state.withLock { $0.now } }

    var environment: Environment {
        Environment(now: { self.now }, sleep: { await self.sleep(until: $0) }, random: { 0.5 })
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Returns when somebody sleeps until exactly this time.
    func sleeper(until: Timestamp) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.values.contains(where: { $0.until == until }) { return true }
                state.watchers.append((until, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func sleep(until: Timestamp) async {
        let key = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, watchers) = state.withLock { state in
                    if state.now >= until || Task.isCancelled { return (true, [CheckedContinuation<Void, Never>]()) }
                    state.sleepers[key] = Sleeper(until: until, continuation: continuation)
                    let seen = state.watchers.filter { $0.until == until }.map(\.continuation)
                    state.watchers.removeAll { $0.until == until }
                    return (false, seen)
                }
                if isOver { continuation.resume() }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: key) }?.continuation.resume()
        }
    }
}
