/// One change of an execution's state. The state is what its transitions, applied in order, make of it.
///
/// Transitions are what the journal holds: they say what was decided, not how, so that an execution goes on after a
/// restart, or with a newer engine, from exactly where it stood.
enum Transition: Sendable, Hashable {
    /// What follows is written under the lease with this token. Stands where it is another one than before.
    case drive(lease: Int64, at: Timestamp)
    /// The first token stands on the first step, or on what loads the context. The rules are those that the execution
    /// asks, with their versions.
    case begin(loads: Bool, rules: [String: String], at: Timestamp)
    /// An attempt at the token's current activity is about to be made. The arguments are kept where steps run side by
    /// side: another branch may change the context before the attempt is repeated.
    case attempt(token: Int, arguments: JSONValue?, at: Timestamp)
    /// The attempt failed and is made again after `until`.
    case retry(token: Int, until: Timestamp, error: String, at: Timestamp)
    /// The attempt was not made, because of the reason; it is made after `until`.
    case postpone(token: Int, until: Timestamp, reason: String, at: Timestamp)
    /// The attempt that was under way is made once more: whoever made it has gone.
    case repetition(token: Int, at: Timestamp)
    /// The token's current activity gave this.
    case result(token: Int, output: JSONValue, at: Timestamp)
    /// A `set` activity put these values into the context.
    case set(token: Int, values: JSONObject, at: Timestamp)
    /// One token for each branch of a parallel step.
    case fork(token: Int, at: Timestamp)
    /// A foreach step goes over these items.
    case iterate(token: Int, items: [JSONValue], at: Timestamp)
    /// A token for the next item.
    case item(token: Int, at: Timestamp)
    /// A child is done; its parent counts it.
    case join(token: Int, passed: Bool, at: Timestamp)
    /// A while step goes round once more.
    case round(token: Int, at: Timestamp)
    /// The token waits for events: for each, the values at the paths of its `match`.
    case await(token: Int, values: [[JSONValue]], until: Timestamp?, at: Timestamp)
    /// One of several events has come, and others are still waited for.
    case arrival(token: Int, event: Int, data: JSONValue, at: Timestamp)
    case sleep(token: Int, until: Timestamp, at: Timestamp)
    /// The token waits for the end of an execution that it has started.
    case call(token: Int, execution: ExecutionID, at: Timestamp)
    /// The called execution has ended; its start is not known yet to have succeeded.
    case earlyResult(token: Int, result: JSONObject, at: Timestamp)
    /// The token waits for people to decide.
    indirect case ask(token: Int, question: ApprovalQuestion, at: Timestamp)
    /// Somebody has decided; others may have to as well.
    indirect case vote(token: Int, vote: ApprovalVote, at: Timestamp)
    /// Those who may decide are reminded, unless they are being reminded still.
    case remind(token: Int, at: Timestamp)
    /// Others may decide from now on.
    case escalate(token: Int, approvers: [String], roles: [String], at: Timestamp)
    /// The step is over. With `next`, the token stands there now.
    case leave(token: Int, status: StepStatus, output: JSONValue?, error: String?, next: Int?, at: Timestamp)
    /// The token is gone, with its children: nobody needs its result.
    case drop(token: Int, at: Timestamp)
    case pause(at: Timestamp)
    /// The data goes into the context.
    case resume(data: JSONObject?, at: Timestamp)
    /// The execution has failed or is cancelled; what it has done is undone before it ends so.
    case compensate(Outcome)
    /// A step has been undone, or could not be.
    case undone(token: Int, error: String?, at: Timestamp)
    /// What follows is the history of another execution, which this one takes up; the event is what started that one.
    case rerun(of: ExecutionID, eventID: String, eventName: String, receivedAt: Timestamp, at: Timestamp)
    /// The token takes its step from the beginning.
    case restart(token: Int, at: Timestamp)
    /// The steps under way have their time from now on.
    case renew(at: Timestamp)
    case end(Outcome)
}

/// How a step ended, or where it stands.
public enum StepStatus: String, Sendable, Hashable, CaseIterable {
    case completed, failed, skipped, timeout
    case running, waiting

    /// Whether the step is over.
    public var isFinal: Bool {
        switch self {
        case .completed, .failed, .skipped, .timeout: true
        case .running, .waiting: false
        }
    }
}

/// One step of an execution, as it was taken.
public struct TraceEntry: Sendable, Hashable {
    /// Where it stands: `screen`, `checks.fraud`, `each_item[2].reserve`.
    public var path: String
    public var step: String
    public var name: String?
    public var kind: String
    public var status: StepStatus
    /// Attempts at activities that have begun, all activities of the step together, those that a crash has cut off
    /// included.
    public var attempts: Int
    /// How often an attempt was put off because it could not be made yet; why stands in the error of a step that waits.
    public var postponements = 0
    public var startedAt: Timestamp
    public var endedAt: Timestamp?
    public var output: JSONValue?
    public var error: String?
    /// The rules that its condition asks, as they were when the execution began.
    public var rules: [Rule.Version] = []
    /// The token of the lease under which it ended; of one under way, under which it was driven last. Nil where nobody
    /// has told the execution.
    public var lease: Int64?
    /// What was attempted; empty unless the history was replayed (``Replay``).
    public var attemptLog: [TraceAttempt] = []
}
