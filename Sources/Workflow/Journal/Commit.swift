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
    /// All approvals the execution waits for from now on; nil leaves them as they are.
    public var approvals: [ApprovalRequest]?
    /// What it leaves for other executions. A target that is unknown or has ended is passed over.
    public var sent: [OutgoingSignal]
    /// The steps that are over since the record before; they are added to the tallies.
    public var steps: [EndedStep]
    /// The record says no more than that what was under way is begun again: the deaths of its process go on counting.
    public var isRepetition: Bool
    public var at: Timestamp

    public init(
        id: ExecutionID, number: Int, record: [UInt8], disposition: Disposition, waits: [EventWait]?,
        consumed: Int64?, approvals: [ApprovalRequest]? = nil, sent: [OutgoingSignal] = [],
        steps: [EndedStep] = [], isRepetition: Bool = false, at: Timestamp
    ) {
        self.id = id
        self.number = number
        self.record = record
        self.disposition = disposition
        self.waits = waits
        self.consumed = consumed
        self.approvals = approvals
        self.sent = sent
        self.steps = steps
        self.isRepetition = isRepetition
        self.at = at
    }
}

extension Commit {
    /// For implementers: refuses what no journal takes.
    public func validate() throws(JournalError) {
        for signal in sent {
            if case .event = signal.kind { throw .conflict("events are delivered by ingest, not by a commit") }
        }
        var keys: Set<String> = []
        for approval in approvals ?? [] where !keys.insert(approval.key).inserted {
            throw .conflict("two approvals of \(id) have the key \(approval.key)")
        }
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
    /// Set aside: nobody drives it until it is resumed, cancelled or terminated.
    case deadLetter(reason: String)
    /// Its waits, signals and approvals are dropped, and its end is added to the tallies.
    case ended(Outcome)
}

/// A signal that an execution leaves for others with its commit.
public struct OutgoingSignal: Sendable, Hashable {
    public var target: Target
    /// Not an event: those are delivered by ``Journal/ingest(_:lease:)``.
    public var kind: Signal.Kind

    public enum Target: Sendable, Hashable {
        case execution(ExecutionID)
        /// All that the event with this id has started, when it is known.
        case startedBy(event: String)
    }

    public init(execution: ExecutionID, kind: Signal.Kind) {
        target = .execution(execution)
        self.kind = kind
    }

    public init(startedBy event: String, kind: Signal.Kind) {
        target = .startedBy(event: event)
        self.kind = kind
    }
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
        /// What somebody has to tell the step with this key: a child its result, an approver the decision.
        case message(key: String, body: [UInt8])
        case pause
        /// - Parameter data: JSON text for the execution.
        case resume(data: [UInt8]?)
        /// End, with compensation.
        case cancel(reason: String?)
        /// End at once.
        case terminate(reason: String?)
    }

    public init(number: Int64, kind: Kind, at: Timestamp) {
        self.number = number
        self.kind = kind
        self.at = at
    }
}

public enum SignalReceipt: Sendable, Hashable {
    /// Stored. `driver` is the token of the lease that drives the execution; nil when it is runnable or set aside.
    case stored(driver: Int64?)
    case ended(ExecutionResult)
    case unknown
}
