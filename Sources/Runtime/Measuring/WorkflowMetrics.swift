import Instruments
import Telemetry
import Workflow

/// Records for one workflow.
struct WorkflowMetrics: Sendable {
    let workflow: DeclaredName
    /// By the id of the step.
    let steps: [String: DeclaredName]
    let starts: Recorder<WorkflowStartAttributes>
    let executions: Recorder<WorkflowExecutionAttributes>
    let durations: Recorder<WorkflowStepAttributes>
    let approvals: Recorder<ApprovalAttributes>
    let active: ActivityCount<WorkflowAttributes>

    func recordStart(_ trigger: TriggerType) {
        starts.record(.init(workflow: workflow, trigger: WorkflowTrigger(trigger)))
        active.begin(.init(workflow: workflow))
    }

    func recordSteps(_ entries: some Sequence<TraceEntry>) {
        for entry in entries {
            guard let endedAt = entry.endedAt, let step = steps[entry.step],
                let status = WorkflowStepStatus(rawValue: entry.status.rawValue)
            else { continue }
            durations.record(
                .init(workflow: workflow, step: step, status: status), (endedAt - entry.startedAt).inSeconds)
        }
    }

    /// Approvals of an execution that have not been measured yet.
    func recordApprovals(of execution: Execution, after measured: MeasuredApprovals = MeasuredApprovals()) {
        let current = MeasuredApprovals(of: execution)
        for _ in measured.requested..<max(measured.requested, current.requested) {
            approvals.record(.init(workflow: workflow, status: .requested), 0)
        }
        for record in execution.endedApprovals.dropFirst(measured.ended) {
            guard let result = record.result, let end = record.endedAt else { continue }
            approvals.record(
                .init(workflow: workflow, status: ApprovalStatus(result)),
                (end - record.request.requestedAt).inSeconds)
        }
    }

    func recordEnd(_ outcome: Outcome, trigger: TriggerType, startedAt: Timestamp) {
        executions.record(outcome, of: workflow, trigger: trigger, startedAt: startedAt)
        active.end(.init(workflow: workflow))
    }
}

extension Recorder<WorkflowExecutionAttributes> {
    func record(_ outcome: Outcome, of workflow: DeclaredName, trigger: TriggerType, startedAt: Timestamp) {
        record(
            .init(
                workflow: workflow, result: WorkflowResult(outcome.result), trigger: WorkflowTrigger(trigger),
                error: WorkflowError(outcome.errorType)),
            (outcome.endedAt - startedAt).inSeconds)
    }
}

/// How many approvals of an execution have been measured.
struct MeasuredApprovals: Sendable {
    var requested = 0
    var ended = 0
}

extension MeasuredApprovals {
    /// All that there are.
    init(of execution: Execution) {
        ended = execution.endedApprovals.count
        requested = ended + execution.approvals.count
    }
}
