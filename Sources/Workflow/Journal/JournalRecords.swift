/// The right of one process to drive executions, until a time. Every write carries its token.
public struct Lease: Sendable, Hashable {
    /// Greater than the token of any lease before it.
    public let token: Int64

    public init(token: Int64) { self.token = token }
}

public struct Acquisition: Sendable, Hashable {
    public var lease: Lease
    /// How many executions were taken from dead leases and are runnable now.
    public var takenOver: Int

    public init(lease: Lease, takenOver: Int) {
        self.lease = lease
        self.takenOver = takenOver
    }
}

public struct Renewal: Sendable, Hashable {
    /// Executions under this lease that have signals waiting, at most 1,000.
    public var signalled: [ExecutionID]
    /// How many executions were taken from dead leases and are runnable now.
    public var takenOver: Int

    public init(signalled: [ExecutionID], takenOver: Int) {
        self.signalled = signalled
        self.takenOver = takenOver
    }
}

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

    public init(event: EventRecord, data: JSONValue, executions: [NewExecution]) {
        self.event = event
        self.data = data
        self.executions = executions
    }
}

/// An execution at its birth, with its first record (number 0).
public struct NewExecution: Sendable {
    public var workflow: String
    public var version: String
    public var trigger: TriggerType
    public var startedAt: Timestamp
    public var commit: Commit

    public init(workflow: String, version: String, trigger: TriggerType, startedAt: Timestamp, commit: Commit) {
        self.workflow = workflow
        self.version = version
        self.trigger = trigger
        self.startedAt = startedAt
        self.commit = commit
    }
}

/// What became of an arrival.
public enum Ingestion: Sendable, Hashable {
    /// Stored; `woken` executions matched the event and are runnable now.
    case accepted(woken: [ExecutionID])
    /// The id was known: these executions were started by it the first time.
    case duplicate(executions: [ExecutionID])
    /// The id was known, for an event of another name or with other data: nothing was stored.
    case conflict
}

/// One record of an execution's journal, and what becomes of the execution.
public struct Commit: Sendable {
    public var id: ExecutionID
    /// The record's number, from 0.
    public var number: Int
    public var record: [UInt8]
    public var disposition: Disposition
    /// All events the execution waits for from now on; nil leaves them as they are.
    public var waits: [EventWait]?
    /// Signals up to this number have been consumed; nil when none has been.
    public var consumed: Int64?
    public var at: Timestamp

    public init(
        id: ExecutionID, number: Int, record: [UInt8], disposition: Disposition, waits: [EventWait]?,
        consumed: Int64?, at: Timestamp
    ) {
        self.id = id
        self.number = number
        self.record = record
        self.disposition = disposition
        self.waits = waits
        self.consumed = consumed
        self.at = at
    }
}

/// What becomes of an execution after a commit.
public enum Disposition: Sendable, Hashable {
    /// The lease goes on driving it.
    case running
    /// Nobody drives it; whoever has room may claim it.
    case runnable
    /// Nobody drives it until an event matches one of its waits, a signal comes, or the time.
    case waiting(until: Timestamp?)
    /// Nobody drives it until a signal comes.
    case paused
    /// Its waits and signals are dropped.
    case ended(Outcome)
}

/// An event that an execution waits for.
public struct EventWait: Sendable, Hashable {
    /// Names the wait within its execution; comes back in the signal.
    public var key: String
    public var event: String
    /// Paths into the event's data, as text, in ascending order, and the values that must stand there.
    /// Numbers are equal by value (`1` and `1.0`); a missing path equals nothing.
    public var match: [Field]

    public struct Field: Sendable, Hashable {
        public var path: Path
        public var value: JSONValue

        public init(path: Path, value: JSONValue) {
            self.path = path
            self.value = value
        }
    }

    public init(key: String, event: String, match: [Field]) {
        self.key = key
        self.event = event
        self.match = match
    }
}

/// Something that happened to an execution from outside, kept until a commit consumes it.
public struct Signal: Sendable, Hashable {
    /// Ascending within the execution.
    public var number: Int64
    public var kind: Kind
    public var at: Timestamp

    public enum Kind: Sendable, Hashable {
        /// An event matched the wait with this key.
        case event(wait: String, EventRecord)
        case pause
        case resume
        case cancel(reason: String?)
    }

    public init(number: Int64, kind: Kind, at: Timestamp) {
        self.number = number
        self.kind = kind
        self.at = at
    }
}

public enum SignalReceipt: Sendable, Hashable {
    /// Stored. `driver` is the token of the lease that drives the execution; nil when it is runnable.
    case stored(driver: Int64?)
    case ended(ExecutionResult)
    case unknown
}

public struct Claim: Sendable {
    public var executions: [StoredExecution]
    /// The earliest time at which a waiting execution must go on; nil when none has one.
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
    /// Runnable: it waits to be claimed.
    case queued
    case running
    case waiting
    case paused
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

    public init(
        id: ExecutionID, workflow: String, version: String, trigger: TriggerType, eventID: String,
        status: ExecutionStatus, startedAt: Timestamp, wakeAt: Timestamp?, outcome: Outcome?
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
    /// How often it was taken from a dead lease.
    public var takeovers: Int

    public init(
        summary: ExecutionSummary, event: EventRecord, records: [[UInt8]], signals: [Signal],
        runnableSince: Timestamp?, takeovers: Int
    ) {
        self.summary = summary
        self.event = event
        self.records = records
        self.signals = signals
        self.runnableSince = runnableSince
        self.takeovers = takeovers
    }
}

/// Which executions to list. Conditions are joined by and; nil and empty mean any.
public struct ExecutionQuery: Sendable, Hashable {
    public var workflow: String?
    public var statuses: Set<ExecutionStatus>
    public var results: Set<ExecutionResult>
    public var eventID: String?
    public var startedFrom: Timestamp?
    public var startedBefore: Timestamp?
    /// Only executions older than this one: the cursor.
    public var before: ExecutionID?
    public var limit: Int

    public init(
        workflow: String? = nil, statuses: Set<ExecutionStatus> = [], results: Set<ExecutionResult> = [],
        eventID: String? = nil, startedFrom: Timestamp? = nil, startedBefore: Timestamp? = nil,
        before: ExecutionID? = nil, limit: Int
    ) {
        self.workflow = workflow
        self.statuses = statuses
        self.results = results
        self.eventID = eventID
        self.startedFrom = startedFrom
        self.startedBefore = startedBefore
        self.before = before
        self.limit = limit
    }
}

public struct JournalStatistics: Sendable, Hashable {
    /// Executions that wait to be claimed.
    public var runnable: Int
    public var oldestRunnable: Timestamp?
    /// Executions that have not ended, by workflow.
    public var active: [String: Int]

    public init(runnable: Int, oldestRunnable: Timestamp?, active: [String: Int]) {
        self.runnable = runnable
        self.oldestRunnable = oldestRunnable
        self.active = active
    }
}

/// One deployed version of a workflow.
public struct WorkflowRecord: Sendable, Hashable {
    public var id: String
    public var version: String
    /// The definition's text, as it was deployed.
    public var source: String
    public var enabled: Bool
    public var deployedAt: Timestamp

    public init(id: String, version: String, source: String, enabled: Bool, deployedAt: Timestamp) {
        self.id = id
        self.version = version
        self.source = source
        self.enabled = enabled
        self.deployedAt = deployedAt
    }
}

public enum Deployment: Sendable, Hashable {
    /// This is the first version of the workflow.
    case created
    /// Further executions start on this version.
    case updated
    /// The version was there with the same source, and is the current one again if it was not.
    case unchanged
    /// The version was there with another source; nothing was changed.
    case conflict
}

public enum WorkflowChange: Sendable, Hashable {
    case enable
    case disable
    /// It is listed no more and starts nothing; executions that run finish. Its versions are kept for them.
    case delete
}

public enum WorkflowSelection: Sendable, Hashable {
    /// The current version of each workflow, by id.
    case current
    /// This version, also of a deleted workflow.
    case version(workflow: String, version: String)
}

/// An API key as it is stored: never the key itself.
public struct KeyRecord: Sendable, Hashable {
    public var id: String
    public var name: String
    /// SHA-256 of the key.
    public var digest: [UInt8]
    public var permissions: [String]
    public var createdAt: Timestamp
    public var revokedAt: Timestamp?

    public init(
        id: String, name: String, digest: [UInt8], permissions: [String], createdAt: Timestamp,
        revokedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.permissions = permissions
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}
