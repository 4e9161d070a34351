/// A JSON value, as events carry it, expressions read it and the journal stores it.
///
/// Integers that fit 64 bits stay integers; any other number is a double. A non-finite double cannot come out of
/// ``JSONValue/init(parsing:limits:)`` and is written as `null`.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

// Not by `nil`: in `condition ? value : nil` it would silently become `null` instead of an absent value.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONValue {
    /// The object, or nil when this is something else.
    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The elements, or nil when this is no array.
    public var array: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    /// The string, or nil when this is something else. Numbers are not turned into strings.
    public var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The integer, also when it was written as a double without a fraction (`3.0`).
    public var integer: Int64? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The number as a double, nil when this is no number.
    public var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// The boolean, or nil when this is something else.
    public var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    public var isNull: Bool { self == .null }

    /// What the value is, in JSON's own words, for messages.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
