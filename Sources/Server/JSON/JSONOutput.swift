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
        bytes.append(UInt8(ascii: "\""))
        value.write(into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, _ write: (inout JSONOutput) -> Void) {
        key(name)
        write(&self)
    }

    /// Whether the answer has grown so long that what can be left out is: further steps; in a trace, what further attempts
    /// were given and gave; of a rule, what further comparisons found.
    var isLong: Bool { bytes.count >= Self.longestUncut }

    private static let longestUncut = 1 << 20

    /// A value that is left out when it or the answer is long, with how long it is.
    mutating func field(_ name: StaticString, bounded value: JSONValue?, size: StaticString) {
        let text = value?.encoded ?? []
        let isShown = !text.isEmpty && text.count <= Self.longestValue && !isLong
        field(name) { json in
            if isShown { json.raw(text) } else { json.value(.null) }
        }
        field(size, text.count)
    }

    /// Of one value, in bytes of JSON.
    private static let longestValue = 16 << 10

    /// A duration in milliseconds, exact to the microsecond.
    mutating func field(_ name: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return field(name, JSONValue.null) }
        let (whole, fraction) = max(0, duration.inMicroseconds).quotientAndRemainder(dividingBy: 1000)
        field(name, .integer(whole))
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        for scale in [100, 10, 1] as [Int64] { bytes.append(UInt8(ascii: "0") + UInt8(fraction / scale % 10)) }
    }
}
