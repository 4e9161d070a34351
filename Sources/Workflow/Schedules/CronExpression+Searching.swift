/// Searching local time, which is counted in seconds from 1970-01-01T00:00:00 as though there were no zones.
///
/// Times of the day and days of a month are bits of words; a search steps over months, of which at most
/// ``ScheduleTiming/lastYear`` − 1970 years are looked at.
extension CronExpression {
    private static let secondsOfDay: Int64 = 86_400

    /// The first local time that matches and is not before this one; nil when it would lie beyond the calendar.
    func first(from local: Int64) -> Int64? {
        let (day, inDay) = max(local, 0).quotientAndRemainder(floored: Self.secondsOfDay)
        if hasDay(day), let time = firstTime(from: Int(inDay)) { return day * Self.secondsOfDay + Int64(time) }
        guard let next = firstDay(from: day + 1), let time = firstTime(from: 0) else { return nil }
        return next * Self.secondsOfDay + Int64(time)
    }

    /// The last local time that matches and is not after this one; nil before 1970.
    func last(through local: Int64) -> Int64? {
        guard local >= 0 else { return nil }
        let (day, inDay) = local.quotientAndRemainder(floored: Self.secondsOfDay)
        if hasDay(day), let time = lastTime(through: Int(inDay)) { return day * Self.secondsOfDay + Int64(time) }
        guard let previous = lastDay(through: day - 1), let time = lastTime(through: Int(Self.secondsOfDay) - 1)
        else { return nil }
        return previous * Self.secondsOfDay + Int64(time)
    }

    // MARK: Days

    static func length(month: Int64, year: Int64) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// The dates of a month that match; `first` is the number of its first day.
    private func dates(year: Int64, month: Int64, first: Int64) -> CronSet {
        // 1970-01-01 was a Thursday. The week is written six times over and begun at the month's first day.
        let weekday = UInt64((first + 4) % 7)
        let week: UInt64 = 0b1_0000001_0000001_0000001_0000001_0000001
        let byWeek = ((daysOfWeek.bits &* week) >> weekday) << 1
        let all = (UInt64(2) << UInt64(Self.length(month: month, year: year))) - 2
        return CronSet(bits: (eitherDay ? daysOfMonth.bits | byWeek : daysOfMonth.bits & byWeek) & all)
    }

    private func hasDay(_ day: Int64) -> Bool {
        let date = Timestamp.civilDate(day: day)
        guard months.contains(Int(date.month)) else { return false }
        return dates(year: date.year, month: date.month, first: day - date.day + 1).contains(Int(date.day))
    }

    private func firstDay(from day: Int64) -> Int64? {
        var (year, month, least) = Timestamp.civilDate(day: day)
        while year <= ScheduleTiming.lastYear {
            if months.contains(Int(month)) {
                let first = Timestamp.day(year: year, month: month, day: 1)
                let dates = dates(year: year, month: month, first: first)
                if let date = dates.first(from: Int(least)) { return first + Int64(date) - 1 }
            }
            least = 1
            if let next = months.first(from: Int(month) + 1) {
                month = Int64(next)
            } else {
                (year, month) = (year + 1, 1)
            }
        }
        return nil
    }

    private func lastDay(through day: Int64) -> Int64? {
        guard day >= 0 else { return nil }
        var (year, month, most) = Timestamp.civilDate(day: day)
        while year >= 1970 {
            if months.contains(Int(month)) {
                let first = Timestamp.day(year: year, month: month, day: 1)
                let dates = dates(year: year, month: month, first: first)
                if let date = dates.last(through: Int(most)) { return first + Int64(date) - 1 }
            }
            most = 31
            if let previous = months.last(through: Int(month) - 1) {
                month = Int64(previous)
            } else {
                (year, month) = (year - 1, 12)
            }
        }
        return nil
    }

    // MARK: Times of the day

    private func firstTime(from inDay: Int) -> Int? {
        let (hour, minute, second) = (inDay / 3600, inDay / 60 % 60, inDay % 60)
        guard let firstMinute = minutes.first(from: 0), let firstSecond = seconds.first(from: 0) else { return nil }
        if hours.contains(hour) {
            if minutes.contains(minute), let found = seconds.first(from: second) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = minutes.first(from: minute + 1) { return hour * 3600 + found * 60 + firstSecond }
        }
        return hours.first(from: hour + 1).map { $0 * 3600 + firstMinute * 60 + firstSecond }
    }

    private func lastTime(through inDay: Int) -> Int? {
        let (hour, minute, second) = (inDay / 3600, inDay / 60 % 60, inDay % 60)
        guard let lastMinute = minutes.last(through: 59), let lastSecond = seconds.last(through: 59) else { return nil }
        if hours.contains(hour) {
            if minutes.contains(minute), let found = seconds.last(through: second) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = minutes.last(through: minute - 1) { return hour * 3600 + found * 60 + lastSecond }
        }
        return hours.last(through: hour - 1).map { $0 * 3600 + lastMinute * 60 + lastSecond }
    }
}
