import Instruments
import Synchronization
import Telemetry
import Workflow

/// What the engine does on its own account.
struct JobMetrics: Sendable {
    private let jobs: Recorder<JobAttributes>
    let retention: RetentionCount

    init(
        recorders: Recorders, statistics: StatisticsCache, now: @escaping @Sendable () -> Timestamp
    ) throws(RegistrationError) {
        jobs = try recorders.recorder(of: Signals.job)
        let retention = RetentionCount()
        self.retention = retention
        try recorders.observe(Signals.retention) { [retention.observed(at: now())] }
        try recorders.observe(Signals.journalSpace) {
            [Observed(NoAttributes(), Double(statistics.current.space.free))]
        }
    }

    private func record(_ name: JobName, _ outcome: JobOutcome, took duration: Duration, count: Int = 1) {
        for _ in 0..<count {
            jobs.record(JobAttributes(name: name, outcome: outcome), max(0, duration.inSeconds))
        }
    }

    /// Occurrences of schedules that have been started, or not.
    func recordStart(_ outcome: JobOutcome, took duration: Duration, count: Int = 1) {
        record(.scheduler, outcome, took: duration, count: count)
    }

    /// An execution that was taken from the journal goes on, or is tried again or set aside.
    func recordResumption(isDone: Bool, took duration: Duration) {
        record(.workflowResumer, isDone ? .success : .failure, took: duration)
    }

    /// Times that have been enforced, with the record that says so.
    func record(_ times: inout EnforcedTimes, isWritten: Bool, at now: Timestamp) {
        guard let since = times.since else { return }
        let outcome: JobOutcome = isWritten ? .success : .failure
        record(.timeoutEnforcer, outcome, took: now - since, count: times.timeouts)
        record(.approvalExpiration, outcome, took: now - since, count: times.expiries)
        times.reset()
    }

    /// - Parameter purged: nil when the journal refused.
    func recordPurge(_ purged: Purged?, took duration: Duration) {
        record(.retention, purged == nil ? .failure : .success, took: duration)
        if let purged { retention.add(purged) }
    }
}

/// What has been forgotten, and when all was that had to be.
final class RetentionCount: Sendable {
    private struct State {
        var executions = 0
        var events = 0
        /// When a run last came to its end, or when the first one began; nil when nothing is to be forgotten.
        var success: Timestamp?
    }

    private let state = Mutex(State())

    func add(_ purged: Purged) {
        state.withLock { state in
            state.executions += purged.executions
            state.events += purged.events
        }
    }

    /// A run begins.
    func begin(at time: Timestamp) { state.withLock { $0.success = $0.success ?? time } }

    /// A run has come to its end.
    func end(at time: Timestamp) { state.withLock { $0.success = time } }

    /// Nothing is to be forgotten any more.
    func stop() { state.withLock { $0.success = nil } }

    func observed(at now: Timestamp) -> Observed<NoAttributes> {
        let state = state.withLock { $0 }
        let age = state.success.map { max(0, (now - $0).inSeconds) } ?? 0
        return Observed(NoAttributes(), Double(state.executions), Double(state.events), age)
    }
}

/// Times that a driver has enforced and whose record is not on disk yet.
struct EnforcedTimes {
    private(set) var timeouts = 0
    private(set) var expiries = 0
    /// When the first of them was.
    private(set) var since: Timestamp?

    /// Counts what a tick has ended.
    /// - Parameters:
    ///   - steps: how many had been finished before it.
    ///   - approvals: how many were over before it.
    mutating func add(_ execution: Execution, after steps: Int, _ approvals: Int, at time: Timestamp) {
        let expired = execution.endedApprovals.dropFirst(approvals).count { $0.result == .expired }
        let ended = execution.finishedSteps.dropFirst(steps).count { $0.status == .timeout }
        // An approval that has expired ends its step, too.
        var new = max(0, ended - expired)
        if execution.isOutOfTime, !wasOutOfTime { new += 1 }
        wasOutOfTime = execution.isOutOfTime
        expiries += expired
        timeouts += new
        if expired + new > 0, since == nil { since = time }
    }

    private var wasOutOfTime = false

    mutating func reset() { (timeouts, expiries, since) = (0, 0, nil) }
}
