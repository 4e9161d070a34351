import Workflow

struct MemoryWorkflow {
    var versions: [String: WorkflowRecord] = [:]
    /// Nil when the workflow is deleted.
    var current: String?
    var isEnabled = false
    var schedule = ScheduleState()
}

extension MemoryState {
    func list(_ query: ExecutionQuery) -> [ExecutionSummary] {
        let fitting = executions.values.map(\.stored.summary).filter { query.fits($0) }
        return Array(fitting.sorted { $0.id > $1.id }.prefix(max(query.limit, 0)))
    }

    func list(_ query: ApprovalQuery) -> [PendingApproval] {
        let fitting = pendingApprovals.filter { query.fits($0) }
        return Array(fitting.sorted { precedes($0.cursor, $1.cursor) }.prefix(max(query.limit, 0)))
    }

    private var pendingApprovals: [PendingApproval] {
        executions.values.flatMap { execution in
            let summary = execution.stored.summary
            return execution.approvals.map {
                PendingApproval(
                    execution: summary.id, workflow: summary.workflow, version: summary.version, request: $0)
            }
        }
    }

    var statistics: JournalStatistics {
        var statistics = JournalStatistics()
        for stored in executions.values.map(\.stored) {
            guard let since = stored.runnableSince else { continue }
            let known = statistics.runnable[stored.summary.priority] ?? .init(count: 0, oldest: since)
            statistics.runnable[stored.summary.priority] = .init(
                count: known.count + 1, oldest: min(known.oldest, since))
        }
        for execution in executions.values where execution.status != .ended {
            let workflow = execution.stored.summary.workflow
            statistics.active[workflow, default: 0] += 1
            if execution.isHeld { statistics.held[workflow, default: 0] += 1 }
            if execution.status == .deadLetter { statistics.deadLetters[workflow, default: 0] += 1 }
        }
        for (workflow, approvals) in Dictionary(grouping: pendingApprovals, by: \.workflow) {
            guard let oldest = approvals.map(\.request.requestedAt).min() else { continue }
            statistics.approvals[workflow] = .init(count: approvals.count, oldest: oldest)
        }
        statistics.forgottenOccurrence = forgottenOccurrence
        return statistics
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
        if !wasListed { workflow.schedule = record.schedule }
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
            workflow.schedule = ScheduleState()
        case .handleSchedule(let time): workflow.schedule.handled = max(workflow.schedule.handled ?? time, time)
        case .pauseSchedule: workflow.schedule.isPaused = true
        case .resumeSchedule: workflow.schedule.isPaused = false
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
        case .versions(let id, let limit):
            Array(
                (workflows[id]?.versions.keys.compactMap { workflows[id]?.record($0) } ?? [])
                    .sorted { ($0.deployedAt, $0.version) > ($1.deployedAt, $1.version) }.prefix(max(limit, 0)))
        }
    }
}

extension MemoryWorkflow {
    fileprivate func record(_ version: String) -> WorkflowRecord? {
        var record = versions[version]
        record?.enabled = isEnabled
        record?.schedule = schedule
        return record
    }
}

extension ExecutionQuery {
    fileprivate func fits(_ summary: ExecutionSummary) -> Bool {
        guard workflow == nil || summary.workflow == workflow else { return false }
        guard eventID == nil || summary.eventID == eventID else { return false }
        guard statuses.isEmpty || statuses.contains(summary.status) else { return false }
        guard triggers.isEmpty || triggers.contains(summary.trigger) else { return false }
        guard results.isEmpty || summary.outcome.map({ results.contains($0.result) }) ?? false else { return false }
        if let startedFrom, summary.startedAt < startedFrom { return false }
        if let startedBefore, summary.startedAt >= startedBefore { return false }
        if let before, summary.id >= before { return false }
        return true
    }
}

extension ApprovalQuery {
    fileprivate func fits(_ approval: PendingApproval) -> Bool {
        guard workflow == nil || approval.workflow == workflow else { return false }
        guard execution == nil || approval.execution == execution else { return false }
        guard role.map({ approval.request.roles.contains($0) }) ?? true else { return false }
        guard approver.map({ approval.request.approvers.contains($0) }) ?? true else { return false }
        return after.map { precedes($0, approval.cursor) } ?? true
    }
}

private func precedes(_ left: ApprovalQuery.Cursor, _ right: ApprovalQuery.Cursor) -> Bool {
    let (leftPlace, rightPlace) = ((left.requestedAt, left.execution), (right.requestedAt, right.execution))
    return leftPlace == rightPlace ? precedes(left.key, right.key) : leftPlace < rightPlace
}
