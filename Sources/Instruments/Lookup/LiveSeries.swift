#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A series that is recorded to: its label values, its text and its instrument.
///
/// Values and text lie in one block of memory, so that comparing and writing them counts no references.
final class LiveSeries: Sendable {
    let instrument: any Instrument
    /// The same, for those who count no references.
    nonisolated(unsafe) let unmanaged: Unmanaged<AnyObject>
    /// Of the values, by ``SeriesTable``'s seed.
    let hash: UInt64
    // Invariant: allocated and filled in `init`, freed in `deinit`, only read in between. It holds the end of each value,
    // counted from the first value's start, as UInt32; then the values; then the text.
    private nonisolated(unsafe) let block: UnsafeMutableRawPointer
    private let labels: Int
    private let textCount: Int

    /// - Parameter text: what ``SeriesLayout/text(for:)`` made of the values.
    init(values: LabelValues, hash: UInt64, text: [UInt8], instrument: any Instrument) {
        self.instrument = instrument
        unmanaged = .passUnretained(instrument)
        self.hash = hash
        labels = values.strings.count
        textCount = text.count
        let valueCount = values.strings.reduce(0) { $0 + $1.utf8.count }
        block = .allocate(
            byteCount: max(labels * 4 + valueCount + text.count, 1), alignment: MemoryLayout<UInt32>.alignment)
        var end = 0
        for (index, value) in values.strings.enumerated() {
            for byte in value.utf8 {
                block.storeBytes(of: byte, toByteOffset: labels * 4 + end, as: UInt8.self)
                end += 1
            }
            block.storeBytes(of: UInt32(truncatingIfNeeded: end), toByteOffset: index * 4, as: UInt32.self)
        }
        text.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                (block + labels * 4 + valueCount).copyMemory(from: start, byteCount: bytes.count)
            }
        }
    }

    deinit { block.deallocate() }

    /// Good as long as the series is.
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: block + (labels &* 4 &+ end(of: labels &- 1)), count: textCount)
    }

    var values: LabelValues {
        LabelValues(
            (0..<labels).map {
                String(decoding: UnsafeRawBufferPointer(start: value($0).start, count: value($0).count), as: UTF8.self)
            })
    }

    /// Whether the value of a label has these bytes.
    @inline(__always)
    func has(_ bytes: UnsafeBufferPointer<UInt8>, at label: Int) -> Bool {
        let value = value(label)
        guard bytes.count == value.count, let start = bytes.baseAddress else { return bytes.count == value.count }
        return memcmp(start, value.start, value.count) == 0
    }

    /// By the bytes of the values, label by label.
    func precedes(_ other: LiveSeries) -> Bool {
        for label in 0..<labels {
            let (left, right) = (value(label), other.value(label))
            let order = memcmp(left.start, right.start, min(left.count, right.count))
            if order != 0 { return order < 0 }
            if left.count != right.count { return left.count < right.count }
        }
        return false
    }

    @inline(__always)
    private func end(of label: Int) -> Int {
        label < 0 ? 0 : Int(block.load(fromByteOffset: label &* 4, as: UInt32.self))
    }

    @inline(__always)
    private func value(_ label: Int) -> (start: UnsafeRawPointer, count: Int) {
        let start = end(of: label &- 1)
        return (UnsafeRawPointer(block + (labels &* 4 &+ start)), end(of: label) &- start)
    }
}
