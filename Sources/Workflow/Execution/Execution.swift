/// The state machine of one execution.
///
/// It is pure: what it needs to know of the world (the time, results, random numbers) comes in with the inputs to
/// ``handle(_:)``, and what shall be done goes out as actions. The changes of its state gather as a record, which
/// the driver takes with ``takeRecord()`` and commits to the journal *before* it performs the actions.
///
/// A driver calls `handle(.advance(at:))` while ``isReady``; each call takes one pure step.
public struct Execution: Sendable {
    public let id: ExecutionID
    public let program: Program
    public let origin: Origin

    var tokens: [Token] = []
    var nextToken = 0
    /// How many tokens have entered each node.
    var visits: [Int]
    var context: JSONObject
    /// What the names the engine keeps stand for: `event`, `execution`, `workflow`, `steps`.
    var system: JSONObject
    public internal(set) var isPaused = false
    public internal(set) var outcome: Outcome?
    /// The steps that are over, in the order of their ends.
    public internal(set) var finishedSteps: [TraceEntry] = []
    /// Whether tokens keep what was attempted, for those who look on.
    var keepsAttempts = false
    /// What it has cost to render again what the attempts that are kept were given, all together.
    var attemptWork = Work()
    var pending: [Transition] = []
    /// The token of the lease under which records are written from now on; nil where there is none, as in a rehearsal.
    public var driver: Int64?
    /// That under which the last change was written.
    var lease: Int64?
    var recordedBytes = 0
    /// What its expressions have cost; see ``Work``.
    public internal(set) var work = 0
    private var recordedWork = 0
    /// About the bytes that are kept for undoing what has been done.
    var undoBytes = 0
    /// Whether ``waits`` may have changed since the last record was taken.
    public internal(set) var waitsChanged = false
    /// Whether ``approvals`` may have changed since the last record was taken.
    public internal(set) var approvalsChanged = false
    /// The approvals that are over, in the order of their ends.
    public internal(set) var endedApprovals: [ApprovalRecord] = []
    /// What can be undone, in the order in which it was done.
    var undos: [Undo] = []
    /// How the execution ends when all has been undone; nil while nothing is.
    var ending: Outcome?
    /// The steps that could not be undone.
    var notUndone: [String] = []
    var outbox: [Outgoing] = []
    /// The execution whose history this one has taken up.
    public internal(set) var rerunOf: ExecutionID?
    /// How many of the finished steps are that one's; known to the execution that has just been made.
    public internal(set) var keptSteps = 0

    /// What started an execution.
    public struct Origin: Sendable {
        public var trigger: TriggerType
        public var eventID: String
        public var eventName: String
        public var data: JSONObject
        public var startedAt: Timestamp
        /// The event's: see ``EventRecord/depth``.
        public var depth: Int
        /// The execution that waits for the end of this one.
        public var caller: Caller?

        /// A step of an execution that waits.
        public struct Caller: Sendable, Hashable {
            public var execution: ExecutionID
            /// Names the wait within the execution.
            public var key: String

            public init(execution: ExecutionID, key: String) { (self.execution, self.key) = (execution, key) }
        }

        public init(
            trigger: TriggerType, eventID: String, eventName: String, data: JSONObject, startedAt: Timestamp,
            depth: Int = 0, caller: Caller? = nil
        ) {
            self.trigger = trigger
            self.eventID = eventID
            self.eventName = eventName
            self.data = data
            self.startedAt = startedAt
            self.depth = depth
            self.caller = caller
        }
    }

    /// A new execution; the first `advance` begins it.
    public init(id: ExecutionID, program: Program, origin: Origin) {
        self.id = id
        self.program = program
        self.origin = origin
        visits = Array(repeating: 0, count: program.nodes.count)
        context = origin.data
        system = Self.systemObjects(id: id, program: program, origin: origin)
    }

    private static func systemObjects(id: ExecutionID, program: Program, origin: Origin) -> JSONObject {
        guard program.readsIdentity else { return [:] }
        let definition = program.definition
        return [
            "event": [
                "id": .string(origin.eventID), "name": .string(origin.eventName),
                "data": .object(origin.data), "received_at": .string(origin.startedAt.description),
            ],
            "execution": [
                "id": .string(id.description), "workflow_id": .string(definition.id),
                "version": .string(definition.version), "started_at": .string(origin.startedAt.description),
                "trigger": .string(origin.trigger.rawValue),
            ],
            "workflow": [
                "id": .string(definition.id), "name": .string(definition.name),
                "version": .string(definition.version),
            ],
        ]
    }

    /// Whether `advance` would take a step.
    public var isReady: Bool {
        guard outcome == nil, !isPaused else { return false }
        return !hasBegun || tokens.contains { if case .ready = $0.phase { true } else { false } }
    }

    var hasBegun: Bool { nextToken > 0 }

    /// When the execution has to be handed a `tick`; nil when nothing in it waits for a time.
    public var wakeAt: Timestamp? {
        guard outcome == nil, !isPaused else { return nil }
        var earliest = deadline
        for token in tokens {
            if let time = token.wakeAt { earliest = min(earliest ?? time, time) }
            if let time = stepDeadline(token) { earliest = min(earliest ?? time, time) }
        }
        return earliest
    }

    /// Undoing takes the time it needs.
    var deadline: Timestamp? { ending == nil ? program.definition.timeout.map { origin.startedAt + $0 } : nil }

    /// That of the step which the token stands on; undoing it takes the time it needs, too.
    func stepDeadline(_ token: Token) -> Timestamp? {
        guard token.undo == nil else { return nil }
        return program.nodes[token.node].step.timeout.map { token.enteredAt + $0 }
    }

    /// The events the execution waits for now.
    public var waits: [EventWait] { tokens.flatMap { waits(of: $0) } }

    /// How it ends when its steps have been undone; nil when they are not being undone.
    public var undoingFor: ExecutionResult? { outcome == nil ? ending?.result : nil }

    /// Whether it waits for something that somebody else tells it.
    public var isListening: Bool {
        tokens.contains { token in
            switch token.phase {
            case .awaiting, .approving, .calling: true
            default: false
            }
        }
    }

    func waits(of token: Token) -> [EventWait] {
        guard case .awaiting(let values, let arrived, _) = token.phase,
            case .wait(.events(let events, _, _, _)) = program.nodes[token.node].step.kind
        else { return [] }
        return zip(events, values).enumerated().compactMap { position, wait in
            guard arrived[position] == nil else { return nil }
            let fields = zip(wait.0.match, wait.1).map { EventWait.Field(path: $0.path, value: $1) }
            return EventWait(key: waitKey(token, event: position), event: wait.0.name, match: fields)
        }
    }

    func waitKey(_ token: Token, event: Int = 0) -> String {
        "\(token.id).\(token.node).\(token.visit)" + (event == 0 ? "" : ".\(event)")
    }

    /// The same over retries, crashes and takeovers; no two activities of one engine share it.
    func idempotencyKey(_ token: Token) -> String {
        let undo = token.undo == nil ? "" : "undo-"
        return "\(id)-\(program.nodes[token.node].step.id)-\(token.visit)-\(undo)\(token.activity)"
    }

    /// All steps taken so far, those under way last.
    public var trace: [TraceEntry] {
        finishedSteps
            + tokens.filter { !$0.isLeft }.map { token in
                var entry = traceEntry(token)
                switch token.phase {
                case .awaiting, .sleeping, .backingOff, .calling, .approving:
                    entry.status = .waiting
                    entry.error = token.obstacle
                case .ready, .performing, .forked, .iterating, .looping, .left: entry.status = .running
                }
                return entry
            }
    }

    func traceEntry(_ token: Token) -> TraceEntry {
        let step = program.nodes[token.node].step
        if let undo = token.undo {
            return TraceEntry(
                path: "\(undo.path).compensate", step: step.id, name: step.name, kind: "compensate", status: .running,
                attempts: token.attempts, postponements: token.postponements, startedAt: token.enteredAt,
                lease: lease, attemptLog: token.attemptLog)
        }
        return TraceEntry(
            path: path(of: token), step: step.id, name: step.name, kind: program.kind(of: token.node), status: .running,
            attempts: token.attempts, postponements: token.postponements, startedAt: token.enteredAt,
            rules: program.nodes[token.node].rules, lease: lease, attemptLog: token.attemptLog)
    }

    func path(of token: Token) -> String {
        let id = program.nodes[token.node].step.id
        guard program.nodes[token.node].load == nil, let parent = token.parent.flatMap({ self.token($0) }) else {
            return id
        }
        if let aside = program.nodes[token.node].aside { return "\(path(of: parent)).\(aside.rawValue)" }
        let position = token.variable.map { "[\($0.position)]" } ?? ""
        return "\(path(of: parent))\(position).\(id)"
    }

    func token(_ id: Int) -> Token? { tokens.first { $0.id == id } }

    func scope(of token: Token) -> Scope {
        var variables: [(name: String, value: JSONValue)] = []
        var current: Token? = token
        while let step = current {
            if let variable = step.variable { variables.append((variable.name, variable.value)) }
            current = step.parent.flatMap { self.token($0) }
        }
        return Scope(variables: variables.reversed(), system: system, context: context)
    }

    /// So much ``work`` may be done without a pause: about 20 ms, and as much again for the step that goes over it.
    public static let workWithoutPause = Work.limit

    /// Whether so much has been done since the last record that the next one is due, although the execution is ready.
    public var isRecordDue: Bool { work - recordedWork >= Self.workWithoutPause }

    /// Whether all that the next record is to say is that attempts are begun again, which a driver has taken over.
    public var isRepetition: Bool {
        !pending.isEmpty
            && pending.allSatisfy {
                switch $0 {
                case .repetition, .drive: true
                default: false
                }
            }
    }

    /// The changes since the last call as a journal record, or nil when there are none.
    public mutating func takeRecord() -> [UInt8]? {
        recordedWork = work
        guard !pending.isEmpty else { return nil }
        let record = TransitionCoding(origin: origin.startedAt).encode(pending)
        pending.removeAll(keepingCapacity: true)
        recordedBytes += record.count
        waitsChanged = false
        approvalsChanged = false
        return record
    }
}

extension Execution {
    /// Whether an attempt at an activity is under way.
    public var isPerforming: Bool {
        tokens.contains { if case .performing = $0.phase { true } else { false } }
    }

    /// Whether this attempt's result would still be taken in.
    public func isPerforming(_ id: ActivityTask.ID) -> Bool {
        guard let token = token(id.token), case .performing = token.phase else { return false }
        return token.visit == id.visit && token.activity == id.activity && token.attempt == id.attempt
    }
}
