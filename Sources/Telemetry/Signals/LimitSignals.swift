public import Instruments

extension Signals {
    /// An execution was to start and there was no room for it: as many of its workflow ran as may.
    public static let limit = Signal<LimitAttributes>(
        "workflow.limit", .occurrence, "An execution for which there was no room, and what became of it.")

    /// Executions that are held until others of their workflow end.
    public static let held = Signal<WorkflowAttributes>(
        "workflow.held", .observed, measures: [Measure("held", .count)],
        "Executions of a workflow that wait for others of it to end.")
}

/// What becomes of an execution for which there is no room.
public enum LimitPolicy: String, CaseIterable, LabelValue {
    /// It waits.
    case queue
    /// It is left out.
    case skip
    /// It waits for the others, which are cancelled.
    case cancelRunning = "cancel_running"
}

/// What tells executions apart for which there was no room.
public struct LimitAttributes: LabelSet {
    let workflow: DeclaredName
    let policy: LimitPolicy

    /// - Parameter workflow: its id.
    public init(workflow: DeclaredName, policy: LimitPolicy) { (self.workflow, self.policy) = (workflow, policy) }

    /// Their names.
    public static var labels: [Label] {
        [Label("workflow.id", DeclaredName.self), Label("limit.policy", LimitPolicy.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(policy)
    }
}
