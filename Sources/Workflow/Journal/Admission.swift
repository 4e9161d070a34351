/// The place that an execution needs among those that may run at a time.
///
/// An execution is *admitted* from its birth, or from when it is let in, until it ends; up to then it is *held*: stored,
/// and claimed by nobody. When an admitted one ends, the held ones of its slot are let in, the oldest first, each as
/// soon as fewer are admitted than its own limit.
public struct Admission: Sendable, Hashable {
    /// Executions of one slot share its limit. It names the workflow and the key; at most 512 bytes.
    public var slot: String
    /// How many of the slot may be admitted; less than 1 counts as 1.
    public var limit: Int
    public var excess: Excess

    /// What becomes of an execution for which there is no room.
    public enum Excess: String, Sendable, Hashable, CaseIterable {
        /// It is held.
        case queue
        /// It is not stored; its event is.
        case skip
        /// It is held, and all others of the slot that have not ended get a `cancel`.
        case cancelRunning = "cancel_running"
    }

    /// The reason of those cancellations.
    public static let replaced = "replaced by a later execution"

    public init(slot: String, limit: Int, excess: Excess) {
        self.slot = slot
        self.limit = limit
        self.excess = excess
    }
}

/// How urgent an execution is: 0 to 9, 9 first.
///
/// Runnable executions are claimed by rank: the time since when they are runnable, moved ahead by ``ageing`` for each
/// step of priority. So an execution of priority 0 is overtaken only by those that became runnable at most nine times
/// ``ageing`` after it, and none waits for ever.
public enum Priority {
    public static let usual = 5
    public static let range = 0...9
    /// By how much one step of priority moves an execution ahead.
    public static let ageing = Duration.seconds(30)

    /// - Parameter priority: counts as the nearest of ``range``.
    public static func rank(runnableSince since: Timestamp, priority: Int) -> Timestamp {
        since + ageing * -clamped(priority)
    }

    public static func clamped(_ priority: Int) -> Int { min(max(priority, range.lowerBound), range.upperBound) }
}
