/// Which ended executions to forget. Conditions are joined by and.
public struct Purge: Sendable, Hashable {
    /// Nil for all workflows.
    public var workflow: String?
    /// Only executions that ended before this time, and events that were received before it. Without it no event goes.
    public var endedBefore: Timestamp?
    /// The so many newest executions of each workflow stay, whether they have ended or not.
    public var keepLast: Int?
    /// At most so many executions go, and at most so many events that started none.
    public var limit: Int
    /// Tallies of hours and days that began before this time go too, some of them with each purge. Nil keeps all.
    public var talliesBefore: Timestamp?

    public init(
        workflow: String? = nil, endedBefore: Timestamp? = nil, keepLast: Int? = nil, limit: Int,
        talliesBefore: Timestamp? = nil
    ) {
        self.workflow = workflow
        self.endedBefore = endedBefore
        self.keepLast = keepLast
        self.limit = limit
        self.talliesBefore = talliesBefore
    }
}

/// What a purge removed. When neither number has reached the limit, nothing is left that fits.
public struct Purged: Sendable, Hashable {
    public var executions: Int
    public var events: Int

    public init(executions: Int, events: Int) {
        self.executions = executions
        self.events = events
    }
}
