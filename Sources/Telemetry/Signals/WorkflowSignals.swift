public import Instruments

extension Signals {
    /// An execution has been started.
    public static let workflowStart = Signal<WorkflowStartAttributes>(
        "workflow.start", .occurrence, "An execution that has been started.")

    /// An execution has ended. Duration: from its start, waits included.
    public static let workflowExecution = Signal<WorkflowExecutionAttributes>(
        "workflow.execution", .occurrence, measures: [Measure("duration", .seconds)], "An execution that has ended.")

    /// A step has ended. Duration: retries and waits included.
    public static let workflowStep = Signal<WorkflowStepAttributes>(
        "workflow.step", .occurrence, measures: [Measure("duration", .seconds)], "A step that has ended.")

    /// An execution from its start to its end, waits included.
    public static let workflowActive = Signal<WorkflowAttributes>(
        "workflow.active", .activity, "An execution that has not ended, waiting ones included.")

    /// A workflow that is deployed; the measure `deployed` is always 1.
    public static let workflowDeployed = Signal<WorkflowVersionAttributes>(
        "workflow.deployed", .observed, measures: [Measure("deployed", .count)],
        "The current version of a deployed workflow.")

    /// An attempt at a step's side effect has ended. Duration: of this attempt.
    public static let activity = Signal<ActivityAttributes>(
        "activity", .occurrence, measures: [Measure("duration", .seconds)],
        "An attempt at a step's side effect that has ended.")

    /// An event has been emitted by a workflow.
    public static let event = Signal<EventAttributes>(
        "event", .occurrence, "An event that a workflow has emitted.")
}

/// How an execution came to be.
public enum WorkflowTrigger: String, CaseIterable, LabelValue {
    case event, schedule, manual, webhook, workflow
}

/// How an execution ended.
public enum WorkflowResult: String, CaseIterable, LabelValue {
    case allowed, blocked, executed, failed, cancelled, timeout
}

/// With which error an execution ended.
public enum WorkflowError: String, CaseIterable, LabelValue {
    /// With none.
    case none = ""
    case context = "context_build_error"
    case execution = "execution_error"
    case validation = "validation_error"
    case timeout
    case `internal` = "internal_error"
}

/// How a step ended.
public enum WorkflowStepStatus: String, CaseIterable, LabelValue {
    case completed, failed, skipped, timeout
}

/// How an attempt at a side effect ended.
public enum ActivityOutcome: String, CaseIterable, LabelValue {
    case success, error, timeout
}

/// What tells workflows apart.
public struct WorkflowAttributes: LabelSet {
    let workflow: DeclaredName

    /// - Parameter workflow: its id.
    public init(workflow: DeclaredName) { self.workflow = workflow }

    /// Their names.
    public static var labels: [Label] { [Label("workflow.id", DeclaredName.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(workflow) }
}

/// What tells starts apart.
public struct WorkflowStartAttributes: LabelSet {
    let workflow: DeclaredName
    let trigger: WorkflowTrigger

    /// - Parameter workflow: its id.
    public init(workflow: DeclaredName, trigger: WorkflowTrigger) {
        (self.workflow, self.trigger) = (workflow, trigger)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("workflow.id", DeclaredName.self), Label("workflow.trigger", WorkflowTrigger.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(trigger)
    }
}

/// What tells executions apart that have ended.
public struct WorkflowExecutionAttributes: LabelSet {
    let workflow: DeclaredName
    let result: WorkflowResult
    let trigger: WorkflowTrigger
    let error: WorkflowError

    /// - Parameter workflow: its id.
    public init(workflow: DeclaredName, result: WorkflowResult, trigger: WorkflowTrigger, error: WorkflowError) {
        (self.workflow, self.result, self.trigger, self.error) = (workflow, result, trigger, error)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("workflow.id", DeclaredName.self), Label("workflow.result", WorkflowResult.self),
            Label("workflow.trigger", WorkflowTrigger.self), Label("error.type", WorkflowError.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(result)
        encoder.add(trigger)
        encoder.add(error)
    }
}

/// What tells steps apart.
public struct WorkflowStepAttributes: LabelSet {
    let workflow: DeclaredName
    let step: DeclaredName
    let status: WorkflowStepStatus

    /// - Parameters:
    ///   - workflow: its id.
    ///   - step: its name, or its id where it has none.
    public init(workflow: DeclaredName, step: DeclaredName, status: WorkflowStepStatus) {
        (self.workflow, self.step, self.status) = (workflow, step, status)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("workflow.id", DeclaredName.self), Label("workflow.step", DeclaredName.self),
            Label("workflow.step.status", WorkflowStepStatus.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(step)
        encoder.add(status)
    }
}

/// What tells versions of workflows apart.
public struct WorkflowVersionAttributes: LabelSet {
    let workflow: DeclaredName
    let name: DeclaredName
    let version: DeclaredName

    /// - Parameters:
    ///   - workflow: its id.
    ///   - name: its name.
    public init(workflow: DeclaredName, name: DeclaredName, version: DeclaredName) {
        (self.workflow, self.name, self.version) = (workflow, name, version)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("workflow.id", DeclaredName.self), Label("workflow.name", DeclaredName.self),
            Label("workflow.version", DeclaredName.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(workflow)
        encoder.add(name)
        encoder.add(version)
    }
}

/// What tells side effects apart.
public struct ActivityAttributes: LabelSet {
    let type: DeclaredName
    let outcome: ActivityOutcome

    /// - Parameter type: the action of the definition, such as `http_request`.
    public init(type: DeclaredName, outcome: ActivityOutcome) {
        (self.type, self.outcome) = (type, outcome)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("activity.type", DeclaredName.self), Label("activity.outcome", ActivityOutcome.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(type)
        encoder.add(outcome)
    }
}

/// What tells events apart.
public struct EventAttributes: LabelSet {
    let name: DeclaredName

    /// - Parameter name: one that a deployed definition has; `other` for those that none does.
    public init(name: DeclaredName) { self.name = name }

    /// Their names.
    public static var labels: [Label] { [Label("event.name", DeclaredName.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(name) }
}
