import Instruments
import Synchronization
import Workflow

/// The families that the engine records, and their handles.
struct EngineMetrics: Sendable {
    private static let durations: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 86_400,
    ]

    let executions: Family<Counter>
    let started: Family<Counter>
    let durations: Family<Histogram>
    let stepDurations: Family<Histogram>
    let errors: Family<Counter>
    let active: Family<Gauge>
    let info: Family<Gauge>
    let wait: Histogram
    let takeovers: Counter
    let statistics: StatisticsCache

    init(registry: Registry, now: @escaping @Sendable () -> Timestamp) throws(RegistrationError) {
        let workflow = Label("workflow_id", .declared)
        let trigger = Label("trigger_type", .closed(TriggerType.allCases.map(\.rawValue)))
        executions = try registry.counter(
            "workflow_executions_total", help: "Executions that have ended, by how they ended.",
            labels: [workflow, Label("status", .closed(ExecutionResult.allCases.map(\.rawValue))), trigger])
        started = try registry.counter(
            "workflow_executions_started_total", help: "Executions that have been started.",
            labels: [workflow, trigger])
        durations = try registry.histogram(
            "workflow_execution_duration_seconds", help: "Time from an execution's start to its end, waits included.",
            labels: [workflow], buckets: Self.durations)
        stepDurations = try registry.histogram(
            "workflow_step_duration_seconds", help: "Time that a step took, retries and waits included.",
            labels: [
                workflow, Label("step_name", .declared),
                Label("status", .closed(StepStatus.allCases.filter(\.isFinal).map(\.rawValue))),
            ], buckets: Self.durations)
        errors = try registry.counter(
            "workflow_execution_errors_total", help: "Executions that ended with an error, by its type.",
            labels: [workflow, Label("error_type", .closed(ErrorType.allCases.map(\.rawValue)))])
        active = try registry.gauge(
            "active_workflow_executions", help: "Executions that have not ended, waiting ones included.",
            labels: [workflow])
        info = try registry.gauge(
            "workflow_info", help: "1 for the current version of each deployed workflow.",
            labels: [workflow, Label("workflow_name", .declared), Label("version", .declared)])
        wait = try registry.histogram(
            "flowmeter_task_wait_seconds", help: "Time from when an execution became runnable until it was claimed.",
            buckets: Self.durations
        ).only
        takeovers = try registry.counter(
            "flowmeter_lease_takeovers_total", help: "Executions taken over from a process whose lease had ended."
        ).only
        let statistics = StatisticsCache()
        self.statistics = statistics
        try registry.observedGauge(
            "flowmeter_tasks_waiting", help: "Executions that are runnable and wait to be claimed."
        ) { [Observation([], Double(statistics.current.runnable))] }
        try registry.observedGauge(
            "flowmeter_tasks_oldest_waiting_seconds",
            help: "Age of the runnable execution that has waited longest; 0 when none waits."
        ) {
            let age = statistics.current.oldestRunnable.map { max(0, (now() - $0).inSeconds) }
            return [Observation([], age ?? 0)]
        }
    }

    /// The handles of one workflow. Its series are there, at 0, from now on.
    func handles(for definition: Definition) -> WorkflowMetrics {
        let id = definition.id
        var triggers: [TriggerType: WorkflowMetrics.PerTrigger] = [:]
        for trigger in definition.triggerTypes {
            let ended = ExecutionResult.allCases.map { ($0, executions.with(id, $0.rawValue, trigger.rawValue)) }
            triggers[trigger] = WorkflowMetrics.PerTrigger(
                started: started.with(id, trigger.rawValue), ended: Dictionary(uniqueKeysWithValues: ended))
        }
        var steps: [String: [StepStatus: Histogram]] = [:]
        for step in definition.allSteps {
            let final = StepStatus.allCases.filter(\.isFinal)
            let series = final.map { ($0, stepDurations.with(id, step.name ?? step.id, $0.rawValue)) }
            steps[step.id] = Dictionary(uniqueKeysWithValues: series)
        }
        let errors = ErrorType.allCases.map { ($0, self.errors.with(id, $0.rawValue)) }
        return WorkflowMetrics(
            triggers: triggers, duration: durations.with(id), steps: steps,
            errors: Dictionary(uniqueKeysWithValues: errors), active: active.with(id))
    }
}

/// The series of one workflow, looked up once.
struct WorkflowMetrics: Sendable {
    struct PerTrigger: Sendable {
        let started: Counter
        let ended: [ExecutionResult: Counter]
    }

    let triggers: [TriggerType: PerTrigger]
    let duration: Histogram
    let steps: [String: [StepStatus: Histogram]]
    let errors: [ErrorType: Counter]
    let active: Gauge

    func recordStart(_ trigger: TriggerType) {
        triggers[trigger]?.started.increment()
        active.increment()
    }

    func recordSteps(_ entries: some Sequence<TraceEntry>) {
        for entry in entries {
            guard let endedAt = entry.endedAt else { continue }
            steps[entry.step]?[entry.status]?.observe((endedAt - entry.startedAt).inSeconds)
        }
    }

    func recordEnd(_ outcome: Outcome, trigger: TriggerType, startedAt: Timestamp) {
        triggers[trigger]?.ended[outcome.result]?.increment()
        duration.observe((outcome.endedAt - startedAt).inSeconds)
        if let type = outcome.errorType { errors[type]?.increment() }
        active.decrement()
    }
}

/// The journal's statistics as they were last asked for.
final class StatisticsCache: Sendable {
    private let value = Mutex(JournalStatistics(runnable: 0, oldestRunnable: nil, active: [:]))

    var current: JournalStatistics { value.withLock { $0 } }

    func store(_ statistics: JournalStatistics) { value.withLock { $0 = statistics } }
}

extension Definition {
    /// What can start it.
    var triggerTypes: [TriggerType] {
        switch trigger {
        case .event: [.event, .manual]
        case .manual: [.manual]
        }
    }

    /// All steps, nested ones too.
    var allSteps: [Step] { steps.flatMap(\.withDescendants) }
}

extension Step {
    fileprivate var withDescendants: [Step] {
        switch kind {
        case .parallel(let steps, _), .foreach(_, _, let steps): [self] + steps.flatMap(\.withDescendants)
        case .condition, .decision, .execute, .wait: [self]
        }
    }
}
