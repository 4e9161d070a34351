import Synchronization
import Workflow

/// What reaches the driver of one execution, in order.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case input(Execution.Input)
        /// The journal holds signals for the execution.
        case signalled
        /// Stop driving: the lease is gone, or the process ends.
        case abandon
    }

    private struct State {
        var messages: [Message] = []
        var receiver: CheckedContinuation<[Message], Never>?
    }

    private let state = Mutex(State())

    func post(_ message: Message) {
        let receiver = state.withLock { state -> CheckedContinuation<[Message], Never>? in
            guard let receiver = state.receiver else {
                state.messages.append(message)
                return nil
            }
            state.receiver = nil
            return receiver
        }
        receiver?.resume(returning: [message])
    }

    /// All messages that have come; waits while there is none. One receiver at a time.
    func receive() async -> [Message] {
        await withCheckedContinuation { continuation in
            let messages = state.withLock { state -> [Message]? in
                guard !state.messages.isEmpty else {
                    state.receiver = continuation
                    return nil
                }
                defer { state.messages = [] }
                return state.messages
            }
            if let messages { continuation.resume(returning: messages) }
        }
    }
}
