import Workflow

/// A deployed workflow, ready to run and measured. A class, so that executions share it at the cost of one reference.
final class Deployed: Sendable {
    let record: WorkflowRecord
    let program: Program
    let metrics: WorkflowMetrics

    init(record: WorkflowRecord, program: Program, metrics: WorkflowMetrics) {
        self.record = record
        self.program = program
        self.metrics = metrics
    }
}

/// Finds the workflows that an event starts: by the event's name, in one look-up.
struct Router: Sendable {
    /// The current version of each workflow.
    private(set) var workflows: [String: Deployed] = [:]
    private var byEvent: [String: [Deployed]] = [:]

    init() {}

    init(_ deployed: [Deployed]) {
        for workflow in deployed.sorted(by: { $0.record.id < $1.record.id }) {
            workflows[workflow.record.id] = workflow
            guard workflow.record.enabled, case .event(let name, _) = workflow.program.definition.trigger else {
                continue
            }
            byEvent[name, default: []].append(workflow)
        }
    }

    /// Enabled workflows whose trigger names this event and whose condition its data meets, by id.
    func matches(_ event: String, data: JSONObject) -> [Deployed] {
        guard let candidates = byEvent[event] else { return [] }
        return candidates.filter { workflow in
            guard case .event(_, let condition?) = workflow.program.definition.trigger else { return true }
            return condition.evaluate(in: Scope(context: data))
        }
    }
}
