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
    private let active: ActivityCount<WorkflowAttributes>
    private let activities: Recorder<ActivityAttributes>
    private let events: Recorder<EventAttributes>
    private let ingestions: Recorder<IngestionAttributes>
    private let deliveries: Recorder<WebhookAttributes>
    private let wait: Recorder<NoAttributes>
    private let takeovers: Recorder<NoAttributes>
    let statistics = StatisticsCache()
    let load: WorkerLoad
    private let deployed = Deployments()

    /// - Parameter options: how many places the worker has.
    init(
        recorders: Recorders, options: EngineOptions, now: @escaping @Sendable () -> Timestamp
    ) throws(RegistrationError) {
        starts = try recorders.recorder(of: Signals.workflowStart)
        executions = try recorders.recorder(of: Signals.workflowExecution)
        steps = try recorders.recorder(of: Signals.workflowStep)
        active = try recorders.count(of: Signals.workflowActive)
        activities = try recorders.recorder(of: Signals.activity)
        events = try recorders.recorder(of: Signals.event)
        ingestions = try recorders.recorder(of: Signals.eventIngestion)
        deliveries = try recorders.recorder(of: Signals.webhookDelivery)
        wait = try recorders.recorder(of: Signals.taskWait)
        takeovers = try recorders.recorder(of: Signals.leaseTakeover)
        load = WorkerLoad(executions: options.maxRunning, activities: HTTPRequestActivity.concurrency)
        try observe(recorders, now)
    }

    private func observe(
        _ recorders: Recorders, _ now: @escaping @Sendable () -> Timestamp
    ) throws(RegistrationError) {
        let (statistics, load, deployed) = (statistics, load, deployed)
        try recorders.observe(Signals.taskQueue) {
            let current = statistics.current
            let age = current.oldestRunnable.map { max(0, (now() - $0).inSeconds) } ?? 0
            return [Observed(QueueAttributes(name: Self.queue), Double(current.runnable), age)]
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
            starts: starts, executions: executions, durations: steps, active: active)
    }

    private func announce(_ definition: Definition) {
        let census = EngineCensus.of(definition)
        census[Signals.workflowActive.description.name]?.forEach(active.announce)
        census[Signals.workflowStart.description.name]?.forEach(starts.announce)
        census[Signals.workflowExecution.description.name]?.forEach(executions.announce)
        census[Signals.workflowStep.description.name]?.forEach(steps.announce)
        census[Signals.event.description.name]?.forEach(events.announce)
        census[Signals.webhookDelivery.description.name]?.forEach(deliveries.announce)
    }

    /// The current version of each workflow.
    func show(_ definitions: [(definition: Definition, version: String)]) { deployed.show(definitions) }

    /// An execution of a workflow whose definition cannot be read ends so.
    func recordLoss(of summary: ExecutionSummary, at time: Timestamp) {
        let workflow = DeclaredName(summary.workflow)
        executions.record(
            .init(
                workflow: workflow, result: .failed, trigger: WorkflowTrigger(summary.trigger), error: .internal),
            (time - summary.startedAt).inSeconds)
        active.end(.init(workflow: workflow))
    }

    func recordActive(_ workflow: String, count: Int) {
        active.begin(WorkflowAttributes(workflow: DeclaredName(workflow)), count: count)
    }

    func recordClaim(waited: Duration) { wait.record(NoAttributes(), max(0, waited.inSeconds)) }

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

    func recordAttempt(_ kind: ActivityKind, failure: ActivityFailure?, took duration: Duration) {
        let outcome: ActivityOutcome = failure.map { $0.reason == .timeout ? .timeout : .error } ?? .success
        guard let type = Self.kinds[kind] else { return }
        activities.record(ActivityAttributes(type: type, outcome: outcome), duration.inSeconds)
    }

    private static let kinds = Dictionary(
        uniqueKeysWithValues: ActivityKind.allCases.map { ($0, DeclaredName($0.rawValue)) })
}

/// Records for one workflow.
struct WorkflowMetrics: Sendable {
    let workflow: DeclaredName
    /// By the id of the step.
    let steps: [String: DeclaredName]
    let starts: Recorder<WorkflowStartAttributes>
    let executions: Recorder<WorkflowExecutionAttributes>
    let durations: Recorder<WorkflowStepAttributes>
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

    func recordEnd(_ outcome: Outcome, trigger: TriggerType, startedAt: Timestamp) {
        executions.record(
            .init(
                workflow: workflow, result: WorkflowResult(outcome.result), trigger: WorkflowTrigger(trigger),
                error: WorkflowError(outcome.errorType)),
            (outcome.endedAt - startedAt).inSeconds)
        active.end(.init(workflow: workflow))
    }
}

/// What the worker of this process does now.
final class WorkerLoad: Sendable {
    private let isRunning = Atomic(false)
    private let executions = Atomic(0)
    private let activities = Atomic(0)
    private let maxExecutions: Int
    private let maxActivities: Int

    init(executions: Int, activities: Int) {
        (maxExecutions, maxActivities) = (executions, activities)
    }

    func run(_ isRunning: Bool) { self.isRunning.store(isRunning, ordering: .relaxed) }

    func drive(_ change: Int) { executions.wrappingAdd(change, ordering: .relaxed) }

    func perform(_ change: Int) { activities.wrappingAdd(change, ordering: .relaxed) }

    var executionUtilization: Double { Double(executions.load(ordering: .relaxed)) / Double(max(1, maxExecutions)) }

    var activityUtilization: Double { Double(activities.load(ordering: .relaxed)) / Double(max(1, maxActivities)) }

    var observed: Observed<NoAttributes> {
        Observed(
            NoAttributes(), isRunning.load(ordering: .relaxed) ? 1 : 0, 1,
            Double(executions.load(ordering: .relaxed)), Double(maxExecutions),
            Double(activities.load(ordering: .relaxed)), Double(maxActivities))
    }
}

/// The workflows that are deployed, and the events that they name.
private final class Deployments: Sendable {
    private struct State {
        var workflows: [WorkflowVersionAttributes] = []
        var events: [String: DeclaredName] = [:]
        /// By source.
        var webhooks: [String: (name: DeclaredName, events: [String: DeclaredName])] = [:]
    }

    private static let unnamed = DeclaredName(Label.overflowValue)
    private let state = Mutex(State())

    func show(_ definitions: [(definition: Definition, version: String)]) {
        var new = State()
        for (definition, version) in definitions {
            new.workflows.append(
                .init(
                    workflow: DeclaredName(definition.id), name: DeclaredName(definition.name),
                    version: DeclaredName(version)))
            for event in definition.emittedEvents { new.events[event] = DeclaredName(event) }
            guard case .webhook(let source, let event, _) = definition.trigger else { continue }
            var known = new.webhooks[source] ?? (DeclaredName(source), [:])
            if let event { known.events[event] = DeclaredName(event) }
            new.webhooks[source] = known
        }
        state.withLock { [new] in $0 = new }
    }

    var observed: [Observed<WorkflowVersionAttributes>] { state.withLock { $0.workflows }.map { Observed($0, 1) } }

    func webhook(_ source: String, _ event: String?) -> (source: DeclaredName, event: DeclaredName) {
        guard let known = state.withLock({ $0.webhooks[source] }) else { return (Self.unnamed, Self.unnamed) }
        return (known.name, event.flatMap { known.events[$0] } ?? Self.unnamed)
    }

    func event(_ name: String) -> DeclaredName { state.withLock { $0.events[name] } ?? Self.unnamed }
}

/// The journal's statistics as they were last asked for.
final class StatisticsCache: Sendable {
    private let value = Mutex(JournalStatistics(runnable: 0, oldestRunnable: nil, active: [:]))

    var current: JournalStatistics { value.withLock { $0 } }

    func store(_ statistics: JournalStatistics) { value.withLock { $0 = statistics } }
}

extension WorkflowTrigger {
    fileprivate init(_ trigger: TriggerType) {
        self =
            switch trigger {
            case .event: .event
            case .schedule: .schedule
            case .manual: .manual
            case .webhook: .webhook
            case .workflow: .workflow
            }
    }
}

extension WorkflowResult {
    fileprivate init(_ result: ExecutionResult) {
        self =
            switch result {
            case .allowed: .allowed
            case .blocked: .blocked
            case .executed: .executed
            case .failed: .failed
            case .cancelled: .cancelled
            case .timeout: .timeout
            }
    }
}

extension WorkflowError {
    fileprivate init(_ error: ErrorType?) {
        self =
            switch error {
            case nil: .none
            case .contextBuild: .context
            case .execution: .execution
            case .validation: .validation
            case .timeout: .timeout
            case .internal: .internal
            }
    }
}
