/// How many executions to take from the queue, and at what time.
public struct Claiming: Sendable, Hashable {
    public var limit: Int
    public var now: Timestamp

    public init(limit: Int, now: Timestamp) {
        self.limit = limit
        self.now = now
    }
}

public struct Claim: Sendable {
    public var executions: [StoredExecution]
    /// The earliest time at which a waiting execution must go on, or a trial ends for which others wait; nil when there
    /// is none.
    public var nextWake: Timestamp?
    /// Whether more are runnable than the limit let through.
    public var more: Bool

    public init(executions: [StoredExecution], nextWake: Timestamp?, more: Bool) {
        self.executions = executions
        self.nextWake = nextWake
        self.more = more
    }
}

/// Where an execution stands.
public enum ExecutionStatus: String, Sendable, Hashable, CaseIterable {
    /// Runnable: it waits to be claimed; or it is held until there is room (``ExecutionSummary/isHeld``).
    case queued
    case running
    case waiting
    case paused
    /// Set aside: it goes on when somebody resumes it, and ends when somebody cancels it.
    case deadLetter = "dead_letter"
    case ended
}

public struct ExecutionSummary: Sendable, Hashable {
    public var id: ExecutionID
    public var workflow: String
    public var version: String
    public var trigger: TriggerType
    /// The id of the event, or of the manual request, that started it.
    public var eventID: String
    public var status: ExecutionStatus
    public var startedAt: Timestamp
    /// When a waiting execution goes on by itself.
    public var wakeAt: Timestamp?
    /// Present when and only when the status is ended.
    public var outcome: Outcome?
    /// See ``Priority``.
    public var priority: Int
    /// It is queued, but may not be claimed until others of its slot have ended.
    public var isHeld: Bool
    /// Why it was set aside; present when and only when the status is dead_letter.
    public var deadLetterReason: String?

    public init(
        id: ExecutionID, workflow: String, version: String, trigger: TriggerType, eventID: String,
        status: ExecutionStatus, startedAt: Timestamp, wakeAt: Timestamp?, outcome: Outcome?,
        priority: Int = Priority.usual, isHeld: Bool = false, deadLetterReason: String? = nil
    ) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.trigger = trigger
        self.eventID = eventID
        self.status = status
        self.startedAt = startedAt
        self.wakeAt = wakeAt
        self.outcome = outcome
        self.priority = priority
        self.isHeld = isHeld
        self.deadLetterReason = deadLetterReason
    }
}

/// An execution with all that is needed to go on with it.
public struct StoredExecution: Sendable {
    public var summary: ExecutionSummary
    public var event: EventRecord
    /// All records, in order; the next has the number `records.count`.
    public var records: [[UInt8]]
    /// Signals not consumed yet, in order.
    public var signals: [Signal]
    /// Since when it was runnable, at the moment of a claim.
    public var runnableSince: Timestamp?
    /// The lease under which it is driven; nil when it is not.
    public var lease: Lease?
    /// How often it was taken from a dead lease.
    public var takeovers: Int
    /// How many deaths since its last record count against it (``DeadLetter``).
    public var deaths: Int

    public init(
        summary: ExecutionSummary, event: EventRecord, records: [[UInt8]], signals: [Signal],
        runnableSince: Timestamp?, lease: Lease?, takeovers: Int, deaths: Int = 0
    ) {
        self.deaths = deaths
        self.summary = summary
        self.event = event
        self.records = records
        self.signals = signals
        self.runnableSince = runnableSince
        self.lease = lease
        self.takeovers = takeovers
    }
}

/// Which executions to list. Conditions are joined by and; nil and empty mean any.
public struct ExecutionQuery: Sendable, Hashable {
    public var workflow: String?
    public var statuses: Set<ExecutionStatus>
    public var results: Set<ExecutionResult>
    public var triggers: Set<TriggerType>
    public var eventID: String?
    /// Ids are taken to ascend with the time of the start; a list may lack executions that started in another order,
    /// by more than five seconds, because a clock was set back.
    public var startedFrom: Timestamp?
    public var startedBefore: Timestamp?
    /// Only executions older than this one: the cursor.
    public var before: ExecutionID?
    public var limit: Int

    public init(
        workflow: String? = nil, statuses: Set<ExecutionStatus> = [], results: Set<ExecutionResult> = [],
        triggers: Set<TriggerType> = [], eventID: String? = nil, startedFrom: Timestamp? = nil,
        startedBefore: Timestamp? = nil, before: ExecutionID? = nil, limit: Int
    ) {
        self.workflow = workflow
        self.statuses = statuses
        self.results = results
        self.triggers = triggers
        self.eventID = eventID
        self.startedFrom = startedFrom
        self.startedBefore = startedBefore
        self.before = before
        self.limit = limit
    }
}

public struct JournalStatistics: Sendable, Hashable {
    /// Executions that wait to be claimed, by ``Priority``.
    public var runnable: [Int: Waiting]
    /// Executions that have not ended, by workflow; those that are held or set aside among them.
    public var active: [String: Int]
    /// Executions that wait for room, by workflow.
    public var held: [String: Int]
    /// Executions that were set aside, by workflow.
    public var deadLetters: [String: Int]
    /// By workflow.
    public var approvals: [String: Waiting]
    /// When the last occurrence of a schedule was received of those whose events have been purged: that it was one is not
    /// known any more.
    public var forgottenOccurrence: Timestamp?
    public var space: Space

    /// What the store takes on disk, in bytes; 0 where it does not know.
    public struct Space: Sendable, Hashable {
        public var size: Int
        /// The part of it that is empty: what is written later goes there first.
        public var free: Int

        public init(size: Int, free: Int) { (self.size, self.free) = (size, free) }
    }

    /// What waits: how many, and since when the first of them does.
    public struct Waiting: Sendable, Hashable {
        public var count: Int
        public var oldest: Timestamp

        public init(count: Int, oldest: Timestamp) {
            self.count = count
            self.oldest = oldest
        }
    }

    public init(
        runnable: [Int: Waiting] = [:], active: [String: Int] = [:], held: [String: Int] = [:],
        deadLetters: [String: Int] = [:], approvals: [String: Waiting] = [:],
        forgottenOccurrence: Timestamp? = nil, space: Space = Space(size: 0, free: 0)
    ) {
        self.runnable = runnable
        self.active = active
        self.held = held
        self.deadLetters = deadLetters
        self.approvals = approvals
        self.forgottenOccurrence = forgottenOccurrence
        self.space = space
    }
}
