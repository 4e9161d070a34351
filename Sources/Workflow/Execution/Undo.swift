/// How to undo a step that has completed.
struct Undo: Sendable {
    let node: Int
    let visit: Int
    /// Where the step stood: see ``TraceEntry/path``.
    let path: String
    /// Those of each activity, as the context was when the step completed, or why they could not be rendered.
    let arguments: [Result<JSONValue, ExpressionError>]
}

/// What an execution tells another; the driver has it sent by the commit of the next record.
public enum Outgoing: Sendable, Hashable {
    /// It has been called, and its caller does not wait for it any more.
    case cancel(ExecutionID)
    /// A step of it has begun to call another workflow by this key, and does not wait for its end any more. Whether the
    /// other one has started is not known.
    case cancelCalled(key: String)
    /// How this execution ended, for the one that called it.
    case result(Execution.Origin.Caller, JSONObject)
}
