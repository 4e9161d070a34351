import Wording

/// Why a text is not a cron expression.
public struct CronError: Error, Sendable, Hashable {
    public let reason: Reason
    /// The field at fault; nil when it is the expression as a whole.
    public let field: CronField?
    /// Unicode scalars of the expression before the place, from 0.
    public let offset: Int

    public enum Reason: Sendable, Hashable {
        case empty
        case tooLong(limit: Int)
        case fieldCount(Int)
        case unknownMacro(String, nearest: String?)
        /// A list with nothing between two commas, or nothing before or after a hyphen or slash.
        case missingValue
        case unknownValue(String, nearest: String?)
        /// `?`, `L`, `W` or `#`, which other schedulers know.
        case foreignSign(String)
        case outOfRange(String)
        /// A range that ends before it begins.
        case backwards(String)
        case badStep(String)
        /// No date is ever among the days and months, such as 30 February.
        case never
    }

    init(_ reason: Reason, _ field: CronField? = nil, at offset: Int = 0) {
        (self.reason, self.field, self.offset) = (reason, field, offset)
    }
}

extension CronError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        let place = field.map { " in the field for the \($0.name)" } ?? ""
        return switch reason {
        case .empty: "the cron expression is empty"
        case .tooLong(let limit): "the cron expression is longer than \(limit) characters"
        case .fieldCount(let count): "the cron expression has \(Prose.count(count, "field")), not 5 or 6"
        case .unknownMacro(let name, _): "there is no macro \(Prose.quote(name))"
        case .missingValue: "a value is missing\(place)"
        case .unknownValue(let text, _): "\(Prose.quote(text)) means nothing\(place)"
        case .foreignSign(let text): "\(Prose.quote(text))\(place) holds a sign of other schedulers"
        case .outOfRange(let text): "\(Prose.quote(text)) is out of range\(place)"
        case .backwards(let text): "the range \(Prose.quote(text))\(place) ends before it begins"
        case .badStep(let text): "the step \(Prose.quote(text))\(place) is no number of 1 or more that fits into it"
        case .never: "no date ever matches the days and months"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch reason {
        case .empty, .fieldCount:
            "write minute, hour, day of the month, month and day of the week, such as 0 9 * * mon-fri; "
                + "a sixth field before them is the second"
        case .tooLong: "shorten its lists to ranges"
        case .unknownMacro(_, let nearest):
            nearest.map { "did you mean \($0)?" } ?? "use \(Prose.list(CronExpression.macros.map(\.name)))"
        case .unknownValue(_, let nearest?): "did you mean \(nearest)?"
        case .missingValue, .unknownValue, .outOfRange: "use \(field?.form ?? "numbers"), or *"
        case .foreignSign: "write * for any value; last days and weekdays near a date cannot be written"
        case .backwards: "write two ranges with a comma between them"
        case .badStep: "use 1 to \(field.map { $0.range.count } ?? 1); for longer steps use interval, such as 90m"
        case .never: "name a day that one of the months has"
        }
    }
}
