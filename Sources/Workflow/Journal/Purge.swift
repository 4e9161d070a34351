/// Which ended executions to forget. Conditions are joined by and.
public struct Purge: Sendable, Hashable {
    /// Nil for all workflows but ``except``.
    public var workflow: String?
    /// Workflows whose executions stay.
    public var except: Set<String>
    /// Only executions that ended before this time.
    public var endedBefore: Timestamp?
    /// Events that were received before this time, and of which no execution is left, go too; nil for ``endedBefore``.
    /// Without either none goes, nor with a workflow: others may know the event by its id.
    public var eventsBefore: Timestamp?
    /// The so many newest executions of each workflow stay, whether they have ended or not; `Int.max` lets only events go.
    public var keepLast: Int?
    /// At most so many executions go, and at most so many events that started none.
    public var limit: Int
    /// Tallies of hours and days that began before this time go too, some of them with each purge. Nil keeps all.
    public var talliesBefore: Timestamp?
    /// At most so many bytes of what is free in the store go back to the file system.
    public var reclaiming: Int

    public init(
        workflow: String? = nil, except: Set<String> = [], endedBefore: Timestamp? = nil,
        eventsBefore: Timestamp? = nil, keepLast: Int? = nil, limit: Int, talliesBefore: Timestamp? = nil,
        reclaiming: Int = 0
    ) {
        self.workflow = workflow
        self.except = except
        self.endedBefore = endedBefore
        self.eventsBefore = eventsBefore
        self.keepLast = keepLast
        self.limit = limit
        self.talliesBefore = talliesBefore
        self.reclaiming = reclaiming
    }

    /// The events that may go are those received before this time; nil for none.
    public var forgettingEventsBefore: Timestamp? { workflow == nil ? eventsBefore ?? endedBefore : nil }
}

/// What a purge removed. When neither number has reached the limit, nothing is left that fits.
public struct Purged: Sendable, Hashable {
    public var executions: Int
    public var events: Int
    /// Bytes that went back to the file system.
    public var reclaimed: Int

    public init(executions: Int, events: Int, reclaimed: Int = 0) {
        self.executions = executions
        self.events = events
        self.reclaimed = reclaimed
    }
}
