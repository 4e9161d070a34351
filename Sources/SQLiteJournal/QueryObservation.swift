/// One SQL statement as it ran, for metrics.
public struct QueryObservation: Sendable {
    public let operation: Operation
    /// One of ``tables``.
    public let table: String
    /// From the first step of the statement to its last, with the reading of its rows.
    public let duration: Duration
    /// Nil when the statement succeeded.
    public let error: ErrorClass?

    public enum Operation: String, Sendable, CaseIterable {
        case select, insert, update, delete
        /// Begin, commit and rollback.
        case other
    }

    public enum ErrorClass: String, Sendable, CaseIterable {
        case constraint
        /// The file cannot be opened, read or written; the disk is full.
        case connection
        /// Another process held the lock for too long.
        case timeout
        /// Another process wrote in between.
        case serialization
        case syntax
        case other
    }

    /// Every value that ``table`` can have. `transaction` stands for begin, commit and rollback.
    public static let tables = [
        "approvals", "events", "executions", "forgotten", "keys", "leases", "records", "shapes", "signals", "tallies",
        "transaction", "versions", "waits", "workflows",
    ]
}

/// The connections of a journal at one moment, for metrics.
public struct ConnectionNumbers: Sendable, Hashable {
    /// Connections that run a transaction now, the writer's included.
    public let active: Int
    /// How many connections there can be, the writer's included.
    public let size: Int
    /// How often a connection could not be had, since the journal was opened.
    public let failed: Int
}
