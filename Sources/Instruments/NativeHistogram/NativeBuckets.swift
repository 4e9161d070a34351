/// How a native histogram divides its values: buckets that grow by a constant factor, and a zero bucket.
///
/// ```swift
/// NativeBuckets(growthFactor: 1.1)
/// NativeBuckets(schema: 3, zeroThreshold: 1e-6, limit: 100)
/// ```
///
/// Checked when a family is registered.
public struct NativeBuckets: Sendable, Hashable {
    /// How finely values are told apart.
    public enum Resolution: Sendable, Hashable {
        /// From −4, where each bucket's bound is 65536 times the one before, to 8, where it is 1.0027 times: the factor is
        /// 2^(2^−schema).
        case schema(Int)
        /// The greatest factor that is wanted between a bucket's bound and the one before, above 1. It stands for the
        /// coarsest schema that keeps to it, or for schema 8 if none does.
        case growthFactor(Double)
    }

    /// How finely values are told apart, until buckets run short.
    public var resolution: Resolution
    /// Values from −threshold to threshold are counted in the zero bucket. Finite, not below 0.
    public var zeroThreshold: Double
    /// When buckets run short, the zero bucket is first widened to the last bound up to here, if that empties a bucket.
    /// Equal to ``zeroThreshold`` when it must keep its width. Finite, not below ``zeroThreshold``.
    public var maximumZeroThreshold: Double
    /// How many buckets there may be, negative and positive together and the zero bucket apart: 1 to 65536. When another
    /// is needed, resolution halves, twice as wide a factor for half the buckets, until there is room; at schema −4, which
    /// has 266 buckets, the limit gives way instead.
    public var limit: Int

    /// The width of the zero bucket when none is chosen, 2⁻¹²⁸: less than anything that is measured in base units.
    public static let defaultZeroThreshold = 0x1p-128
    /// The number of buckets when none is chosen.
    public static let defaultLimit = 160

    /// Checked when a family is registered; nothing here traps. Without a greatest threshold, the zero bucket keeps its
    /// width.
    public init(
        growthFactor: Double = 1.1, zeroThreshold: Double = defaultZeroThreshold,
        maximumZeroThreshold: Double? = nil, limit: Int = defaultLimit
    ) {
        self.init(.growthFactor(growthFactor), zeroThreshold, maximumZeroThreshold, limit)
    }

    /// Checked when a family is registered; nothing here traps. Without a greatest threshold, the zero bucket keeps its
    /// width.
    public init(
        schema: Int, zeroThreshold: Double = defaultZeroThreshold,
        maximumZeroThreshold: Double? = nil, limit: Int = defaultLimit
    ) {
        self.init(.schema(schema), zeroThreshold, maximumZeroThreshold, limit)
    }

    private init(
        _ resolution: Resolution, _ zeroThreshold: Double, _ maximumZeroThreshold: Double?, _ limit: Int
    ) {
        self.resolution = resolution
        self.zeroThreshold = zeroThreshold
        self.maximumZeroThreshold = maximumZeroThreshold ?? zeroThreshold
        self.limit = limit
    }

    /// The schema to start with. Within −4 to 8 whatever the resolution says.
    var schema: Int {
        switch resolution {
        case .schema(let schema): min(max(schema, BucketIndex.schemas.lowerBound), BucketIndex.schemas.upperBound)
        case .growthFactor(let factor): ExponentialBounds.coarsestSchema { $0 <= factor }
        }
    }

    /// What is wrong with it and a remedy; nil if it can be registered.
    var mistake: String? {
        switch resolution {
        case .schema(let schema) where !BucketIndex.schemas.contains(schema):
            return "the schema \(schema) is not within -4 to 8. Choose one of these."
        case .growthFactor(let factor) where !(factor > 1) || !factor.isFinite:
            return "the growth factor \(factor) is not a finite number above 1. 1.1 suits most."
        default: break
        }
        if !(zeroThreshold >= 0) || !zeroThreshold.isFinite {
            return "the zero threshold \(zeroThreshold) is not a finite number from 0 on. Leave it out for 2^-128."
        }
        if !(maximumZeroThreshold >= zeroThreshold) || !maximumZeroThreshold.isFinite {
            return "the maximum zero threshold \(maximumZeroThreshold) is not a finite number from the zero threshold"
                + " \(zeroThreshold) on. Leave it out for a zero bucket that keeps its width."
        }
        if !(1...65_536).contains(limit) {
            return "the limit of \(limit) buckets is not within 1 to 65536. Leave it out for \(Self.defaultLimit)."
        }
        return nil
    }
}

extension ExponentialBounds {
    /// The least schema whose growth factor satisfies a condition that all finer ones satisfy too; 8 if none does.
    static func coarsestSchema(where condition: (Double) -> Bool) -> Int {
        var factor = 0x1p16
        for schema in BucketIndex.schemas {
            if condition(factor) { return schema }
            factor = factor.squareRoot()
        }
        return BucketIndex.schemas.upperBound
    }

    /// The growth factor of a schema.
    static func growthFactor(of schema: Int) -> Double {
        BucketIndex.upperBound(of: 1, shift: BucketIndex.shift(of: schema))
    }
}

extension NativeBuckets: CustomStringConvertible {
    /// Such as `schema 3, zero threshold 1e-06, at most 100`.
    public var description: String {
        let widened = maximumZeroThreshold > zeroThreshold ? " up to \(maximumZeroThreshold)" : ""
        return "schema \(schema), zero threshold \(zeroThreshold)\(widened), at most \(limit)"
    }
}
