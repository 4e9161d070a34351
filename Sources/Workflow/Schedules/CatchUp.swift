/// What becomes of occurrences that were not started in time: nobody ran, or the schedule was paused.
public struct CatchUp: Sendable, Hashable {
    public var policy: Policy
    /// An occurrence that is later than this is not made up for.
    public var window: Duration
    /// So many occurrences run at once at most; the latest ones.
    public var limit: Int

    public enum Policy: String, Sendable, CaseIterable {
        /// What was missed is left.
        case none
        /// Of all that is due, the latest runs.
        case last
        /// All within the window run, in order.
        case all
    }

    /// An occurrence is in time while it is no later than this; it then runs under every policy.
    public static let tolerance = Duration.seconds(10)
    /// No more occurrences run at once.
    public static let highestLimit = 1000
    /// ``Plan/Missed/count`` goes no further.
    public static let counted = 1_000

    /// When nothing is said, a restart of less than an hour loses no daily run, and a longer one causes no flood.
    public init(policy: Policy = .last, window: Duration = .seconds(3600), limit: Int = 100) {
        (self.policy, self.window, self.limit) = (policy, window, limit)
    }

    /// What to do about the occurrences that are due.
    public struct Plan: Sendable, Hashable {
        /// To be started, the earliest first.
        public var run: [Timestamp] = []
        /// Due and not started: they lie before those that run.
        public var missed: Missed?
        /// The last occurrence dealt with after this plan, whether run or missed; nil when none is due.
        public var handled: Timestamp?

        public struct Missed: Sendable, Hashable {
            public var first: Timestamp
            public var last: Timestamp
            /// How many there are from first to last, up to ``CatchUp/counted``.
            public var count: Int
        }
    }

    /// What is to be done now.
    ///
    /// `handled` is the last occurrence that was dealt with, or when there is none the time of deployment; it is not due
    /// again. A clock that goes back makes nothing due.
    public func plan(_ timing: ScheduleTiming, after handled: Timestamp, now: Timestamp) -> Plan {
        guard let latest = timing.latest(atOrBefore: now), latest > handled else { return Plan() }
        let run = occurrencesToRun(timing, latest: latest, after: handled, now: now)
        let missed = Self.missed(timing, after: handled, before: run.first, latest: latest)
        return Plan(run: run, missed: missed, handled: latest)
    }

    /// From the latest occurrence back, as far as the policy goes.
    private func occurrencesToRun(
        _ timing: ScheduleTiming, latest: Timestamp, after handled: Timestamp, now: Timestamp
    ) -> [Timestamp] {
        var run: [Timestamp] = []
        var next: Timestamp? = latest
        while run.count < min(max(limit, 1), Self.highestLimit), let time = next, time > handled {
            guard runs(time, isLatest: run.isEmpty, now: now) else { break }
            run.append(time)
            next = timing.latest(atOrBefore: Timestamp(microseconds: time.microseconds - 1))
        }
        return run.reversed()
    }

    private func runs(_ time: Timestamp, isLatest: Bool, now: Timestamp) -> Bool {
        let isInTime = now <= time + Self.tolerance
        return switch policy {
        case .none: isInTime
        case .last: isInTime || (isLatest && now <= time + window)
        case .all: isInTime || now <= time + window
        }
    }

    /// What lies between the last occurrence dealt with and the first that runs.
    private static func missed(
        _ timing: ScheduleTiming, after handled: Timestamp, before run: Timestamp?, latest: Timestamp
    ) -> Plan.Missed? {
        guard let first = timing.next(after: handled), first < run ?? .max, first <= latest else { return nil }
        let last = run.flatMap { timing.latest(atOrBefore: Timestamp(microseconds: $0.microseconds - 1)) } ?? latest
        guard last > first else { return Plan.Missed(first: first, last: first, count: 1) }
        let count = timing.occurrences(in: first..<last, limit: counted - 1).count + 1
        return Plan.Missed(first: first, last: last, count: count)
    }
}

extension Timestamp {
    fileprivate static let max = Timestamp(microseconds: .max)
}
