import Instruments
import Synchronization
import Telemetry
import Workflow

/// The signals that the engine records.
struct EngineMetrics: Sendable {
    private static let queue = DeclaredName(EngineCensus.queue)

    private let starts: Recorder<WorkflowStartAttributes>
    private let executions: Recorder<WorkflowExecutionAttributes>
    private let steps: Recorder<WorkflowStepAttributes>
    private let approvals: Recorder<ApprovalAttributes>
    private let active: ActivityCount<WorkflowAttributes>
    private let activities: Recorder<ActivityAttributes>
    private let notifications: Recorder<NotificationAttributes>
    private let events: Recorder<EventAttributes>
    private let ingestions: Recorder<IngestionAttributes>
    private let deliveries: Recorder<WebhookAttributes>
    private let wait: Recorder<TaskAttributes>
    private let takeovers: Recorder<NoAttributes>
    private let occurrences: Recorder<ScheduleAttributes>
    private let lateness: Recorder<NoAttributes>
    private let limits: Recorder<LimitAttributes>
    let nextDue = NextDue()
    let statistics = StatisticsCache()
    let load: WorkerLoad
    /// What definitions declare.
    let business: BusinessMetrics
    let jobs: JobMetrics
    private let deployed = Deployments()

    /// - Parameter options: how many places the worker has.
    init(
        recorders: Recorders, options: EngineOptions, now: @escaping @Sendable () -> Timestamp
    ) throws(RegistrationError) {
        starts = try recorders.recorder(of: Signals.workflowStart)
        executions = try recorders.recorder(of: Signals.workflowExecution)
        steps = try recorders.recorder(of: Signals.workflowStep)
        approvals = try recorders.recorder(of: Signals.approval)
        active = try recorders.count(of: Signals.workflowActive)
        activities = try recorders.recorder(of: Signals.activity)
        notifications = try recorders.recorder(of: Signals.notification)
        events = try recorders.recorder(of: Signals.event)
        ingestions = try recorders.recorder(of: Signals.eventIngestion)
        deliveries = try recorders.recorder(of: Signals.webhookDelivery)
        wait = try recorders.recorder(of: Signals.taskWait)
        takeovers = try recorders.recorder(of: Signals.leaseTakeover)
        occurrences = try recorders.recorder(of: Signals.scheduleOccurrence)
        lateness = try recorders.recorder(of: Signals.scheduleStart)
        business = BusinessMetrics(recorders: recorders)
        limits = try recorders.recorder(of: Signals.limit)
        jobs = try JobMetrics(recorders: recorders, statistics: statistics, now: now)
        load = WorkerLoad(executions: options.maxRunning, activities: EgressClient.concurrency)
        try observe(recorders, now)
    }

    private func observe(
        _ recorders: Recorders, _ now: @escaping @Sendable () -> Timestamp
    ) throws(RegistrationError) {
        let (statistics, load, deployed, nextDue) = (statistics, load, deployed, nextDue)
        try recorders.observe(Signals.taskQueue) {
            let depth = statistics.current.runnable.values.reduce(0) { $0 + $1.count }
            return [Observed(QueueAttributes(name: Self.queue), Double(depth))]
        }
        try recorders.observe(Signals.taskBacklog) {
            let runnable = statistics.current.runnable
            return Priority.range.map { priority in
                let waiting = runnable[priority]
                let age = waiting.map { max(0, (now() - $0.oldest).inSeconds) } ?? 0
                return Observed(
                    TaskAttributes(priority: TaskPriority(priority)), Double(waiting?.count ?? 0), age)
            }
        }
        try recorders.observe(Signals.standing) {
            [Observed(NoAttributes(), Double(statistics.current.deadLetters.values.reduce(0, +)))]
        }
        try recorders.observe(Signals.held) {
            let held = statistics.current.held
            return deployed.limited.union(held.keys).sorted().map { id in
                Observed(WorkflowAttributes(workflow: DeclaredName(id)), Double(held[id] ?? 0))
            }
        }
        try recorders.observe(Signals.schedules) {
            [Observed(NoAttributes(), nextDue.time.map { max(0, (now() - $0).inSeconds) } ?? 0)]
        }
        try recorders.observe(Signals.approvalPending) {
            let pending = statistics.current.approvals
            return deployed.asking.union(pending.keys).sorted().map { id in
                let age = pending[id].map { max(0, (now() - $0.oldest).inSeconds) } ?? 0
                return Observed(WorkflowAttributes(workflow: DeclaredName(id)), Double(pending[id]?.count ?? 0), age)
            }
        }
        try recorders.observe(Signals.worker) { [load.observed] }
        try recorders.observe(Signals.workerUtilization) {
            [
                Observed(WorkerAttributes(type: .activity), load.activityUtilization),
                Observed(WorkerAttributes(type: .workflow), load.executionUtilization),
            ]
        }
        try recorders.observe(Signals.workflowDeployed) { deployed.observed }
        deliveries.announce(EngineCensus.webhook(nil, nil))
    }

    /// What records for one workflow. Its series are there, at 0, from now on.
    func handles(for definition: Definition) -> WorkflowMetrics {
        announce(definition)
        return WorkflowMetrics(
            workflow: DeclaredName(definition.id), steps: definition.stepNames.mapValues(DeclaredName.init),
            starts: starts, executions: executions, durations: steps, approvals: approvals, active: active)
    }

    private func announce(_ definition: Definition) {
        let census = EngineCensus.of(definition)
        census[Signals.workflowActive.description.name]?.forEach(active.announce)
        census[Signals.workflowStart.description.name]?.forEach(starts.announce)
        census[Signals.workflowExecution.description.name]?.forEach(executions.announce)
        census[Signals.workflowStep.description.name]?.forEach(steps.announce)
        census[Signals.approval.description.name]?.forEach(approvals.announce)
        census[Signals.event.description.name]?.forEach(events.announce)
        census[Signals.scheduleOccurrence.description.name]?.forEach(occurrences.announce)
        census[Signals.limit.description.name]?.forEach(limits.announce)
        census[Signals.webhookDelivery.description.name]?.forEach(deliveries.announce)
    }

    /// The current version of each workflow.
    ///
    /// - Returns: why some of the metrics that they declare cannot be shown.
    func show(_ definitions: [(definition: Definition, version: String)]) -> [RegistrationError] {
        deployed.show(definitions)
        return business.show(definitions.map(\.definition))
    }

    func recordActive(_ workflow: String, count: Int) {
        active.begin(WorkflowAttributes(workflow: DeclaredName(workflow)), count: count)
    }

    /// One has ended whose definition cannot be read.
    func recordEnd(of execution: ExecutionSummary, _ outcome: Outcome) {
        let workflow = DeclaredName(execution.workflow)
        executions.record(outcome, of: workflow, trigger: execution.trigger, startedAt: execution.startedAt)
        active.end(WorkflowAttributes(workflow: workflow))
    }

    func recordClaim(of priority: Int, waited: Duration) {
        wait.record(TaskAttributes(priority: TaskPriority(priority)), max(0, waited.inSeconds))
    }

    /// - Parameter late: since its time, for one that was started.
    func recordOccurrence(of workflow: String, _ outcome: ScheduleOutcome, late: Duration? = nil) {
        occurrences.record(ScheduleAttributes(workflow: DeclaredName(workflow), outcome: outcome))
        if let late { lateness.record(NoAttributes(), max(0, late.inSeconds)) }
    }

    /// An execution for which there was no room.
    func recordLimit(of workflow: String, _ excess: Admission.Excess) {
        limits.record(LimitAttributes(workflow: DeclaredName(workflow), policy: LimitPolicy(excess)))
    }

    func recordTakeovers(_ count: Int) {
        for _ in 0..<count { takeovers.record(NoAttributes()) }
    }

    /// An event that has come in. What failed before it was known what it is, is no event.
    func recordIngestion(_ result: Result<Receipt, EngineError>) {
        switch result {
        case .success(let receipt):
            ingestions.record(IngestionAttributes(outcome: receipt.duplicate ? .duplicate : .accepted))
        case .failure(let error) where error.code == .eventConflict:
            ingestions.record(IngestionAttributes(outcome: .conflict))
        case .failure: break
        }
    }

    /// A delivery that has been answered. Names that no deployed definition has are shown as `other`.
    func recordDelivery(to source: String, event: String?, isAccepted: Bool, bytes: Int, took duration: Duration) {
        let (source, event) = deployed.webhook(source, event)
        deliveries.record(
            WebhookAttributes(source: source, event: event, outcome: isAccepted ? .success : .error),
            duration.inSeconds, Double(bytes))
    }

    /// An event that a workflow has emitted. One that no deployed definition names is shown as `other`.
    func recordEmission(of name: String) {
        events.record(EventAttributes(name: deployed.event(name)))
    }

    func recordAttempt(_ task: ActivityTask, failure: ActivityFailure?, took duration: Duration) {
        let outcome: ActivityOutcome = failure.map { $0.reason == .timeout ? .timeout : .error } ?? .success
        guard let type = Self.kinds[task.kind] else { return }
        activities.record(ActivityAttributes(type: type, outcome: outcome), duration.inSeconds)
        guard task.kind == .notify, let text = task.arguments.object?["recipient"]?.string,
            let recipient = Recipient(parsing: text)
        else { return }
        notifications.record(
            NotificationAttributes(type: NotificationType(recipient), status: failure == nil ? .success : .failure),
            duration.inSeconds)
    }

    private static let kinds = Dictionary(
        uniqueKeysWithValues: ActivityKind.allCases.map { ($0, DeclaredName($0.rawValue)) })
}

/// The journal's statistics as they were last asked for.
final class StatisticsCache: Sendable {
    private let value = Mutex(JournalStatistics())

    var current: JournalStatistics { value.withLock { $0 } }

    func store(_ statistics: JournalStatistics) { value.withLock { $0 = statistics } }
}

/// When the next schedule is due.
final class NextDue: Sendable {
    private let value = Mutex<Timestamp?>(nil)

    var time: Timestamp? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
