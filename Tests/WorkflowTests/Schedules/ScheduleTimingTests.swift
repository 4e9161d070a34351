import Foundation
import TestSupport
import Testing
import Workflow

@Suite("When schedules are due")
struct ScheduleTimingTests {
    static func cron(_ text: String, _ zone: String = "UTC") throws -> ScheduleTiming {
        .cron(try CronExpression(parsing: text), zone: try ZoneRules(named: zone))
    }

    static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// The next occurrences after a time, to the second in UTC.
    static func next(_ timing: ScheduleTiming, after start: String, count: Int) throws -> [String] {
        let after = try time(start)
        let range = Timestamp(microseconds: after.microseconds + 1)..<Timestamp(microseconds: .max)
        return timing.occurrences(in: range, limit: count).map { String($0.description.prefix(19)) }
    }

    @Test(
        "Local times that a change skips or repeats",
        arguments: [
            // Berlin, 2026-03-29: 02:00 is 03:00.
            ("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", ["03-28T01:30", "03-29T01:00", "03-30T00:30"]),
            ("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["03-29T01:00", "03-30T00:00"]),
            ("30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["03-29T01:00", "03-29T01:30", "03-30T00:30"]),
            ("0 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["03-29T01:00", "03-30T00:00"]),
            ("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:20:00Z", ["03-29T00:30", "03-29T01:00", "03-29T01:30"]),
            ("15 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", ["03-29T00:15", "03-29T01:15", "03-29T02:15"]),
            ("30 2 29 3 *", "Europe/Berlin", "2026-01-01T00:00:00Z", ["03-29T01:00"]),
            // Berlin, 2026-10-25: 03:00 is 02:00 again.
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["10-25T00:30", "10-26T01:30"]),
            ("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["10-25T00:00", "10-25T00:30", "10-26T01:00"]),
            ("0 2,3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["10-25T00:00", "10-25T02:00", "10-26T01:00"]),
            ("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", ["10-25T00:30", "10-25T01:30", "10-25T02:30"]),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", ["10-26T01:30"]),
            // New York, 2026-03-08 and 2026-11-01.
            ("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", ["03-08T07:00", "03-09T06:30"]),
            ("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", ["11-01T05:30", "11-02T06:30"]),
            ("0/30 * * * *", "America/New_York", "2026-11-01T05:10:00Z", ["11-01T05:30", "11-01T06:00"]),
            // Lord Howe changes by half an hour: 2026-10-04 02:00 is 02:30, 2026-04-05 02:00 is 01:30.
            ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", ["10-03T15:30", "10-04T15:15"]),
            ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", ["04-04T14:45", "04-05T15:15"]),
            ("45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", ["04-04T14:45", "04-04T15:15"]),
            // Kathmandu is 05:45 ahead and never changes.
            ("0 9 * * mon", "Asia/Kathmandu", "2026-06-01T00:00:00Z", ["06-01T03:15", "06-08T03:15"]),
            // Cairo skips midnight itself: 2026-04-24 00:00 is 01:00.
            ("0 0 * * *", "Africa/Cairo", "2026-04-22T23:00:00Z", ["04-23T22:00", "04-24T21:00"]),
        ])
    func changes(text: String, zone: String, after: String, expected: [String]) throws {
        let timing = try Self.cron(text, zone)
        #expect(try Self.next(timing, after: after, count: expected.count) == expected.map { "2026-\($0):00" })
    }

    @Test("Samoa left out 30 December 2011; what was due then is due when the 31st begins")
    func skippedDay() throws {
        let timing = try Self.cron("0 9 * * *", "Pacific/Apia")
        let found = try Self.next(timing, after: "2011-12-29T12:00:00Z", count: 3)
        #expect(found == ["2011-12-29T19:00:00", "2011-12-30T10:00:00", "2011-12-30T19:00:00"])
    }

    @Test(
        "Dates of the calendar",
        arguments: [
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29", "2032-02-29"]),
            ("0 0 29 2 *", "2092-03-01T00:00:00Z", ["2096-02-29"]),
            ("0 0 29 2 */7", "2026-01-01T00:00:00Z", ["2032-02-29", "2060-02-29", "2088-02-29"]),
            ("0 0 31 * *", "2026-01-31T00:00:00Z", ["2026-03-31", "2026-05-31", "2026-07-31"]),
            ("0 0 13 * fri", "2026-02-01T00:00:00Z", ["2026-02-06", "2026-02-13", "2026-02-20"]),
            ("0 0 */2 * fri", "2026-02-01T00:00:00Z", ["2026-02-13", "2026-02-27", "2026-03-13"]),
            ("@yearly", "2097-06-01T00:00:00Z", ["2098-01-01", "2099-01-01"]),
        ])
    func dates(text: String, after: String, expected: [String]) throws {
        let found = try Self.next(Self.cron(text), after: after, count: expected.count)
        #expect(found == expected.map { "\($0)T00:00:00" })
        for (date, next) in zip(expected, expected.dropFirst()) {
            let before = Timestamp(microseconds: try Self.time("\(next)T00:00:00Z").microseconds - 1)
            #expect(try Self.cron(text).latest(atOrBefore: before) == Self.time("\(date)T00:00:00Z"))
        }
    }

    @Test(
        "Nothing is due after 2099 or, by a cron expression, before 1970",
        arguments: ["UTC", "Asia/Tokyo", "America/New_York"])
    func bounds(zone: String) throws {
        let timing = try Self.cron("* * * * * *", zone)
        let last = try #require(timing.latest(atOrBefore: Timestamp(microseconds: .max)))
        #expect(last <= (try Self.time("2099-12-31T23:59:59Z")))
        #expect(timing.next(after: last) == nil)
        #expect(timing.next(after: Timestamp(microseconds: .max)) == nil)
        let first = try #require(timing.next(after: Timestamp(microseconds: .min)))
        #expect(first.microseconds >= 0)
        #expect(timing.latest(atOrBefore: Timestamp(microseconds: -1)) == nil)
        #expect(timing.latest(atOrBefore: Timestamp(microseconds: .min)) == nil)
        let sparse = try Self.cron("0 0 29 2 *", zone)
        #expect(sparse.next(after: try Self.time("2097-01-01T00:00:00Z")) == nil)
        #expect(sparse.latest(atOrBefore: try Self.time("1971-01-01T00:00:00Z")) == nil)
    }

    @Test("The next and the latest occurrence are those that a scan finds", arguments: 0..<40 as Range<UInt64>)
    func scan(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let made = RandomCron(using: &random)
            guard let timing = try? Self.cron(made.text) else { continue }
            let start = Int64.random(in: 0..<4_000_000_000, using: &random)
            let scanned = (start + 1..<start + 3600).first { made.matches($0) }
            let next = timing.next(after: Timestamp(microseconds: start * 1_000_000))
            let found = (next?.microseconds).map { $0 / 1_000_000 }
            #expect(scanned == found.flatMap { $0 < start + 3600 ? $0 : nil }, "\(made.text) after \(start)")
            guard let next, let found else { continue }
            #expect(made.matches(found), "\(made.text) at \(next)")
            #expect(timing.latest(atOrBefore: next) == next)
            let before = timing.latest(atOrBefore: Timestamp(microseconds: next.microseconds - 1))
            #expect(before.map { $0.microseconds <= start * 1_000_000 } ?? true, "\(made.text) at \(next)")
        }
    }

    @Test(
        "Around a change of the clock the occurrences are those that a scan finds",
        arguments: [
            ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("America/New_York", "2026-03-08T07:00:00Z"), ("America/New_York", "2026-11-01T06:00:00Z"),
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"), ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
            ("Africa/Casablanca", "2026-02-15T02:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04T03:00:00Z"), ("Europe/London", "2071-03-29T01:00:00Z"),
        ])
    func scanOfChange(zone: String, change: String) throws {
        var random = SeededGenerator(seed: 7)
        let rules = try #require(TimeZone(identifier: zone))
        let middle = try Self.time(change).microseconds / 1_000_000
        let instants = stride(from: middle - 86_400, to: middle + 86_400, by: 60)
        let offsets = instants.map { Int64(rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) }
        #expect(Set(offsets).count == 2)
        for _ in 0..<100 {
            var made = RandomCron(using: &random)
            made.text = "0 " + made.text.split(separator: " ").suffix(5).joined(separator: " ")
            made.values[0] = [0]
            guard let timing = try? Self.cron(made.text, zone) else { continue }
            let expected = Self.scan(made, instants, offsets)
            let range = Self.instant(middle - 86_400)..<Self.instant(middle + 86_400)
            let found = timing.occurrences(in: range, limit: 5000).map { $0.microseconds / 1_000_000 }
            #expect(found == expected, "\(made.text)")
            var back: [Int64] = []
            var place = timing.latest(atOrBefore: Timestamp(microseconds: range.upperBound.microseconds - 1))
            while let time = place, time >= range.lowerBound {
                back.append(time.microseconds / 1_000_000)
                place = timing.latest(atOrBefore: Timestamp(microseconds: time.microseconds - 1))
            }
            #expect(back.reversed() == expected, "\(made.text) backwards")
        }
    }

    private static func instant(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }

    /// The occurrences by definition, from every minute with its offset.
    private static func scan(_ made: RandomCron, _ instants: StrideTo<Int64>, _ offsets: [Int64]) -> [Int64] {
        let isHourly = made.values[2].count == 24
        var seen: Set<Int64> = []
        var found: [Int64] = []
        var previous: Int64?
        for (instant, offset) in zip(instants, offsets) {
            let local = instant + offset
            let skipped = stride(from: (previous ?? local - 60) + 60, to: local, by: 60)
            let isDue = made.matches(local) && (isHourly || !seen.contains(local))
            if isDue || (!isHourly && skipped.contains { made.matches($0) }) { found.append(instant) }
            seen.insert(local)
            previous = local
        }
        return found
    }

    @Test("An interval runs from its anchor, whatever the time asked for")
    func interval() throws {
        let anchor = Timestamp(microseconds: 1_000_000)
        let timing = ScheduleTiming.interval(.seconds(10), anchor: anchor)
        func next(_ time: Int64) -> Int64? { timing.next(after: Timestamp(microseconds: time))?.microseconds }
        func latest(_ time: Int64) -> Int64? { timing.latest(atOrBefore: Timestamp(microseconds: time))?.microseconds }
        #expect(next(.min) == 1_000_000)
        #expect(next(999_999) == 1_000_000)
        #expect(next(1_000_000) == 11_000_000)
        #expect(next(10_999_999) == 11_000_000)
        #expect(next(.max) == nil)
        #expect(latest(999_999) == nil)
        #expect(latest(.min) == nil)
        #expect(latest(1_000_000) == 1_000_000)
        #expect(latest(20_999_999) == 11_000_000)
        let last = try #require(latest(.max))
        #expect(last == 4_102_444_791_000_000)
        #expect(next(last) == nil)
    }

    @Test("Occurrences of a range: its beginning belongs to it, its end does not, and the limit is kept")
    func range() throws {
        let timing = ScheduleTiming.interval(.seconds(10), anchor: Self.instant(0))
        func seconds(_ range: Range<Timestamp>, _ limit: Int) -> [Int64] {
            timing.occurrences(in: range, limit: limit).map { $0.microseconds / 1_000_000 }
        }
        #expect(seconds(Self.instant(10)..<Self.instant(40), 100) == [10, 20, 30])
        #expect(seconds(Self.instant(11)..<Self.instant(20), 100).isEmpty)
        #expect(seconds(Self.instant(10)..<Self.instant(10), 100).isEmpty)
        #expect(seconds(Timestamp(microseconds: .min)..<Timestamp(microseconds: .max), 2) == [0, 10])
        #expect(seconds(Self.instant(10)..<Self.instant(40), -1).isEmpty)
    }

    @Test("An interval of nothing is never due", arguments: [.zero, .seconds(-5), .nanoseconds(1)] as [Duration])
    func noInterval(interval: Duration) {
        let timing = ScheduleTiming.interval(interval, anchor: Timestamp(microseconds: .min))
        #expect(timing.next(after: Timestamp(microseconds: 0)) == nil)
        #expect(timing.latest(atOrBefore: Timestamp(microseconds: .max)) == nil)
    }
}
