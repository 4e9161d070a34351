import Synchronization
import Telemetry

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

    var runs: Bool { isRunning.load(ordering: .relaxed) }

    func run(_ isRunning: Bool) { self.isRunning.store(isRunning, ordering: .relaxed) }

    func drive(_ change: Int) { executions.wrappingAdd(change, ordering: .relaxed) }

    func perform(_ change: Int) { activities.wrappingAdd(change, ordering: .relaxed) }

    var executionUtilization: Double { Double(executions.load(ordering: .relaxed)) / Double(max(1, maxExecutions)) }

    /// When more are begun than there are places, some wait for theirs.
    var activityUtilization: Double {
        min(1, Double(activities.load(ordering: .relaxed)) / Double(max(1, maxActivities)))
    }

    var observed: Observed<NoAttributes> {
        Observed(
            NoAttributes(), isRunning.load(ordering: .relaxed) ? 1 : 0, 1,
            Double(executions.load(ordering: .relaxed)), Double(maxExecutions),
            Double(activities.load(ordering: .relaxed)), Double(maxActivities))
    }
}
