/// A thread of control within an execution: it stands on one step.
struct Token: Sendable {
    let id: Int
    let parent: Int?
    var node: Int
    /// How many tokens have entered this node before, in the whole execution: part of the idempotency key.
    var visit: Int
    var enteredAt: Timestamp
    var phase: Phase = .ready
    /// The activity at hand, as an index into the step's list.
    var activity = 0
    /// Attempts made at the activity at hand.
    var attempt = 0
    /// Attempts made at all activities of the step.
    var attempts = 0
    /// How often an attempt was put off, and why it is now.
    var postponements = 0
    var obstacle: String?
    var outputs: [JSONValue] = []
    /// The arguments of the activity at hand, where they are kept.
    var arguments: JSONValue?
    /// The loop variable that this token's steps see.
    var variable: Variable?
    /// The attempts of the step, where they are kept.
    var attemptLog: [TraceAttempt] = []
    /// What the token undoes; nil for one that takes steps.
    var undo: Undo?
    /// What a called workflow gave before its start was known to have succeeded.
    var earlyResult: JSONObject?

    struct Variable: Sendable {
        let name: String
        let value: JSONValue
        let position: Int
    }

    enum Phase: Sendable {
        /// The next advance takes a step.
        case ready
        /// An attempt is under way, as far as the journal knows.
        case performing
        case backingOff(until: Timestamp)
        /// For each event of the step what must stand at its paths, and what has come.
        case awaiting(values: [[JSONValue]], arrived: [Int: JSONValue], until: Timestamp?)
        case sleeping(until: Timestamp)
        case forked(pending: Int, passed: Int)
        case iterating(items: [JSONValue], position: Int)
        case looping(rounds: Int)
        /// A request is open.
        indirect case approving(OpenApproval)
        /// Another execution has been started, and its end is waited for.
        case calling(ExecutionID)
        /// The step is over and nothing follows it in its list.
        case left
    }

    var isLeft: Bool { if case .left = phase { true } else { false } }

    /// Whether the step does something, by itself or by steps within it; else it waits for something.
    var isUnderWay: Bool {
        switch phase {
        case .ready, .performing, .forked, .iterating, .looping: true
        case .backingOff, .awaiting, .sleeping, .approving, .calling, .left: false
        }
    }

    /// When this phase is over by itself.
    var wakeAt: Timestamp? {
        switch phase {
        case .backingOff(let until), .sleeping(let until): until
        case .awaiting(_, _, let until): until
        case .approving(let open): open.wakeAt
        case .ready, .performing, .forked, .iterating, .looping, .calling, .left: nil
        }
    }

    /// Stands on another step, as if new there.
    mutating func enter(_ node: Int, visit: Int, at: Timestamp) {
        self.node = node
        self.visit = visit
        enteredAt = at
        phase = .ready
        activity = 0
        attempt = 0
        attempts = 0
        postponements = 0
        obstacle = nil
        outputs = []
        attemptLog = []
        arguments = nil
        earlyResult = nil
    }
}
