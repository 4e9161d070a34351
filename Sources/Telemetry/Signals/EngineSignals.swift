public import Instruments

extension Signals {
    /// A runnable execution has been claimed. Duration: since it was runnable.
    public static let taskWait = Signal<TaskAttributes>(
        "task.wait", .occurrence, measures: [Measure("duration", .seconds)],
        "A runnable execution that has been claimed.")

    /// Executions have been taken over from a process whose lease had ended; once for each.
    public static let leaseTakeover = Signal<NoAttributes>(
        "lease.takeover", .occurrence, "An execution that has been taken over from a process whose lease had ended.")

    /// What the worker of this process does now. `running`: of its workers, how many run; `configured`: how many there are
    /// to be. Executions and side effects: those under way here, and how many there may be.
    public static let worker = Signal<NoAttributes>(
        "worker", .observed,
        measures: [
            Measure("running", .count), Measure("configured", .count), Measure("executions", .count),
            Measure("max_executions", .count), Measure("activities", .count), Measure("max_activities", .count),
        ],
        "What the worker of this process does now.")

    /// How many of its places the worker uses.
    public static let workerUtilization = Signal<WorkerAttributes>(
        "worker.utilization", .observed, measures: [Measure("utilization", .ratio)],
        "How many of its places the worker uses, as a part of all.")

    /// What became of an event that came in: from outside, or from a workflow.
    public static let eventIngestion = Signal<IngestionAttributes>(
        "event.ingestion", .occurrence, "An event that has come in, and what became of it.")

    /// The file system that the data directory is on, and the files of the journal there.
    public static let storage = Signal<NoAttributes>(
        "storage", .observed,
        measures: [Measure("free", .bytes), Measure("capacity", .bytes), Measure("journal", .bytes)],
        "The file system of the data directory, and the size of the journal there.")

    /// How many wait to be claimed.
    public static let taskQueue = Signal<QueueAttributes>(
        "task.queue", .observed, measures: [Measure("depth", .count)],
        "Executions that are runnable and wait to be claimed.")

    /// What of each priority waits to be claimed: how many, and how long the oldest has.
    public static let taskBacklog = Signal<TaskAttributes>(
        "task.backlog", .observed, measures: [Measure("waiting", .count), Measure("oldest_waiting", .seconds)],
        "Executions of a priority that are runnable and wait to be claimed.")
}

/// Nothing: there is only one.
public struct NoAttributes: LabelSet {
    /// The only one.
    public init() {}

    /// None.
    public static var labels: [Label] { [] }

    /// Adds nothing.
    public func encode(to encoder: inout some LabelEncoder) {}
}

/// What becomes of an event that comes in.
public enum IngestionOutcome: String, CaseIterable, LabelValue {
    case accepted
    /// Its id was known: nothing was started again.
    case duplicate
    /// Its id was known for something else: refused.
    case conflict
}

/// What tells events that come in apart.
public struct IngestionAttributes: LabelSet {
    @usableFromInline let outcome: IngestionOutcome

    /// An event that this became of.
    @inlinable
    public init(outcome: IngestionOutcome) { self.outcome = outcome }

    /// Their names.
    public static var labels: [Label] { [Label("event.outcome", IngestionOutcome.self)] }

    /// Adds them, in order.
    @inlinable
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(outcome) }
}

/// What a worker works at.
public enum WorkerType: String, CaseIterable, LabelValue {
    case activity, workflow
}

/// What tells the places of a worker apart.
public struct WorkerAttributes: LabelSet {
    let type: WorkerType

    /// The places for this.
    public init(type: WorkerType) { self.type = type }

    /// Their names.
    public static var labels: [Label] { [Label("worker.type", WorkerType.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(type) }
}

/// Whose turn it is first: from 0 to 9, 9 first.
public struct TaskPriority: LabelValue {
    private let number: Int

    /// - Parameter number: counts as the nearest that there is.
    public init(_ number: Int) { self.number = min(max(number, 0), 9) }

    /// All of them.
    public static let all = (0...9).map(Self.init)

    /// Closed: the ten digits.
    public static var domain: Label.Domain { .closed(all.map(\.labelValue)) }

    /// A digit.
    public var labelValue: String { String(number) }

    /// The number.
    public var labelKey: UInt32 { UInt32(number) }
}

/// What tells executions that wait to be claimed apart.
public struct TaskAttributes: LabelSet {
    let priority: TaskPriority

    /// Executions of this priority.
    public init(priority: TaskPriority) { self.priority = priority }

    /// Their names.
    public static var labels: [Label] { [Label("task.priority", TaskPriority.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(priority) }
}

/// What tells queues apart.
public struct QueueAttributes: LabelSet {
    let name: DeclaredName

    /// The queue of this name.
    public init(name: DeclaredName) { self.name = name }

    /// Their names.
    public static var labels: [Label] { [Label("queue.name", DeclaredName.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(name) }
}
