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
///
/// All executions that run when a process dies are suspects, and one at most is guilty; or none, when the process was
/// killed from outside. A suspect is claimed on *trial*, with fewer others the more often it was there: after one death
/// with all others, after two with some, then alone. The claim is on disk before it is driven, so that a death during a
/// trial is known to be one. A trial ends with the next record, which clears the suspect, or after ``trial``; later
/// deaths are not counted against it. Executions that no death is counted against are claimed freely beside. When a
/// process dies that drove a single execution, there is nothing to find out: three such deaths set it aside.
public enum DeadLetter {
    /// Deaths without a record in between after which an execution is set aside: the last three while it alone was on
    /// trial.
    public static let usualLimit = 6
    /// For how long a death is the fault of those on trial.
    public static let trial = Duration.seconds(10)

    /// How many executions with so many deaths may be on trial together. Those with more deaths go first.
    public static func trialSize(deaths: Int) -> Int {
        switch deaths {
        case ...1: .max
        case 2: 16
        default: 1
        }
    }

    /// How many deaths count as having been before the first one of an execution that nothing was driven beside.
    public static func headStart(limit: Int) -> Int { max(limit - 3, 0) }

    /// Suspects of one class are tried together.
    public static func trialClass(deaths: Int) -> Int { min(deaths, 3) }

    /// Why an execution was set aside whose process died so often.
    public static func reason(deaths: Int) -> String {
        let times = ["no times", "once", "twice"]
        return
            "its process ended \(times.indices.contains(deaths) ? times[deaths] : "three times or more") while it ran"
    }
}
