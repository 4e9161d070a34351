/// Which exponential bucket a magnitude lies in.
///
/// Bucket i of schema s holds what is above 2^((i−1)/2^s) and at most 2^(i/2^s): the standard schemas of
/// <https://prometheus.io/docs/specs/native_histograms/#schema>. Within an octave, each bound is the double nearest to the
/// formula, as readers have it. Every coarser schema merges neighbours of the finest one: one table serves all.
struct BucketIndex: Sendable {
    static let schemas = -4...8

    /// The table is made once and stays.
    static let shared = BucketIndex()

    /// log2 of the buckets in an octave of the finest schema.
    private static let bits = 8
    private static let perOctave = 1 << bits
    /// The index of the finest bucket that holds the greatest finite double. The next one holds infinity.
    private static let last = 1024 << bits
    private static let fractionBits = Double.significandBitCount

    // Invariant: both are filled in `init` and only read afterwards; they live as long as the process.
    /// The fractions of the finest bounds in [1, 2), rising, and two that nothing is above.
    private nonisolated(unsafe) let bounds: UnsafePointer<UInt64>
    /// For each 256th of the octave, how many bounds lie before it. It holds two bounds at most.
    private nonisolated(unsafe) let starts: UnsafePointer<UInt16>

    private init() {
        let fractions = ExponentialBounds.finest.map { $0.significandBitPattern } + [.max, .max]
        let bounds = UnsafeMutablePointer<UInt64>.allocate(capacity: fractions.count)
        bounds.initialize(from: fractions, count: fractions.count)
        let starts = UnsafeMutablePointer<UInt16>.allocate(capacity: Self.perOctave)
        for part in 0..<Self.perOctave {
            let first = UInt64(part) << UInt64(Self.fractionBits - Self.bits)
            starts.advanced(by: part).initialize(to: UInt16(fractions.prefix { $0 < first }.count))
        }
        self.bounds = UnsafePointer(bounds)
        self.starts = UnsafePointer(starts)
    }

    /// How far an index of the finest schema is shifted for another.
    static func shift(of schema: Int) -> Int { schemas.upperBound - schema }

    /// The same bucket, or the one that swallows it, in a schema that is coarser by `shift`.
    @inline(__always)
    static func coarsen(_ index: Int, by shift: Int) -> Int {
        ((index &- 1) >> shift) &+ 1
    }

    /// The bucket of a magnitude.
    ///
    /// - Parameters:
    ///   - magnitude: above 0; infinity lies in the bucket after that of the greatest finite double.
    ///   - shift: see ``shift(of:)``.
    @inline(__always)
    func index(of magnitude: Double, shift: Int) -> Int {
        let bits = magnitude.bitPattern
        let exponent = Int(truncatingIfNeeded: bits >> UInt64(Self.fractionBits))
        guard UInt(bitPattern: exponent &- 1) < 2046 else {
            return Self.coarsen(extremeIndex(of: magnitude), by: shift)
        }
        return Self.coarsen(finest(bits: bits, exponent: exponent &- 1023), by: shift)
    }

    /// The greatest magnitude in a bucket: finite, save in that of infinity.
    static func upperBound(of index: Int, shift: Int) -> Double {
        if (index - 1) << shift >= last { return .infinity }
        let finest = index << shift
        if finest >= last { return .greatestFiniteMagnitude }
        let exponent = finest >> bits
        return Double(
            sign: .plus, exponent: exponent, significand: ExponentialBounds.finest[finest - exponent << bits])
    }

    /// How many buckets a schema has for each sign.
    static func count(shift: Int) -> Int {
        coarsen(last + 1, by: shift) - coarsen(-1074 << bits, by: shift) + 1
    }

    @inline(__always)
    private func finest(bits: UInt64, exponent: Int) -> Int {
        let fraction = bits & ((1 << UInt64(Self.fractionBits)) &- 1)
        let part = Int(truncatingIfNeeded: fraction >> UInt64(Self.fractionBits &- Self.bits))
        let start = Int(truncatingIfNeeded: starts[part])
        let above = (fraction > bounds[start] ? 1 : 0) &+ (fraction > bounds[start &+ 1] ? 1 : 0)
        return exponent << Self.bits &+ start &+ above
    }

    /// Of a subnormal or infinity.
    @inline(never)
    private func extremeIndex(of magnitude: Double) -> Int {
        guard magnitude < .infinity else { return Self.last + 1 }
        let scaled = magnitude * 0x1p64
        return finest(bits: scaled.bitPattern, exponent: Int(scaled.exponent) - 64)
    }
}
