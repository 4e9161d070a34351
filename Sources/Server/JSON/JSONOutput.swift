import Workflow

/// Writes JSON straight into bytes, without a tree of values in between.
struct JSONOutput {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(512) }

    mutating func object(_ members: (inout JSONOutput) -> Void) {
        begin(UInt8(ascii: "{"))
        members(&self)
        end(UInt8(ascii: "}"))
    }

    mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONOutput, Element) -> Void) {
        begin(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        end(UInt8(ascii: "]"))
    }

    private mutating func begin(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// - Parameter name: plain letters, which need no escape.
    private mutating func key(_ name: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ value: JSONValue) {
        comma()
        value.write(into: &bytes)
    }

    /// JSON text that is known to be valid.
    mutating func raw(_ text: [UInt8]) {
        comma()
        bytes.append(contentsOf: text)
    }

    mutating func field(_ name: StaticString, _ value: JSONValue?) {
        key(name)
        self.value(value ?? .null)
    }

    mutating func field(_ name: StaticString, _ value: String?) { field(name, value.map { .string($0) }) }
    mutating func field(_ name: StaticString, _ value: Int?) { field(name, value.map { .integer(Int64($0)) }) }
    mutating func field(_ name: StaticString, _ value: Bool) { field(name, .bool(value)) }

    mutating func field(_ name: StaticString, _ value: Timestamp?) {
        guard let value else { return field(name, JSONValue.null) }
        key(name)
        comma()
        value.writeQuoted(into: &bytes)
    }

    mutating func field(_ name: StaticString, _ write: (inout JSONOutput) -> Void) {
        key(name)
        write(&self)
    }

    /// A duration in milliseconds, exact to the microsecond.
    mutating func field(_ name: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return field(name, JSONValue.null) }
        let (whole, fraction) = max(0, duration.inMicroseconds).quotientAndRemainder(dividingBy: 1000)
        field(name, .integer(whole))
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimal: fraction, width: 3)
    }
}

extension [UInt8] {
    /// The number's last digits, with leading zeros.
    fileprivate mutating func append(decimal number: Int64, width: Int) {
        var scale: Int64 = 1
        for _ in 1..<width { scale *= 10 }
        while scale > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10))
            scale /= 10
        }
    }
}

extension Timestamp {
    /// The text of ``description`` in quotes, without the strings in between: an answer holds a dozen times.
    fileprivate func writeQuoted(into bytes: inout [UInt8]) {
        // From 0001 to 9999, where the year has four digits.
        guard (-62_135_596_800_000_000..<253_402_300_800_000_000).contains(microseconds) else {
            return JSONValue.string(description).write(into: &bytes)
        }
        let shifted = microseconds + 719_468 * 86_400_000_000
        let (day, time) = shifted.quotientAndRemainder(dividingBy: 86_400_000_000)
        let (year, month, dayOfMonth) = Self.date(daysSinceMarchOfYear0: day)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(decimal: year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(decimal: dayOfMonth, width: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(decimal: time / 3_600_000_000, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimal: time / 60_000_000 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimal: time / 1_000_000 % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimal: time % 1_000_000, width: 6)
        bytes.append(UInt8(ascii: "Z"))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Gregorian, in eras of 400 years that begin in March, so that the leap day is a year's last.
    private static func date(daysSinceMarchOfYear0 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, inEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearInEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearInEra + yearInEra / 4 - yearInEra / 100)
        let marchMonth = (5 * inYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearInEra + (month <= 2 ? 1 : 0), month, inYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
