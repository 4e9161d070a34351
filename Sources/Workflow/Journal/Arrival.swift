/// An event as it is stored.
public struct EventRecord: Sendable, Hashable {
    public var id: String
    public var name: String
    /// The data as JSON text.
    public var data: [UInt8]
    public var receivedAt: Timestamp
    /// How many executions lie between it and an event from outside: 0 for that one, 1 for one that an execution
    /// emits which such an event started, and so on.
    public var depth: Int

    public init(id: String, name: String, data: [UInt8], receivedAt: Timestamp, depth: Int = 0) {
        self.id = id
        self.name = name
        self.data = data
        self.receivedAt = receivedAt
        self.depth = depth
    }

    /// Whether the name and the data are those of the other event; the order of members does not count.
    public func saysTheSame(as other: EventRecord) -> Bool {
        guard name == other.name else { return false }
        if data == other.data { return true }
        guard let ours = try? JSONValue(parsing: data, limits: .trusted) else { return false }
        return ours == (try? JSONValue(parsing: other.data, limits: .trusted))
    }
}

/// An event that arrives, with the executions that the router starts for it.
public struct Arrival: Sendable {
    public var event: EventRecord
    /// The event's data, for matching it with waits.
    public var data: JSONValue
    public var executions: [NewExecution]
    /// The occurrence of a schedule that this is.
    public var schedule: ScheduleMark?

    public init(
        event: EventRecord, data: JSONValue, executions: [NewExecution], schedule: ScheduleMark? = nil
    ) {
        self.event = event
        self.data = data
        self.executions = executions
        self.schedule = schedule
    }
}

/// A workflow's schedule has been handled up to this time.
public struct ScheduleMark: Sendable, Hashable {
    public var workflow: String
    public var handled: Timestamp

    public init(workflow: String, handled: Timestamp) {
        self.workflow = workflow
        self.handled = handled
    }
}

/// An execution at its birth, with its first record (number 0).
public struct NewExecution: Sendable {
    public var workflow: String
    public var version: String
    public var trigger: TriggerType
    public var startedAt: Timestamp
    public var commit: Commit
    /// Nil when any number may run at a time. One that is born ended needs no place.
    public var admission: Admission?
    /// See ``Priority``.
    public var priority: Int

    public init(
        workflow: String, version: String, trigger: TriggerType, startedAt: Timestamp, commit: Commit,
        admission: Admission? = nil, priority: Int = Priority.usual
    ) {
        self.workflow = workflow
        self.version = version
        self.trigger = trigger
        self.startedAt = startedAt
        self.commit = commit
        self.admission = admission
        self.priority = priority
    }
}

/// What became of arrivals that were taken in together.
public struct Intake: Sendable {
    public var ingestions: [Ingestion]
    /// Nil when nothing was to be claimed, or nothing was woken.
    public var claim: Claim?

    public init(ingestions: [Ingestion], claim: Claim? = nil) {
        self.ingestions = ingestions
        self.claim = claim
    }

    /// Whether an event woke executions.
    public var wakes: Bool {
        ingestions.contains { ingestion in
            if case .accepted(let acceptance) = ingestion { !acceptance.woken.isEmpty } else { false }
        }
    }
}

/// What became of an arrival.
public enum Ingestion: Sendable, Hashable {
    /// Stored.
    case accepted(Acceptance)
    /// The id was known: these executions were started by it the first time, and are still there.
    case duplicate(executions: [ExecutionID])
    /// The id was known, for an event of another name or with other data: nothing was stored.
    case conflict
}

/// What an event that was stored brought about, beyond the executions that it starts.
public struct Acceptance: Sendable, Hashable {
    /// Executions that matched the event and are runnable now, by id.
    public var woken: [ExecutionID]
    /// Executions that it started and that wait for room; nobody drives them.
    public var held: [ExecutionID]
    /// Executions that it would have started, had there been room; they do not exist.
    public var skipped: [ExecutionID]
    /// Executions that got a signal and have a driver, which is to be told: those that are driven and matched the event, by
    /// id; then those that a new one takes the place of, which got a `cancel` and may have none.
    public var signalled: [ExecutionID]

    public init(
        woken: [ExecutionID] = [], held: [ExecutionID] = [], skipped: [ExecutionID] = [],
        signalled: [ExecutionID] = []
    ) {
        self.woken = woken
        self.held = held
        self.skipped = skipped
        self.signalled = signalled
    }
}
