/// The times of a clock and calendar that a line of cron names: `0 9 * * mon-fri`.
///
/// Five fields are minute, hour, day of the month, month and day of the week; of six the first is the second, which is 0
/// otherwise. A field is `*`, or a list of values, ranges (`9-17`), ranges with a step (`9-17/2`), `*/5`, or `3/5`, which
/// is every fifth value from 3 to the end of the field. Months and days of the week may be named by their first three
/// letters in upper or lower case; Sunday is 0 or 7. `@hourly`, `@daily`, `@weekly` (Sunday), `@monthly` and `@yearly`
/// stand for whole expressions, at their first minute.
///
/// The two fields for days are read as Vixie's cron reads them: when neither begins with `*`, a date needs to match only
/// one of them; else it must match both. So `0 0 13 * fri` is each 13th and each Friday, and `0 0 */2 * fri` the Fridays
/// on odd dates.
///
/// Expressions that name the same times are equal and have the same ``description``. An expression knows no time zone;
/// ``ScheduleTiming`` joins it with one.
public struct CronExpression: Sendable, Hashable {
    let seconds: CronSet
    let minutes: CronSet
    let hours: CronSet
    let daysOfMonth: CronSet
    let months: CronSet
    let daysOfWeek: CronSet
    /// Whether a date that matches one of the two fields for days is enough; only when both leave something out.
    let eitherDay: Bool

    /// Unicode scalars of an expression at most.
    public static let longest = 256

    static let macros: [(name: String, fields: String)] = [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@weekly", "0 0 * * 0"), ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
    ]

    /// Whether the expression runs in every hour of its days, and so follows elapsed time when clocks change.
    public var isHourly: Bool { hours == .all(.hour) }

    /// `sets` are the values of all fields in order; `stars` says which fields begin with `*`.
    init(sets: [CronField: CronSet], stars: Set<CronField>) {
        func values(_ field: CronField) -> CronSet { sets[field] ?? CronSet(step: 1) }
        (seconds, minutes, hours) = (values(.second), values(.minute), values(.hour))
        months = values(.month)
        let either = stars.isDisjoint(with: [.dayOfMonth, .dayOfWeek])
        let anyDay = values(.dayOfMonth) == .all(.dayOfMonth) || values(.dayOfWeek) == .all(.dayOfWeek)
        eitherDay = either && !anyDay
        daysOfMonth = either && anyDay ? .all(.dayOfMonth) : values(.dayOfMonth)
        daysOfWeek = either && anyDay ? .all(.dayOfWeek) : values(.dayOfWeek)
    }

    /// Whether any date matches. All leap days of 28 years fall on all days of the week, so that only a day that none of
    /// the months has can be in the way.
    var hasDates: Bool {
        eitherDay
            || months.values.contains { month in
                daysOfMonth.first(from: 1).map { $0 <= Self.length(month: Int64(month), year: 2000) }
                    ?? false
            }
    }
}

extension CronExpression: CustomStringConvertible {
    /// The expression as ``init(parsing:)`` reads it, written one way: `*/15 9-17 * * 1-5`.
    public var description: String {
        let head: [(CronField, CronSet)] = [(.minute, minutes), (.hour, hours)]
        var fields = seconds == CronSet(step: 1) ? [] : [Self.text(seconds, .second)]
        fields += head.map { Self.text($1, $0) }
        fields += [dayOfMonthText, Self.text(months, .month), dayOfWeekText]
        return fields.joined(separator: " ")
    }

    /// Which field must begin with `*`, so that both are asked of a date; nil when it makes no difference or must not be.
    private var starField: CronField? {
        if eitherDay || daysOfMonth == .all(.dayOfMonth) || daysOfWeek == .all(.dayOfWeek) { return nil }
        if Self.starStep(daysOfMonth, .dayOfMonth) != nil { return .dayOfMonth }
        if Self.starStep(daysOfWeek, .dayOfWeek) != nil { return .dayOfWeek }
        return daysOfMonth.contains(1) ? .dayOfMonth : .dayOfWeek
    }

    private var dayOfMonthText: String {
        if starField == .dayOfMonth { return Self.starred(daysOfMonth, .dayOfMonth) }
        return Self.text(daysOfMonth, .dayOfMonth, mayStar: !eitherDay && starField == nil)
    }

    private var dayOfWeekText: String {
        if starField == .dayOfWeek { return Self.starred(daysOfWeek, .dayOfWeek) }
        return Self.text(daysOfWeek, .dayOfWeek, mayStar: !eitherDay && starField == nil)
    }

    /// The step n when the set is `*/n`.
    private static func starStep(_ set: CronSet, _ field: CronField) -> Int? {
        (2...field.range.count).first { CronSet(field.range, step: $0) == set }
    }

    /// The set with a `*/n` at its head and the rest behind it.
    private static func starred(_ set: CronSet, _ field: CronField) -> String {
        let step = (2...field.range.count).first { CronSet(field.range, step: $0).bits & ~set.bits == 0 }
        guard let step else { return text(set, field) }
        let rest = CronSet(bits: set.bits & ~CronSet(field.range, step: step).bits)
        return rest.bits == 0 ? "*/\(step)" : "*/\(step),\(runs(rest.values))"
    }

    private static func text(_ set: CronSet, _ field: CronField, mayStar: Bool = true) -> String {
        if set == .all(field) { return "*" }
        let values = set.values
        guard values.count > 2, let first = values.first, let last = values.last else { return runs(values) }
        let step = values[1] - first
        guard step > 1, CronSet(first...last, step: step) == set else { return runs(values) }
        return mayStar && starStep(set, field) == step ? "*/\(step)" : "\(first)-\(last)/\(step)"
    }

    /// Values and ranges of three and more neighbours.
    private static func runs(_ values: [Int]) -> String {
        var parts: [String] = []
        var rest = values[...]
        while let first = rest.first {
            let run = rest.enumerated().prefix { $1 == first + $0 }.count
            parts += run > 2 ? ["\(first)-\(first + run - 1)"] : rest.prefix(run).map(String.init)
            rest = rest.dropFirst(run)
        }
        return parts.joined(separator: ",")
    }
}
