/// A hash of label values by their UTF-8 bytes, in whatever way a `String` keeps them.
///
/// Multiplies 64-bit words to 128 bits and folds the halves, as the wyhash family does
/// (<https://github.com/wangyi-fudan/wyhash>); the start is random for each process, so that nobody can choose values
/// that meet in one slot.
struct LabelHash {
    private static let first: UInt64 = 0xa076_1d64_78bd_642f
    private static let second: UInt64 = 0xe703_7ed1_a0b4_28db
    static let seed = UInt64.random(in: 0...UInt64.max)

    private(set) var value: UInt64

    @inline(__always)
    init(seed: UInt64) { value = seed }

    @inline(__always)
    mutating func combine(_ bytes: UnsafeBufferPointer<UInt8>) { value = Self.hash(bytes, from: value) }

    @inline(__always)
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, from seed: UInt64) -> UInt64 {
        let count = bytes.count
        guard let start = bytes.baseAddress.map(UnsafeRawPointer.init), count > 0 else {
            return fold(seed ^ first, second)
        }
        if count > 16 { return hashLong(start, count, from: seed) }
        let low: UInt64
        let high: UInt64
        if count >= 8 {
            low = start.loadUnaligned(as: UInt64.self)
            high = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        } else if count >= 4 {
            low = UInt64(start.loadUnaligned(as: UInt32.self))
            high = UInt64(start.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        } else {
            low =
                UInt64(start.load(as: UInt8.self)) << 8 | UInt64(start.load(fromByteOffset: count &- 1, as: UInt8.self))
            high = UInt64(start.load(fromByteOffset: count / 2, as: UInt8.self))
        }
        return fold(low ^ seed ^ first, high ^ second ^ UInt64(truncatingIfNeeded: count))
    }

    @inline(never)
    private static func hashLong(_ start: UnsafeRawPointer, _ count: Int, from seed: UInt64) -> UInt64 {
        var value = seed
        var offset = 0
        while count - offset > 16 {
            value = fold(
                start.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ value ^ first,
                start.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self) ^ second)
            offset += 16
        }
        return fold(
            start.loadUnaligned(fromByteOffset: count - 16, as: UInt64.self) ^ value ^ first,
            start.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) ^ second
                ^ UInt64(truncatingIfNeeded: count))
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension String {
    /// The hash of a label value that is looked up by itself.
    package var labelHash: UInt64 {
        var hash = LabelHash(seed: LabelHash.seed)
        withBytes { hash.combine($0) }
        return hash.value
    }

    /// Its UTF-8, without a copy of the string where it is kept so, as all are but those bridged from elsewhere.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        #if canImport(Darwin)
            if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
            return Array(utf8).withUnsafeBufferPointer(body)
        #else
            // Counts no reference, as the other way does.
            return utf8Span.span.withUnsafeBufferPointer(body)
        #endif
    }
}
