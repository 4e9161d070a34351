public import Workflow

public struct EngineOptions: Sendable {
    /// Names this process among the holders of leases.
    public var holder: String
    /// How long a lease holds without renewal. It is renewed after a third of it.
    public var leaseDuration: Duration
    /// Whether no other process can be alive on this journal, so that its leases are dead at once.
    public var isSoleProcess: Bool
    /// Executions driven at once; what comes beyond waits in the task queue.
    public var maxRunning: Int
    /// What definitions are held against when they are deployed; nil holds them against nothing.
    public var configured: ConfiguredNames?
    /// How long a shutdown waits for running executions before it hands them back.
    public var drainTimeout: Duration
    /// Which ended executions are forgotten, of workflows that say nothing of it.
    public var retention: Retention

    public init(
        holder: String, leaseDuration: Duration = .seconds(10), isSoleProcess: Bool = false,
        maxRunning: Int = 4_096, drainTimeout: Duration = .seconds(10), configured: ConfiguredNames? = nil,
        retention: Retention = Retention()
    ) {
        self.holder = holder
        self.leaseDuration = leaseDuration
        self.isSoleProcess = isSoleProcess
        self.maxRunning = maxRunning
        self.drainTimeout = drainTimeout
        self.configured = configured
        self.retention = retention
    }
}

/// A workflow as it stands now.
public struct DeployedWorkflow: Sendable {
    public let record: WorkflowRecord
    public let definition: Definition

    public init(record: WorkflowRecord, definition: Definition) {
        self.record = record
        self.definition = definition
    }
}

public struct DeployReceipt: Sendable {
    public let workflow: DeployedWorkflow
    public let deployment: Deployment
    /// What the validation found that does not stand in the way.
    public let warnings: [Problem]

    public init(workflow: DeployedWorkflow, deployment: Deployment, warnings: [Problem]) {
        self.workflow = workflow
        self.deployment = deployment
        self.warnings = warnings
    }
}

/// A rule as it stands now.
public struct DeployedRule: Sendable {
    /// See ``WorkflowRecord/ruleID``.
    public let record: WorkflowRecord
    public let rule: Rule
}

public struct RuleReceipt: Sendable {
    public let rule: DeployedRule
    public let deployment: Deployment
    /// What the validation found that does not stand in the way.
    public let warnings: [Problem]
}

/// An event from outside.
public struct IncomingEvent: Sendable {
    /// The same id again starts nothing again; without one, the engine gives it one.
    public var id: String?
    public var name: String
    public var data: JSONObject
    /// See ``EventRecord/depth``.
    var depth = 0

    public init(id: String? = nil, name: String, data: JSONObject) {
        self.id = id
        self.name = name
        self.data = data
    }

    /// Whether the text can name an event: 1 to 200 letters, digits and `._:-`, the first a letter or digit, all ASCII.
    public static func isName(_ text: String) -> Bool {
        guard (1...200).contains(text.utf8.count), let first = text.utf8.first, isLetterOrDigit(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            isLetterOrDigit(byte) || byte == 0x2E || byte == 0x5F || byte == 0x3A || byte == 0x2D
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    func check() throws(EngineError) {
        guard depth <= Limits.eventDepth else {
            throw EngineError(
                .invalidEvent,
                "more than \(Limits.eventDepth) executions have started one another, by events that they emit or by calls",
                remedy: "look for workflows that start themselves, or one another in a circle")
        }
        guard Self.isName(name) else {
            throw EngineError(
                .invalidEvent, "an event has no usable name",
                remedy: "use 1 to 200 letters, digits and ._:- that begin with a letter or digit")
        }
    }
}

/// What became of an event: by the time it is handed out, all of it is on disk.
public struct Receipt: Sendable {
    public let eventID: String
    /// Whether the id was known, and this is the first time's answer.
    public let duplicate: Bool
    public let executions: [ExecutionReport]
    /// The workflows that would have started, had as many of their executions not run already as may; by id. Empty for
    /// a duplicate.
    public let skipped: [String]
    /// When it was on disk.
    var writtenAt: Timestamp?

    public init(eventID: String, duplicate: Bool, executions: [ExecutionReport], skipped: [String] = []) {
        self.eventID = eventID
        self.duplicate = duplicate
        self.executions = executions
        self.skipped = skipped
    }
}

public struct ExecutionReport: Sendable {
    public let summary: ExecutionSummary
    /// What started it, where it was asked for.
    public let event: EventRecord?
    /// The steps taken; nil where nobody asked for them, or waited for the end and it came.
    public let trace: [TraceEntry]?

    public init(summary: ExecutionSummary, event: EventRecord?, trace: [TraceEntry]?) {
        self.summary = summary
        self.event = event
        self.trace = trace
    }
}
