import Workflow

struct MemoryWorkflow {
    var versions: [String: WorkflowRecord] = [:]
    /// Nil when the workflow is deleted.
    var current: String?
    var isEnabled = false
}

extension MemoryState {
    func list(_ query: ExecutionQuery) -> [ExecutionSummary] {
        let fitting = executions.values.map(\.stored.summary).filter { query.fits($0) }
        return Array(fitting.sorted { $0.id > $1.id }.prefix(max(query.limit, 0)))
    }

    var statistics: JournalStatistics {
        let queued = executions.values.filter { $0.status == .queued }
        var active: [String: Int] = [:]
        for execution in executions.values where execution.status != .ended {
            active[execution.stored.summary.workflow, default: 0] += 1
        }
        return JournalStatistics(
            runnable: queued.count, oldestRunnable: queued.compactMap(\.stored.runnableSince).min(), active: active)
    }

    mutating func deploy(_ record: WorkflowRecord) -> Deployment {
        var workflow = workflows[record.id] ?? MemoryWorkflow()
        let stored = workflow.versions[record.version]
        if let stored, stored.source != record.source { return .conflict }
        let wasListed = workflow.current != nil
        workflow.versions[record.version] = stored ?? record
        workflow.current = record.version
        let isUnchanged = stored != nil && wasListed
        if !isUnchanged { workflow.isEnabled = record.enabled }
        workflows[record.id] = workflow
        return isUnchanged ? .unchanged : wasListed ? .updated : .created
    }

    mutating func update(_ id: String, _ change: WorkflowChange) -> Bool {
        guard var workflow = workflows[id], workflow.current != nil else { return false }
        switch change {
        case .enable: workflow.isEnabled = true
        case .disable: workflow.isEnabled = false
        case .delete:
            workflow.current = nil
            workflow.isEnabled = false
        case .handleSchedule, .pauseSchedule, .resumeSchedule: return false
        }
        workflows[id] = workflow
        return true
    }

    func select(_ selection: WorkflowSelection) -> [WorkflowRecord] {
        switch selection {
        case .current:
            workflows.keys.sorted().compactMap { id in
                workflows[id].flatMap { workflow in workflow.current.flatMap { workflow.record($0) } }
            }
        case .version(let id, let version): [workflows[id]?.record(version)].compactMap(\.self)
        }
    }
}

extension MemoryWorkflow {
    fileprivate func record(_ version: String) -> WorkflowRecord? {
        var record = versions[version]
        record?.enabled = isEnabled
        return record
    }
}

extension ExecutionQuery {
    fileprivate func fits(_ summary: ExecutionSummary) -> Bool {
        guard workflow == nil || summary.workflow == workflow else { return false }
        guard eventID == nil || summary.eventID == eventID else { return false }
        guard statuses.isEmpty || statuses.contains(summary.status) else { return false }
        guard results.isEmpty || summary.outcome.map({ results.contains($0.result) }) ?? false else { return false }
        if let startedFrom, summary.startedAt < startedFrom { return false }
        if let startedBefore, summary.startedAt >= startedBefore { return false }
        if let before, summary.id >= before { return false }
        return true
    }
}
