import Synchronization
import Workflow

@testable import Runtime

/// An activity that does what the test says, one attempt after the other, and keeps a log of its attempts.
final class ScriptedActivity: Activity {
    enum Answer: Sendable {
        case output(JSONValue)
        case failure(ActivityFailure)
        /// Until the attempt is cancelled.
        case never
        /// Until it is let go, cancelled or not.
        case deaf
    }

    struct Attempt: Sendable, Equatable {
        let key: String
        let step: String
        let attempt: Int
    }

    private struct State {
        var answers: [Answer]
        var attempts: [Attempt] = []
        var deaf: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// - Parameter answers: in order; the last one is given from then on.
    init(_ answers: Answer...) { state = Mutex(State(answers: answers)) }

    var isBrief: Bool { false }
    var attempts: [Attempt] { state.withLock { $0.attempts } }
    var keys: Set<String> { Set(attempts.map(\.key)) }

    /// Returns when so many attempts have begun.
    func begun(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.attempts.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let (answer, watchers) = state.withLock { state in
            state.attempts.append(Attempt(key: task.idempotencyKey, step: task.step, attempt: task.id.attempt))
            let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            let count = state.attempts.count
            let seen = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (answer, seen)
        }
        for watcher in watchers { watcher.resume() }
        switch answer {
        case .output(let output): return output
        case .failure(let failure): throw failure
        case .never:
            try? await Task.sleep(for: .seconds(3_600))
            throw ActivityFailure(.connection, "cancelled")
        case .deaf:
            await withCheckedContinuation { continuation in state.withLock { $0.deaf.append(continuation) } }
            return .null
        }
    }

    /// Ends the attempts that do not hear that they are cancelled.
    func letGo() {
        let deaf = state.withLock { state in
            defer { state.deaf = [] }
            return state.deaf
        }
        for continuation in deaf { continuation.resume() }
    }
}
