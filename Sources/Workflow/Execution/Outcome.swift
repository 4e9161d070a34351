/// How an execution ended.
public enum ExecutionResult: String, Sendable, Hashable, CaseIterable {
    /// A decision allowed.
    case allowed
    /// A decision blocked.
    case blocked
    /// It ran to its end without a decision.
    case executed
    case failed
    case cancelled
    /// The definition's own timeout ran out.
    case timeout
}

/// What kind of error ended a failed execution.
public enum ErrorType: String, Sendable, Hashable, CaseIterable {
    /// An object that `context.load` names is not there, or could not be loaded.
    case contextBuild = "context_build_error"
    /// A step failed and nothing caught it.
    case execution = "execution_error"
    /// A value met at run time has the wrong shape: `items` is no list, a URL is none.
    case validation = "validation_error"
    case timeout
    /// The engine's own fault.
    case `internal` = "internal_error"
}

/// The end of an execution.
public struct Outcome: Sendable, Hashable {
    public var result: ExecutionResult
    /// The decision's reason, or the message of the error.
    public var reason: String?
    public var errorType: ErrorType?
    public var endedAt: Timestamp

    public init(result: ExecutionResult, reason: String?, errorType: ErrorType?, endedAt: Timestamp) {
        self.result = result
        self.reason = reason
        self.errorType = errorType
        self.endedAt = endedAt
    }
}

/// What started an execution.
public enum TriggerType: String, Sendable, Hashable, CaseIterable {
    case event, schedule, manual, webhook, workflow
}
