/// One deployed version of a workflow, or of a rule: see ``ruleID``.
public struct WorkflowRecord: Sendable, Hashable {
    public var id: String
    public var version: String
    /// The definition's text, as it was deployed.
    public var source: String
    public var enabled: Bool
    public var deployedAt: Timestamp
    /// Of the workflow, whatever its version.
    public var schedule: ScheduleState

    public init(
        id: String, version: String, source: String, enabled: Bool, deployedAt: Timestamp,
        schedule: ScheduleState = ScheduleState()
    ) {
        self.id = id
        self.version = version
        self.source = source
        self.enabled = enabled
        self.deployedAt = deployedAt
        self.schedule = schedule
    }
}

extension WorkflowRecord {
    /// What the id of a rule's record begins with; no workflow's does.
    private static let rulePrefix = "rule/"

    /// The rule that this is a version of; nil for a workflow. Rules are deployed, found and deleted as workflows are.
    public var ruleID: String? { Self.isRule(id) ? String(id.dropFirst(Self.rulePrefix.count)) : nil }

    public static func isRule(_ id: String) -> Bool { id.hasPrefix(rulePrefix) }

    /// The id of the records of a rule.
    public static func id(ofRule rule: String) -> String { rulePrefix + rule }
}

/// How far a workflow's schedule has come.
///
/// A workflow begins with the one that its first version is deployed with; further versions keep it, and deleting the
/// workflow clears it.
public struct ScheduleState: Sendable, Hashable {
    /// Occurrences up to this time have been handled: they have run, or never will.
    public var handled: Timestamp?
    public var isPaused: Bool

    public init(handled: Timestamp? = nil, isPaused: Bool = false) {
        self.handled = handled
        self.isPaused = isPaused
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
    /// Occurrences of its schedule up to this time have been handled. An earlier time than the one known changes nothing.
    case handleSchedule(upTo: Timestamp)
    case pauseSchedule
    case resumeSchedule
}

public enum WorkflowSelection: Sendable, Hashable {
    /// The current version of each workflow, by id.
    case current
    /// This version, also of a deleted workflow.
    case version(workflow: String, version: String)
    /// The versions of a workflow, also of a deleted one, by when they were first deployed, the newest first; of those
    /// of one time the greater first.
    case versions(workflow: String, limit: Int)
}
