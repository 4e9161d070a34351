/// The text of an exposition while it is being written, a chunk at a time.
struct ExpositionBuffer: ~Copyable {
    let format: ExpositionFormat
    let escaping: EscapingScheme
    /// Whether lines `_created` are wanted.
    let showsCreated: Bool
    private let limit: Int
    // Invariant: allocated in `init` and `grow`, freed in `deinit`; `count` of its bytes are initialized.
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    /// - Parameters:
    ///   - limit: how many bytes make it full. It may hold more: whoever writes looks when it is done with a series.
    ///   - showsCreated: whether lines `_created` are wanted, if the format has them.
    init(_ format: ExpositionFormat, _ escaping: EscapingScheme, limit: Int, showsCreated: Bool) {
        self.format = format
        self.escaping = escaping
        self.showsCreated = showsCreated && format == .openMetrics100
        self.limit = limit
        capacity = limit + 4 << 10
        memory = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { memory.deallocate() }

    @inline(__always)
    var isFull: Bool { count >= limit }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    mutating func clear() { count = 0 }

    /// Sees to it that so many bytes have room.
    @inline(__always)
    private mutating func need(_ bytes: Int) {
        if capacity &- count < bytes { grow(by: bytes) }
    }

    @inline(never)
    private mutating func grow(by bytes: Int) {
        capacity = max(capacity * 2, count + bytes)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        larger.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = larger
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        need(bytes.count)
        (memory + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func newline() {
        need(1)
        memory.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Ends the exposition as the format wants it.
    mutating func end() {
        if format == .openMetrics100 { append("# EOF\n" as StaticString) }
    }

    /// A whole number, without an exponent.
    @inline(__always)
    mutating func append(_ number: UInt64) {
        need(20)
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, number >= bound {
            digits &+= 1
            let (next, isLast) = bound.multipliedReportingOverflow(by: 10)
            if isLast { break }
            bound = next
        }
        var rest = number
        var position = count &+ digits
        count = position
        repeat {
            position &-= 1
            memory.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10), toByteOffset: position, as: UInt8.self)
            rest /= 10
        } while rest > 0
    }

    /// A sample value: the shortest text that reads back as the same double; whole numbers below 2⁶³ without point or
    /// exponent; `+Inf`, `-Inf`, `NaN`. Zero below zero is `-0.0`, as some readers take `-0` for an integer.
    @inline(__always)
    mutating func append(_ value: Double) {
        if value >= 1, value < 0x1p63 {
            let whole = UInt64(value)
            if Double(whole) == value { return append(whole) }
        }
        appendOther(value)
    }

    @inline(never)
    private mutating func appendOther(_ value: Double) {
        if value.isNaN { return append("NaN" as StaticString) }
        if value.isInfinite { return append(value > 0 ? "+Inf" : "-Inf" as StaticString) }
        guard value.magnitude < 0x1p63, value == value.rounded(.towardZero) else { return append(value.description) }
        if value == 0, value.sign == .minus { return append("-0.0" as StaticString) }
        if value < 0 { append("-" as StaticString) }
        append(UInt64(value.magnitude))
    }
}
