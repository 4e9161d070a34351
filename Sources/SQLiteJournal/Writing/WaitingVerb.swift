import Workflow

/// A verb that waits for the writer, with the task that waits for the verb.
///
/// Exactly one of its two ways out is taken, once: `fail`, or the completion that `run` returned.
struct WaitingVerb: Sendable {
    /// Tells the caller how the verb came out, once the fate of its transaction is known: nil when it was committed.
    typealias Completion = @Sendable (JournalError?) -> Void

    /// Roughly how many rows it writes, in units of one commit.
    let weight: Int
    /// Does the verb's work in the transaction that is open.
    let run: @Sendable (WriteSession) throws(VerbFailure) -> Completion
    let fail: Completion

    init<Value: Sendable>(
        weight: Int, continuation: CheckedContinuation<Result<Value, JournalError>, Never>,
        body: @escaping @Sendable (WriteSession) throws(VerbFailure) -> Value
    ) {
        self.weight = weight
        run = { session throws(VerbFailure) in
            let value = try body(session)
            return { error in continuation.resume(returning: error.map(Result.failure) ?? .success(value)) }
        }
        fail = { error in continuation.resume(returning: .failure(error ?? .closed)) }
    }
}
