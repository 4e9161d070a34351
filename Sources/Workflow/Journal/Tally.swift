/// A step that is over, for the tallies.
public struct EndedStep: Sendable, Hashable {
    public var step: String
    public var status: StepStatus
    public var startedAt: Timestamp
    public var endedAt: Timestamp

    public init(step: String, status: StepStatus, startedAt: Timestamp, endedAt: Timestamp) {
        self.step = step
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// How many executions, or steps, of a workflow have ended in one way, and how long they took.
///
/// Tallies are kept by the hour in which the end lay, in UTC, and stay when the executions are purged.
public struct Tally: Sendable, Hashable {
    /// Of the hour or day; nil for one of the whole time that was asked for.
    public var start: Timestamp?
    public var workflow: String
    public var end: End
    public var durations: DurationTally
    /// When the last of them ended.
    public var last: Timestamp

    public enum End: Sendable, Hashable {
        case execution(ExecutionResult, TriggerType, ErrorType?)
        case step(String, StepStatus)
    }

    public init(start: Timestamp?, workflow: String, end: End, durations: DurationTally, last: Timestamp) {
        self.start = start
        self.workflow = workflow
        self.end = end
        self.durations = durations
        self.last = last
    }
}

/// Which tallies to add up.
public struct TallyQuery: Sendable, Hashable {
    public let subject: Subject
    /// Nil for all.
    public var workflow: String?
    /// The beginning of an hour, or of a day where days are asked for.
    public let from: Timestamp
    /// The same.
    public let before: Timestamp
    /// Nil for one tally over the whole time.
    public let interval: Interval?

    public enum Subject: String, Sendable, Hashable, CaseIterable {
        case executions, steps
    }

    /// Days are those of UTC.
    public enum Interval: String, Sendable, Hashable, CaseIterable {
        case hour, day

        public var length: Duration { self == .hour ? .seconds(3_600) : .seconds(86_400) }

        /// How many of them lie between 1970 and the one that the time is in.
        public func number(of time: Timestamp) -> Int64 {
            let length = length.inMicroseconds
            let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: length)
            return remainder < 0 ? quotient - 1 : quotient
        }

        public func start(_ number: Int64) -> Timestamp {
            let (start, overflow) = number.multipliedReportingOverflow(by: length.inMicroseconds)
            return Timestamp(microseconds: overflow ? (number < 0 ? .min : .max) : start)
        }
    }

    /// - Parameters:
    ///   - from: moved back to the beginning of its hour, or day where days are asked for.
    ///   - before: moved on to the next such beginning, unless it is one.
    public init(
        _ subject: Subject, workflow: String? = nil, from: Timestamp, before: Timestamp, interval: Interval? = nil
    ) {
        let unit = interval ?? .hour
        self.subject = subject
        self.workflow = workflow
        self.interval = interval
        self.from = unit.start(unit.number(of: from))
        let last = unit.start(unit.number(of: before))
        self.before = last < before ? unit.start(unit.number(of: before) + 1) : last
    }
}

extension TallyQuery {
    /// The hours or days that, together, are the time that is asked for: whole days as such, where no interval is.
    public var pieces: [(interval: Interval, numbers: Range<Int64>)] {
        let from = (interval ?? .hour).number(of: from)
        let before = max(from, (interval ?? .hour).number(of: before))
        guard interval == nil else { return [(interval ?? .hour, from..<before)] }
        let days = (from + 23).floored(by: 24)..<max((from + 23).floored(by: 24), before.floored(by: 24))
        guard !days.isEmpty else { return [(.hour, from..<before)] }
        let pieces: [(interval: Interval, numbers: Range<Int64>)] = [
            (.hour, from..<days.lowerBound * 24), (.day, days), (.hour, days.upperBound * 24..<before),
        ]
        return pieces.filter { !$0.numbers.isEmpty }
    }
}

extension Int64 {
    /// The quotient, rounded down also below zero.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// Adds tallies up that belong together; for journals.
public struct TallySum<Key: Hashable & Sendable>: Sendable {
    public struct Place: Hashable, Sendable {
        /// The number of the hour or day; nil over the whole time.
        public var number: Int64?
        public var key: Key

        public init(number: Int64?, key: Key) {
            self.number = number
            self.key = key
        }
    }

    public struct Entry: Sendable {
        public var durations = DurationTally()
        public var last = Timestamp(microseconds: .min)

        public init() {}

        public mutating func add(_ other: Entry) {
            durations.add(other.durations)
            last = max(last, other.last)
        }

        public mutating func add(_ duration: Duration, at: Timestamp) {
            durations.add(duration)
            last = max(last, at)
        }
    }

    public var entries: [Place: Entry] = [:]

    public init() {}

    /// The tallies by time, then workflow, then end.
    ///
    /// Inlinable, so that it is made for the journal's own key: a month has tens of thousands of them.
    /// - Parameter entries: no place twice.
    @inlinable public static func tallies(
        of entries: some Collection<(key: Place, value: Entry)>, _ query: TallyQuery,
        _ name: (Key) -> (workflow: String, end: Tally.End)?
    ) -> [Tally] {
        // There are as many times as hours or days, and few keys: those are put in order by themselves.
        var names: [(key: Key, workflow: String, end: Tally.End, order: [UInt8])] = []
        for key in Set(entries.lazy.map(\.key.key)) {
            guard let (workflow, end) = name(key) else { continue }
            names.append((key, workflow, end, end.order(in: workflow)))
        }
        names.sort { $0.order.lexicographicallyPrecedes($1.order) }
        let ranks = Dictionary(uniqueKeysWithValues: names.indices.map { (names[$0].key, $0) })
        var places: [(number: Int64, rank: Int, entry: Entry)] = []
        places.reserveCapacity(entries.count)
        for (place, entry) in entries {
            if let rank = ranks[place.key] { places.append((place.number ?? 0, rank, entry)) }
        }
        places.sort { ($0.number, $0.rank) < ($1.number, $1.rank) }
        return places.map { place in
            Tally(
                start: query.interval?.start(place.number), workflow: names[place.rank].workflow,
                end: names[place.rank].end, durations: place.entry.durations, last: place.entry.last)
        }
    }
}

extension Tally.End {
    /// Bytes whose order is that of the ends, first by workflow.
    @usableFromInline func order(in workflow: String) -> [UInt8] {
        var words = [workflow]
        switch self {
        case .execution(let result, let trigger, let error):
            words += [result.rawValue, trigger.rawValue, error?.rawValue ?? ""]
        case .step(let step, let status): words += [step, status.rawValue]
        }
        return words.flatMap { Array($0.utf8) + [0] }
    }
}
