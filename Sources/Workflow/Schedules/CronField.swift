/// One of the fields of a cron expression, in the order they are written.
public enum CronField: Int, Sendable, Hashable, CaseIterable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    /// What messages call the field.
    public var name: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of the month"
        case .month: "month"
        case .dayOfWeek: "day of the week"
        }
    }

    /// The values that a field may name. Sunday is 0, and may be written 7.
    public var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...6
        }
    }

    /// What may be written: 7 is Sunday too.
    var writtenRange: ClosedRange<Int> { self == .dayOfWeek ? 0...7 : range }

    /// The names of the values, from the lowest on.
    var words: [String] {
        switch self {
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// What may stand in the field, for messages.
    var form: String {
        let numbers = "\(writtenRange.lowerBound) to \(writtenRange.upperBound)"
        guard let first = words.first, let last = words.last else { return numbers }
        return "\(numbers) or \(first) to \(last)"
    }
}

/// The values of one field as the bits of a word.
struct CronSet: Sendable, Hashable {
    var bits: UInt64 = 0

    /// Every `step`th value of a range; the step is at least 1.
    init(_ range: ClosedRange<Int> = 0...0, step: Int) {
        for value in stride(from: range.lowerBound, through: range.upperBound, by: max(step, 1)) { insert(value) }
    }

    init(bits: UInt64 = 0) { self.bits = bits }

    static func all(_ field: CronField) -> CronSet { CronSet(field.range, step: 1) }

    mutating func insert(_ value: Int) { bits |= 1 << UInt64(value & 63) }
    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value & 63)) != 0 }

    /// The lowest value that is at least this one.
    func first(from value: Int) -> Int? {
        guard value < 64 else { return nil }
        let rest = bits & (UInt64.max << UInt64(value))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// The highest value that is at most this one.
    func last(through value: Int) -> Int? {
        guard value >= 0 else { return nil }
        let rest = bits & (UInt64.max >> UInt64(63 - min(value, 63)))
        return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
    }

    var values: [Int] { (0..<64).filter(contains) }
}
