import Workflow

/// A list of JSON values as bytes that are equal when, and only when, the values are.
///
/// This is the key under which waits are found, so it is part of the file's format. Each value is a tag and a body;
/// texts and containers carry their length. Numbers are equal by value: a double that is a 64-bit integer is written as
/// that integer, every other one as the eight bytes of IEEE 754. The members of an object are sorted by the bytes of
/// their names.
struct CanonicalValue {
    private(set) var bytes: [UInt8] = []

    init(_ values: [JSONValue]) {
        for value in values { append(value) }
    }

    private mutating func append(_ value: JSONValue) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let bool): bytes.append(UInt8(ascii: bool ? "t" : "f"))
        case .integer(let integer): append("i", UInt64(bitPattern: integer))
        case .number(let number): append(number)
        case .string(let string): append("s", string)
        case .array(let elements):
            append("a", UInt64(elements.count))
            for element in elements { append(element) }
        case .object(let object): append(object)
        }
    }

    private mutating func append(_ number: Double) {
        if let integer = Int64(exactly: number) {
            append("i", UInt64(bitPattern: integer))
        } else {
            append("d", number.bitPattern)
        }
    }

    private mutating func append(_ object: JSONObject) {
        append("o", UInt64(object.count))
        let members = object.map { (name: Array($0.key.utf8), value: $0.value) }
        for member in members.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
            append("s", UInt64(member.name.count))
            bytes.append(contentsOf: member.name)
            append(member.value)
        }
    }

    private mutating func append(_ tag: Unicode.Scalar, _ text: String) {
        append(tag, UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(_ tag: Unicode.Scalar, _ number: UInt64) {
        bytes.append(UInt8(ascii: tag))
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
