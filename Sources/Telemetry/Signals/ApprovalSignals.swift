public import Instruments

extension Signals {
    /// An approval has been requested, or is over. Duration: from the request to the end; 0 for a request.
    public static let approval = Signal<ApprovalAttributes>(
        "workflow.approval", .occurrence, measures: [Measure("duration", .seconds)],
        "An approval that has been requested, or is over.")

    /// The approvals of a workflow that wait for somebody to decide: how many, and how long the oldest has waited.
    public static let approvalPending = Signal<WorkflowAttributes>(
        "workflow.approval.pending", .observed, measures: [Measure("pending", .count), Measure("oldest", .seconds)],
        "Approvals that wait for somebody to decide.")
}

/// What became of an approval.
public enum ApprovalStatus: String, CaseIterable, LabelValue {
    case requested, approved, rejected, expired
    /// The execution ended or went another way before it was decided.
    case cancelled
}

/// What tells approvals apart.
public struct ApprovalAttributes: LabelSet {
    let workflow: DeclaredName
    let status: ApprovalStatus

    /// - Parameter workflow: its id.
    public init(workflow: DeclaredName, status: ApprovalStatus) {
        (self.workflow, self.status) = (workflow, status)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("workflow.id", DeclaredName.self), Label("approval.status", ApprovalStatus.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(status)
    }
}
