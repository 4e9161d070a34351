public import Instruments

extension Signals {
    /// The engine has done a piece of its own work. Duration: from when it took it up until it was done.
    public static let job = Signal<JobAttributes>(
        "job", .occurrence, measures: [Measure("duration", .seconds)],
        "A piece of the engine's own work that has been done, or was not to be.")

    /// What has been forgotten, and for how long a run has not come to its end: 0 when nothing is to be forgotten.
    public static let retention = Signal<NoAttributes>(
        "retention", .observed,
        measures: [
            Measure("executions", .count, isSum: true), Measure("events", .count, isSum: true),
            Measure("since_success", .seconds),
        ],
        "Executions and events that have been forgotten because they are too old or too many.")

    /// What the journal's file holds that is empty.
    public static let journalSpace = Signal<NoAttributes>(
        "journal.space", .observed, measures: [Measure("free", .bytes)],
        "What is empty within the journal's file.")
}

/// The engine's own work, beside what workflows ask for.
public enum JobName: String, CaseIterable, LabelValue {
    /// An approval is over because nobody decided in time.
    case approvalExpiration = "approval_expiration"
    /// An execution that nobody drove has been taken from the journal and goes on.
    case workflowResumer = "workflow_resumer"
    /// A step, a wait or an execution is over because its time is.
    case timeoutEnforcer = "timeout_enforcer"
    /// An occurrence of a schedule has been started, or left out because of an earlier one.
    case scheduler
    /// A batch of what is too old or too much has been forgotten, or space given back.
    case retention
}

/// How a job went.
public enum JobOutcome: String, CaseIterable, LabelValue {
    case success
    /// It is tried again, or another process does it.
    case failure
    /// There was nothing to be done.
    case skipped
}

/// What tells jobs apart.
public struct JobAttributes: LabelSet {
    let name: JobName
    let outcome: JobOutcome

    /// A job of this name that went so.
    public init(name: JobName, outcome: JobOutcome) { (self.name, self.outcome) = (name, outcome) }

    /// Their names.
    public static var labels: [Label] {
        [Label("job.name", JobName.self), Label("job.outcome", JobOutcome.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(name)
        encoder.add(outcome)
    }
}
