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

/// Finds the workflows that an event or a delivery starts: by the event's name or by the source, in one look-up.
struct Router: Sendable {
    /// The current version of each workflow.
    private(set) var workflows: [String: Deployed] = [:]
    private var byEvent: [String: [Deployed]] = [:]
    private var bySource: [String: [Deployed]] = [:]

    init() {}

    init(_ deployed: [Deployed]) {
        for workflow in deployed.sorted(by: { $0.record.id < $1.record.id }) {
            workflows[workflow.record.id] = workflow
            guard workflow.record.enabled else { continue }
            switch workflow.program.definition.trigger {
            case .event(let name, _): byEvent[name, default: []].append(workflow)
            case .webhook(let source, _, _): bySource[source, default: []].append(workflow)
            case .manual, .schedule, .workflow: break
            }
        }
    }

    /// Enabled workflows whose trigger names this event and whose condition its data meets, by id.
    func matches(_ event: String, data: JSONObject, in environment: Environment) async -> [Deployed] {
        guard let candidates = byEvent[event] else { return [] }
        return await Self.filter(candidates, in: environment) { workflow, work in
            guard case .event(_, let condition?) = workflow.program.definition.trigger else { return true }
            return condition.evaluate(in: Scope(context: data), addingTo: &work)
        }
    }

    /// Enabled workflows whose trigger names this delivery's source, and its event if any, and whose condition its data
    /// meets, by id.
    func matches(_ delivery: IncomingDelivery, in environment: Environment) async -> [Deployed] {
        guard let candidates = bySource[delivery.source] else { return [] }
        return await Self.filter(candidates, in: environment) { workflow, work in
            guard case .webhook(_, let event, let condition) = workflow.program.definition.trigger else { return false }
            guard event == nil || event == delivery.event else { return false }
            return condition?.evaluate(in: Scope(context: delivery.data), addingTo: &work) ?? true
        }
    }

    /// Lets others have the thread after much work.
    private static func filter(
        _ candidates: [Deployed], in environment: Environment, _ isMatch: (Deployed, inout Int) -> Bool
    ) async -> [Deployed] {
        var (matches, work): ([Deployed], Int) = ([], 0)
        for candidate in candidates {
            if isMatch(candidate, &work) { matches.append(candidate) }
            await environment.yield(afterMuch: &work)
        }
        return matches
    }
}
