public import Instruments

extension Signals {
    /// An occurrence of a schedule has been dealt with.
    public static let scheduleOccurrence = Signal<ScheduleAttributes>(
        "schedule.occurrence", .occurrence, "An occurrence of a schedule, and what became of it.")

    /// An occurrence of a schedule has been started. Duration: since its time.
    public static let scheduleStart = Signal<NoAttributes>(
        "schedule.start", .occurrence, measures: [Measure("lateness", .seconds)],
        "An occurrence of a schedule that has been started.")

    /// The schedules of this process: for how long the one that has been due longest has not been dealt with.
    public static let schedules = Signal<NoAttributes>(
        "schedules", .observed, measures: [Measure("overdue", .seconds)], "The schedules that are due now.")

    /// Executions that are set aside.
    public static let standing = Signal<NoAttributes>(
        "execution.standing", .observed, measures: [Measure("dead_letters", .count)],
        "Executions that wait for people.")
}

/// What becomes of an occurrence of a schedule.
public enum ScheduleOutcome: String, CaseIterable, LabelValue {
    case started
    /// An earlier one was still running.
    case skipped
    /// Nobody was there at its time, and it is not made up for.
    case missed
}

/// What tells occurrences of schedules apart.
public struct ScheduleAttributes: LabelSet {
    let workflow: DeclaredName
    let outcome: ScheduleOutcome

    /// An occurrence of the workflow of this id.
    public init(workflow: DeclaredName, outcome: ScheduleOutcome) {
        (self.workflow, self.outcome) = (workflow, outcome)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("workflow.id", DeclaredName.self), Label("schedule.outcome", ScheduleOutcome.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(outcome)
    }
}
