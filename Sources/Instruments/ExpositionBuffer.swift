/// The text of an exposition while it is being written.
struct ExpositionBuffer {
    let format: ExpositionFormat
    private(set) var bytes: [UInt8] = []

    init(_ format: ExpositionFormat) { self.format = format }

    mutating func append(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Ends the exposition as the format wants it.
    mutating func end() {
        if format == .openMetrics100 { append("# EOF\n") }
    }

    /// A whole number, without an exponent.
    mutating func append(_ number: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// A sample value: the shortest text that reads back as the same double; whole numbers below 2⁶³ without point or
    /// exponent; `+Inf`, `-Inf`, `NaN`. Zero below zero is `-0.0`, as some readers take `-0` for an integer.
    mutating func append(_ value: Double) {
        if value.isNaN { return append("NaN") }
        if value.isInfinite { return append(value > 0 ? "+Inf" : "-Inf") }
        guard value.magnitude < 0x1p63, value == value.rounded(.towardZero) else {
            return append(value.description.utf8)
        }
        if value == 0, value.sign == .minus { return append("-0.0") }
        if value < 0 { append("-") }
        append(UInt64(value.magnitude))
    }
}
