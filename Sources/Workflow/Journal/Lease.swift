/// The right of one process to drive executions, until a time. Every write carries its token.
public struct Lease: Sendable, Hashable {
    /// Greater than the token of any lease before it.
    public let token: Int64

    public init(token: Int64) { self.token = token }
}

public struct Acquisition: Sendable, Hashable {
    public var lease: Lease
    /// How many executions were taken from dead leases and are runnable now.
    public var takenOver: Int
    /// Those that were set aside instead, by id.
    public var deadLettered: [ExecutionID]

    public init(lease: Lease, takenOver: Int, deadLettered: [ExecutionID] = []) {
        self.lease = lease
        self.takenOver = takenOver
        self.deadLettered = deadLettered
    }
}

public struct Renewal: Sendable, Hashable {
    /// Executions under this lease that have signals waiting, at most 1,000.
    public var signalled: [ExecutionID]
    /// How many executions were taken from dead leases and are runnable now.
    public var takenOver: Int
    /// Those that were set aside instead, by id.
    public var deadLettered: [ExecutionID]

    public init(signalled: [ExecutionID], takenOver: Int, deadLettered: [ExecutionID] = []) {
        self.signalled = signalled
        self.takenOver = takenOver
        self.deadLettered = deadLettered
    }
}

/// Executions whose process dies again and again while it drives them.
public enum DeadLetter {
    /// Deaths without a record in between after which an execution is set aside.
    public static let usualLimit = 3

    /// Why an execution was set aside whose process died so often.
    public static func reason(deaths: Int) -> String { "its process ended \(times(deaths)) while it ran" }

    private static func times(_ count: Int) -> String {
        let words = ["no times", "once", "twice", "three times", "four times", "five times", "six times"]
        return words.indices.contains(count) ? words[count] : "\(count) times"
    }
}
