#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A series that is recorded to: its instrument, its label values and its text.
///
/// One block of memory that ``SeriesTable`` frees, so that looking at it counts no references. Whoever looks must be
/// within a reading (see `CInstruments`) or hold the table's lock.
struct LiveSeries: Equatable, @unchecked Sendable {
    // Invariant: written in `init` and only read after. It holds the instrument, whose reference it owns; the number of
    // labels and of bytes of text; when it was made; for each label, where its value is and how long; then the text; then those values
    // that are not in the text as they are.
    private let start: UnsafeMutableRawPointer

    private static let labelsOffset = 8
    private static let textCountOffset = 12
    private static let createdOffset = 16
    private static let rangesOffset = 24
    private static let rangeSize = 8

    /// - Parameters:
    ///   - values: one for each label.
    ///   - heads: what stands before each value in the text; as many as there are labels.
    ///   - tail: what stands after the last value, or is the whole text if there are no labels.
    init(values: [String], heads: [[UInt8]], tail: [UInt8], instrument: AnyObject) {
        var textCount = tail.count
        var asideCount = 0
        for (value, head) in zip(values, heads) {
            let escapes = Escaping.labelEscapes(in: value)
            textCount += head.count + value.utf8.count + escapes
            if escapes > 0 { asideCount += value.utf8.count }
        }
        let textOffset = Self.rangesOffset + values.count * Self.rangeSize
        start = .allocate(byteCount: textOffset + textCount + asideCount, alignment: 8)
        start.storeBytes(of: Unmanaged.passRetained(instrument), as: Unmanaged<AnyObject>.self)
        start.storeBytes(of: UInt32(values.count), toByteOffset: Self.labelsOffset, as: UInt32.self)
        start.storeBytes(of: UInt32(textCount), toByteOffset: Self.textCountOffset, as: UInt32.self)
        start.storeBytes(of: SystemTime.milliseconds(), toByteOffset: Self.createdOffset, as: UInt64.self)
        var end = textOffset
        var asideEnd = textOffset + textCount
        for index in 0..<values.count {
            copy(heads[index], to: &end)
            let (count, begin) = values[index].withBytes { value in
                let begin = end
                let written = Escaping.copyLabelValue(value, to: start + end)
                end += written
                guard written != value.count, let bytes = value.baseAddress else { return (value.count, begin) }
                (start + asideEnd).copyMemory(from: bytes, byteCount: value.count)
                asideEnd += value.count
                return (value.count, asideEnd - value.count)
            }
            let range = Self.rangesOffset + index * Self.rangeSize
            start.storeBytes(of: UInt32(begin), toByteOffset: range, as: UInt32.self)
            start.storeBytes(of: UInt32(count), toByteOffset: range + 4, as: UInt32.self)
        }
        copy(tail, to: &end)
    }

    /// - Parameter address: of a series that was made and not freed.
    @inline(__always)
    init(at address: UnsafeMutableRawPointer) { start = address }

    private func copy(_ bytes: [UInt8], to end: inout Int) {
        bytes.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { (start + end).copyMemory(from: source, byteCount: bytes.count) }
        }
        end += bytes.count
    }

    /// Lets go of the instrument and of the memory.
    func free() {
        unmanaged.release()
        start.deallocate()
    }

    var address: UnsafeMutableRawPointer { start }

    /// The instrument, for those who count no references.
    @inline(__always)
    var unmanaged: Unmanaged<AnyObject> { start.load(as: Unmanaged<AnyObject>.self) }

    /// The text that it was made with.
    @inline(__always)
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: start + (Self.rangesOffset &+ labels &* Self.rangeSize),
            count: Int(start.load(fromByteOffset: Self.textCountOffset, as: UInt32.self)))
    }

    /// When it was made, in milliseconds since 1970, in UTC.
    var created: UInt64 { start.load(fromByteOffset: Self.createdOffset, as: UInt64.self) }

    var values: LabelValues {
        LabelValues((0..<labels).map { String(decoding: value($0), as: UTF8.self) })
    }

    @inline(__always)
    private var labels: Int { Int(start.load(fromByteOffset: Self.labelsOffset, as: UInt32.self)) }

    @inline(__always)
    private func value(_ label: Int) -> UnsafeRawBufferPointer {
        let range = start + (Self.rangesOffset &+ label &* Self.rangeSize)
        return UnsafeRawBufferPointer(
            start: start + Int(range.load(as: UInt32.self)), count: Int(range.load(fromByteOffset: 4, as: UInt32.self)))
    }

    /// Whether the value of a label has these bytes.
    @inline(__always)
    func has(_ bytes: UnsafeBufferPointer<UInt8>, at label: Int) -> Bool {
        let value = value(label)
        guard bytes.count == value.count else { return false }
        guard let left = UnsafeRawPointer(bytes.baseAddress), let right = value.baseAddress else { return true }
        return Self.areEqual(left, right, value.count)
    }

    /// What `memcmp` does, without the call: values are short.
    @inline(__always)
    private static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        if count >= 8 {
            var offset = 0
            while offset < count &- 8 {
                if left.word(at: offset) != right.word(at: offset) { return false }
                offset &+= 8
            }
            return left.word(at: count &- 8) == right.word(at: count &- 8)
        }
        if count >= 4 {
            return left.half(at: 0) == right.half(at: 0) && left.half(at: count &- 4) == right.half(at: count &- 4)
        }
        for offset in 0..<count where left.byte(at: offset) != right.byte(at: offset) { return false }
        return true
    }

    /// By the bytes of the values, label by label.
    func precedes(_ other: LiveSeries) -> Bool {
        for label in 0..<labels {
            let (left, right) = (value(label), other.value(label))
            let count = min(left.count, right.count)
            if let left = left.baseAddress, let right = right.baseAddress {
                let order = memcmp(left, right, count)
                if order != 0 { return order < 0 }
            }
            if left.count != right.count { return left.count < right.count }
        }
        return false
    }

    /// The hash of the values, as ``SeriesTable`` looks them up.
    func hash(seed: UInt64) -> UInt64 {
        var hash = LabelHash(seed: seed)
        for label in 0..<labels { hash.combine(value(label).assumingMemoryBound(to: UInt8.self)) }
        return hash.value
    }
}

extension UnsafeRawPointer {
    @inline(__always)
    fileprivate func word(at offset: Int) -> UInt64 { loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    @inline(__always)
    fileprivate func half(at offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    @inline(__always)
    fileprivate func byte(at offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }
}
