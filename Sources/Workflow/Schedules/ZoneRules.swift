import Foundation
import Synchronization
import Wording

/// Why a text names no time zone.
public struct ZoneError: Error, Sendable, Hashable, CustomStringConvertible {
    public let name: String
    /// What may have been meant.
    public let nearest: String?

    public var description: String { "\(message); \(remedy)" }
    public var message: String { "there is no time zone \(Prose.quote(name))" }
    public var remedy: String {
        nearest.map { "did you mean \($0)?" } ?? "use a name of the IANA database, such as Europe/Berlin, or UTC"
    }
}

/// When the clocks of a time zone change, from 1970 to the end of ``ScheduleTiming/lastYear``.
///
/// The rules are those that Foundation knows; they are looked up once for each zone and held as a table, which is searched
/// without Foundation. Zones are equal when their names are.
public struct ZoneRules: Sendable, Hashable, CustomStringConvertible {
    public let name: String
    let periods: [Period]

    /// A stretch of time with one offset from UTC. All is in seconds; local time is UTC and the offset.
    struct Period: Sendable {
        var start: Int64
        var end: Int64
        var offset: Int64
        /// Where the local times begin that no earlier period had: those that a change skipped belong to the period after
        /// it, those that it repeats to the period before it.
        var claimed: Int64

        var localStart: Int64 { start + offset }
        var localEnd: Int64 { end + offset }
    }

    /// Coordinated universal time: no change ever.
    public static let utc = ZoneRules(name: "UTC", changes: [(Calendar.start, 0)])

    /// The zone of a name of the IANA database, in upper and lower case as it is written there: an area and a place, such
    /// as `Europe/Berlin`, or `UTC`.
    public init(named name: String) throws(ZoneError) {
        if name == "UTC" {
            self = .utc
        } else if let rules = Self.known.withLock({ $0[name] }) {
            self = rules
        } else {
            guard Self.isName(name), let zone = TimeZone(identifier: name) else {
                throw ZoneError(name: name, nearest: Self.nearest(name))
            }
            let rules = ZoneRules(name: name, changes: Self.changes(of: zone))
            Self.known.withLock { $0[name] = rules }
            self = rules
        }
    }

    public var description: String { name }

    public static func == (left: ZoneRules, right: ZoneRules) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The index of the period that holds a time; times outside the calendar are in the first or last.
    func period(at second: Int64) -> Int {
        var (low, high) = (0, periods.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if periods[middle].start <= second { low = middle } else { high = middle - 1 }
        }
        return low
    }

    // MARK: The table

    /// The seconds that schedules live in.
    enum Calendar {
        static let start: Int64 = 0
        static let end = Timestamp.day(year: ScheduleTiming.lastYear + 1, month: 1, day: 1) * 86_400
    }

    /// Tables that have been made: a few kilobytes for each of at most some six hundred zones.
    private static let known = Mutex<[String: ZoneRules]>([:])

    private init(name: String, changes: [(at: Int64, offset: Int64)]) {
        self.name = name
        var periods: [Period] = []
        var claimed = Int64.min
        for (index, change) in changes.enumerated() {
            let end = index + 1 < changes.count ? changes[index + 1].at : Calendar.end
            periods.append(Period(start: change.at, end: end, offset: change.offset, claimed: claimed))
            claimed = max(claimed, end + change.offset)
        }
        self.periods = periods
    }

    private static func changes(of zone: TimeZone) -> [(at: Int64, offset: Int64)] {
        func offset(_ date: Date) -> Int64 { Int64(zone.secondsFromGMT(for: date)) }
        var date = Date(timeIntervalSince1970: Double(Calendar.start))
        var changes = [(at: Calendar.start, offset: offset(date))]
        // No zone has changed its clocks a thousand times in these years.
        while changes.count < 1000, let next = zone.nextDaylightSavingTimeTransition(after: date), next > date {
            date = next
            let second = Int64(next.timeIntervalSince1970.rounded(.up))
            if second >= Calendar.end { break }
            if offset(date) != changes.last?.offset { changes.append((second, offset(date))) }
        }
        return changes
    }

    // MARK: Names

    /// Names without an area are old aliases or mere offsets, such as `PST` and `GMT+2`, whose clocks never change though
    /// their writer may think so.
    private static func isName(_ name: String) -> Bool { name.contains("/") && name.utf8.count <= 64 }

    private static func nearest(_ name: String) -> String? {
        let names = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
        let city = name.lowercased()
        let exact = names.first { $0.lowercased() == city || $0.lowercased().hasSuffix("/\(city)") }
        return exact ?? NearestWord.find(name, among: names)
    }
}
