public import Workflow

/// A side effect that a step can have.
///
/// **For implementers.** An attempt is made at least once: after a crash the same task comes again, with the same
/// idempotency key, which must reach whatever receives the effect. Cancellation of the task asks to stop early.
public protocol Activity: Sendable {
    /// Whether an attempt is over within microseconds, so that it needs no task of its own.
    var isBrief: Bool { get }

    /// Makes one attempt.
    /// - Returns: the activity's output, which the execution's context and journal take in.
    func perform(_ task: ActivityTask, in execution: ActivityContext) async throws(ActivityFailure) -> JSONValue
}

/// Whose activity it is.
public struct ActivityContext: Sendable {
    public let execution: ExecutionID
    public let workflow: String
    /// How many executions lie between this one and an event from outside.
    public let depth: Int
    /// When it is its turn, where there is no room for all: see ``Priority/rank(runnableSince:priority:)``.
    public var turn = Timestamp(microseconds: 0)
}
