/// When a schedule is due: its occurrences, as points in time that follow from it alone.
///
/// **Changes of the clock.** An occurrence of a cron expression is a local time of its zone. A local time that a change
/// skips is due once, at the first instant after the gap; several that one gap skips are one occurrence. A local time that
/// a change repeats is due once, the first time. An expression with every hour (``CronExpression/isHourly``), such as
/// `*/15 * * * *`, follows elapsed time instead: it is due in both of the repeated hours, and the gap holds nothing to be
/// made up for.
///
/// **Intervals** run from their anchor on; their occurrences are the anchor and whole intervals after it, whatever clocks
/// do.
///
/// No occurrence lies after ``lastYear`` (UTC), and none of a cron expression before 1970.
public enum ScheduleTiming: Sendable, Hashable {
    case cron(CronExpression, zone: ZoneRules)
    /// An interval of no time or less is never due.
    case interval(Duration, anchor: Timestamp)

    /// The last year with occurrences. Searches end there.
    public static let lastYear: Int64 = 2099

    /// The first occurrence later than a time; nil when there is none.
    public func next(after time: Timestamp) -> Timestamp? {
        switch self {
        case .cron(let cron, let zone):
            // The next whole second, saturating far outside the calendar.
            let second = min(time.microseconds, Self.end.microseconds).quotientAndRemainder(floored: 1_000_000).0 + 1
            return Self.first(cron, zone, from: max(second, ZoneRules.Calendar.start)).map(Self.instant)
        case .interval(let interval, let anchor):
            return Self.multiple(interval.inMicroseconds, anchor, after: time)
        }
    }

    /// The last occurrence that is not later than a time; nil when there is none.
    public func latest(atOrBefore time: Timestamp) -> Timestamp? {
        switch self {
        case .cron(let cron, let zone):
            let last = min(time.microseconds, Self.end.microseconds - 1)
            let second = last.quotientAndRemainder(floored: 1_000_000).0
            return Self.last(cron, zone, through: second).map(Self.instant)
        case .interval(let interval, let anchor):
            return Self.multiple(interval.inMicroseconds, anchor, through: min(time, Self.lastMoment))
        }
    }

    /// The occurrences from the beginning of a range to before its end, in order, and no more than the limit.
    public func occurrences(in range: Range<Timestamp>, limit: Int) -> [Timestamp] {
        var found: [Timestamp] = []
        var last = Timestamp(microseconds: max(range.lowerBound.microseconds, .min + 1) - 1)
        while found.count < limit, let next = next(after: last), next < range.upperBound {
            found.append(next)
            last = next
        }
        return found
    }

    private static let end = instant(ZoneRules.Calendar.end)
    private static let lastMoment = Timestamp(microseconds: end.microseconds - 1)

    private static func instant(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }

    // MARK: Cron

    /// The first occurrence in a second of UTC or after it.
    private static func first(_ cron: CronExpression, _ zone: ZoneRules, from second: Int64) -> Int64? {
        let index = zone.period(at: second)
        guard second < ZoneRules.Calendar.end else { return nil }
        for period in zone.periods[index...] {
            let start = max(second, period.start)
            // At the beginning of a period what the change before it has skipped is due.
            let least = start > period.start ? start + period.offset : Int64.min
            guard let local = cron.first(from: max(least, earliest(cron, period))) else { return nil }
            if local < period.localEnd { return max(local - period.offset, start) }
        }
        return nil
    }

    /// The last occurrence in a second of UTC or before it.
    private static func last(_ cron: CronExpression, _ zone: ZoneRules, through second: Int64) -> Int64? {
        guard second >= ZoneRules.Calendar.start else { return nil }
        let index = zone.period(at: second)
        for period in zone.periods[...index].reversed() {
            let most = min(second, period.end - 1) + period.offset
            guard let local = cron.last(through: most) else { return nil }
            if local >= earliest(cron, period) { return max(local - period.offset, period.start) }
        }
        return nil
    }

    /// The first local time that is due in a period.
    private static func earliest(_ cron: CronExpression, _ period: ZoneRules.Period) -> Int64 {
        cron.isHourly ? period.localStart : max(period.claimed, period.start == 0 ? period.localStart : .min)
    }

    // MARK: Intervals

    private static func multiple(_ interval: Int64, _ anchor: Timestamp, after time: Timestamp) -> Timestamp? {
        guard interval > 0, anchor < end else { return nil }
        if time < anchor { return anchor }
        guard let last = multiple(interval, anchor, through: time) else { return nil }
        let (next, overflow) = last.microseconds.addingReportingOverflow(interval)
        return overflow || next >= end.microseconds ? nil : Timestamp(microseconds: next)
    }

    private static func multiple(_ interval: Int64, _ anchor: Timestamp, through time: Timestamp) -> Timestamp? {
        let (elapsed, overflow) = time.microseconds.subtractingReportingOverflow(anchor.microseconds)
        guard interval > 0, elapsed >= 0, !overflow else { return nil }
        return Timestamp(microseconds: anchor.microseconds + elapsed / interval * interval)
    }
}
