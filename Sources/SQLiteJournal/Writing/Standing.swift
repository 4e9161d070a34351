import Workflow

/// Where an execution stands, as the columns of its row say it.
struct Standing {
    let status: ExecutionStatus
    var owner: Int64?
    var runnableSince: Timestamp?
    var wakeAt: Timestamp?
    var outcome: Outcome?
    /// Of an end, or why the execution was set aside.
    var reason: String?

    /// Waits for its place.
    static let held = Standing(status: .queued)

    private init(status: ExecutionStatus) { self.status = status }

    /// - Parameter disposition: what becomes of an execution that `lease` drives, at the time `at`.
    init(_ disposition: Disposition, at: Timestamp, lease: Lease) {
        switch disposition {
        case .running:
            status = .running
            owner = lease.token
        case .runnable:
            status = .queued
            runnableSince = at
        case .waiting(let until):
            status = .waiting
            wakeAt = until
        case .paused:
            status = .paused
        case .deadLetter(let reason):
            status = .deadLetter
            self.reason = reason
        case .ended(let outcome):
            status = .ended
            self.outcome = outcome
            reason = outcome.reason
        }
    }

    /// Binds status, owner, runnable_since, wake_at, result, error_type, ended_at and reason, in this order.
    func bind(to statement: Statement) {
        statement.bind(status.code).bind(owner).bind(runnableSince).bind(wakeAt)
            .bind(outcome?.result.code).bind(outcome?.errorType?.code).bind(outcome?.endedAt).bind(reason)
    }
}
