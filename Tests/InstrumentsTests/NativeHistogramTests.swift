import Foundation
import Instruments
import Testing
import TestSupport

@Suite struct NativeHistogramTests {
    /// What a histogram shows after these values.
    static func reading(
        _ native: NativeBuckets, _ values: some Sequence<Double>, buckets: [Double] = []
    ) throws -> NativeHistogramReading {
        let histogram = try Registry().nativeHistogram("x_seconds", help: "", native: native, buckets: buckets).only
        for value in values { histogram.observe(value) }
        return try reading(of: histogram)
    }

    static func reading(of histogram: NativeHistogram) throws -> NativeHistogramReading {
        guard case .nativeHistogram(let reading) = histogram.reading else { throw Unexpected() }
        return reading
    }

    struct Unexpected: Error {}

    /// What the same values show that were counted at a histogram's last resolution from the start.
    static func recount(_ reading: NativeHistogramReading, _ values: some Sequence<Double>) throws
        -> NativeHistogramReading
    {
        try self.reading(
            NativeBuckets(schema: reading.schema, zeroThreshold: reading.zeroThreshold, limit: 65_536), values)
    }

    /// Values of all magnitudes and both signs, infinities and subnormals among them.
    static func wild(_ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let value = Double(bitPattern: random.next())
            return value.isNaN ? 0 : value
        }
    }

    /// Values as latencies have them, within a few decades.
    static func tame(_ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in exp(Double.random(in: -9...3, using: &random)) }
    }

    // MARK: Bucket indices

    /// Values at and around bounds of the finest schema in octaves of every kind, which are bounds of the others too.
    static let probes: [Double] = {
        let octaves = [-1074, -1073, -1050, -1023, -1022, -129, -1, 0, 1, 52, 1022, 1023]
        let bounds = octaves.flatMap { octave in
            stride(from: 0, to: 256, by: octave == 0 ? 1 : 17).map { part in
                Double(sign: .plus, exponent: octave, significand: exp2(Double(part) / 256))
            }
        }
        let around = bounds.flatMap { [$0.nextDown.nextDown, $0.nextDown, $0, $0.nextUp, $0.nextUp.nextUp] }
        let wild = Self.wild(1_000, seed: 7).map(\.magnitude)
        return Array(Set(around + wild + [.greatestFiniteMagnitude, .leastNonzeroMagnitude]))
            .filter { $0 > 0 && $0 < .infinity }
    }()

    /// By exact decimal arithmetic, which says what the doubles nearest to the bounds are.
    static let bucketScript = """
        import bisect, decimal, fractions, math, struct, sys
        decimal.getcontext().prec = 80
        octave = [float(decimal.Decimal(2) ** (decimal.Decimal(part) / 256)) for part in range(256)]
        def index(schema, value):
            fraction, exponent = math.frexp(value)
            fraction, exponent = fraction * 2, exponent - 1
            if schema > 0:
                bounds = octave[::2 ** (8 - schema)]
                return exponent * 2 ** schema + bisect.bisect_left(bounds, fraction)
            base, exact, found = 2 ** (2 ** -schema), fractions.Fraction(value), -20
            while exact > fractions.Fraction(base) ** found: found += 1
            return found
        def fast(schema, value):
            # A bound of a coarse schema is a power of two, so only the octave's start matters.
            if schema > 0: return index(schema, value)
            fraction, exponent = math.frexp(value)
            octaves = exponent - 1 if fraction == 0.5 else exponent
            return -(-octaves // 2 ** -schema)
        for schema in range(-4, 1):
            for value in (0.75, 1.0, 1.5, 2.0, 3.0, 65536.0, 65537.0): assert index(schema, value) == fast(schema, value)
        for line in sys.stdin:
            schema, bits, found = line.split()
            value = struct.unpack(">d", bytes.fromhex(bits.zfill(16)))[0]
            if fast(int(schema), value) != int(found): print(schema, value.hex(), found, fast(int(schema), value))
        print("checked")
        """

    @Test(arguments: -4...8)
    func bucketsAreThoseOfTheFormula(_ schema: Int) throws {
        let family = try Registry().nativeHistogram(
            "x_seconds", help: "", labels: [Label("value", .declared)],
            native: NativeBuckets(schema: schema, zeroThreshold: 0))
        let lines = try Self.probes.map { probe in
            let bits = String(probe.bitPattern, radix: 16)
            let histogram = family.with(bits)
            histogram.observe(probe)
            histogram.observe(-probe)
            let reading = try Self.reading(of: histogram)
            try #require(reading.positive.counts == [1] && reading.negative == reading.positive)
            try #require(reading.schema == schema && reading.zeroCount == 0)
            return "\(schema) \(bits) \(reading.positive.indexed[0].index)\n"
        }
        let answer = try Oracle.python(Self.bucketScript).ask(Array(lines.joined().utf8))
        #expect(answer.output == "checked\n")
        #expect(answer.status == 0)
    }

    @Test(
        arguments: [
            (1.0001, 8), (1.0027, 8), (1.0028, 8), (1.006, 7), (1.1, 3), (1.19, 2), (1.99, 1), (2, 0), (4, -1),
            (65_536, -4), (1e9, -4),
        ] as [(Double, Int)])
    func aGrowthFactorChoosesTheCoarsestSchemaThatKeepsToIt(_ factor: Double, _ schema: Int) throws {
        #expect(try Self.reading(NativeBuckets(growthFactor: factor), [1]).schema == schema)
    }

    // MARK: What a value does

    @Test(arguments: [-4, 0, 3, 8])
    func everyDoubleCounts(_ schema: Int) throws {
        let values: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude.nextDown, 1, -1,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan,
            Double(bitPattern: 0x7ff0_0000_0000_0001), Double(bitPattern: .max),
        ]
        for threshold in [0, NativeBuckets.defaultZeroThreshold, 1] {
            let reading = try Self.reading(NativeBuckets(schema: schema, zeroThreshold: threshold), values)
            #expect(reading.count == 14)
            #expect(reading.sum.isNaN)
            let inBuckets = (reading.positive.counts + reading.negative.counts).reduce(reading.zeroCount, +)
            #expect(inBuckets == 11)
            let zeros = values.count { $0.magnitude <= threshold }
            #expect(reading.zeroCount == UInt64(zeros))
            // Infinity lies past the bucket of the greatest finite number.
            let last = try #require(reading.positive.indexed.last)
            #expect(last.count == 1)
            #expect(reading.negative.indexed.last?.index == last.index)
            #expect(reading.positive.indexed.dropLast().last?.index == last.index - 1)
        }
    }

    @Test func sumIsThatOfAllValues() throws {
        #expect(try Self.reading(NativeBuckets(), [0.5, 0.25, -2]).sum == -1.25)
        #expect(try Self.reading(NativeBuckets(), [.infinity]).sum == .infinity)
    }

    @Test func durationsAreSeconds() throws {
        let histogram = try Registry().nativeHistogram("x_seconds", help: "").only
        histogram.observe(duration: .milliseconds(250))
        #expect(try Self.reading(of: histogram).sum == 0.25)
        #expect(try Self.reading(of: histogram) == Self.reading(NativeBuckets(), [0.25]))
    }

    // MARK: Limits

    @Test(arguments: [1, 2, 7, 40, 160, 2_000], [0, 1e-3])
    func nothingIsLostWhenBucketsRunShort(_ limit: Int, _ maximumZeroThreshold: Double) throws {
        for (values, name) in [(Self.wild(4_000, seed: 3), "wild"), (Self.tame(4_000, seed: 5), "tame")] {
            let native = NativeBuckets(
                schema: 8, zeroThreshold: 0, maximumZeroThreshold: maximumZeroThreshold, limit: limit)
            let reading = try Self.reading(native, values)
            let used = reading.positive.counts.count + reading.negative.counts.count
            #expect(used <= limit || reading.schema == -4, "\(name): \(used) buckets")
            #expect(reading.zeroThreshold <= maximumZeroThreshold)
            #expect(reading.count == 4_000)
            let recount = try Self.recount(reading, values)
            #expect(reading.positive == recount.positive, "\(name)")
            #expect(reading.negative == recount.negative, "\(name)")
            #expect(reading.zeroCount == recount.zeroCount, "\(name)")
        }
    }

    @Test func theZeroBucketWidensBeforeResolutionHalves() throws {
        let native = NativeBuckets(schema: 0, zeroThreshold: 0, maximumZeroThreshold: 0.01, limit: 3)
        let reading = try Self.reading(native, [0.001, 1, 2, 4])
        #expect(reading.schema == 0)
        #expect(reading.zeroThreshold == 0x1p-7)
        #expect(reading.zeroCount == 1)
        #expect(reading.positive.counts == [1, 1, 1])
    }

    @Test func spansLeaveOutWhatIsEmpty() throws {
        let reading = try Self.reading(NativeBuckets(schema: 0), [1, 2, 2, 3, 64, -0.5, -0.25])
        #expect(reading.positive.spans == [.init(offset: 0, length: 3), .init(offset: 3, length: 1)])
        #expect(reading.positive.counts == [1, 2, 1, 1])
        #expect(reading.positive.deltas == [1, 1, -1, 0])
        #expect(reading.negative.spans == [.init(offset: -2, length: 2)])
        #expect(reading.positive.indexed.map(\.index) == [0, 1, 2, 6])
    }

    // MARK: Beside classic buckets

    @Test func oneObservationCountsInBothKindsOfBuckets() throws {
        let values = Self.tame(2_000, seed: 11)
        let bounds = [0.001, 0.01, 0.1, 1]
        let reading = try Self.reading(NativeBuckets(schema: 5), values, buckets: bounds)
        #expect(reading.count == 2_000)
        #expect(reading.positive.counts.reduce(0, +) == 2_000)
        #expect(reading.classic.map(\.upperBound) == bounds + [.infinity])
        let expected = (bounds + [.infinity]).map { bound in UInt64(values.count { $0 <= bound }) }
        #expect(reading.classic.map(\.count) == expected)
    }

    // MARK: Concurrency

    /// While threads push the histogram through all its generations, readings grow, and in the end everything is there.
    @Test(arguments: [20, 500])
    func losesNothing(_ limit: Int) async throws {
        let native = NativeBuckets(schema: 8, zeroThreshold: 0, maximumZeroThreshold: 1e-100, limit: limit)
        let histogram = try Registry().nativeHistogram("x_seconds", help: "", native: native, buckets: [1]).only
        let parts = (0..<16).map { part in
            // By rising magnitude, so that all threads meet new buckets at the same time.
            Self.wild(10_000, seed: UInt64(part)).sorted { $0.magnitude < $1.magnitude }
        }
        try await withThrowingTaskGroup { group in
            for part in parts { group.addTask { for value in part { histogram.observe(value) } } }
            group.addTask {
                var last: UInt64 = 0
                for _ in 0..<200 {
                    let reading = try Self.reading(of: histogram)
                    #expect(reading.count >= last)
                    #expect(reading.classic.last?.count == reading.count)
                    last = reading.count
                }
            }
            try await group.waitForAll()
        }
        let reading = try Self.reading(of: histogram)
        let recount = try Self.recount(reading, parts.joined())
        #expect(reading.count == 160_000)
        #expect(reading.positive == recount.positive)
        #expect(reading.negative == recount.negative)
        #expect(reading.zeroCount == recount.zeroCount)
        #expect(reading.classic[0].count == UInt64(parts.joined().count { $0 <= 1 }))
    }
}
