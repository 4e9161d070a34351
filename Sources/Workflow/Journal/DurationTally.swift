/// How long things took: how many, how long together, and how many in each bucket, so that any quantile can be told.
///
/// Eight buckets to each doubling, by microseconds: a quantile is off by at most a sixteenth. Tallies add up.
public struct DurationTally: Sendable, Hashable {
    public private(set) var count = 0
    /// Of all durations together, in microseconds; saturates.
    public private(set) var microseconds: Int64 = 0
    /// Ascending, none of them empty.
    private var buckets: [Bucket] = []

    private struct Bucket: Sendable, Hashable {
        let number: Int
        var count: Int
    }

    public init() {}

    /// - Parameter duration: less than nothing counts as nothing.
    public mutating func add(_ duration: Duration) {
        let value = max(0, duration.inMicroseconds)
        count += 1
        microseconds = Self.sum(microseconds, value)
        add(1, to: Self.bucket(of: value))
    }

    public mutating func add(_ other: DurationTally) {
        count += other.count
        microseconds = Self.sum(microseconds, other.microseconds)
        for bucket in other.buckets { add(bucket.count, to: bucket.number) }
    }

    public var mean: Duration? { count > 0 ? .microseconds(microseconds / Int64(count)) : nil }

    /// The duration that the given part of them does not exceed; nil when there are none.
    /// - Parameter part: 0 to 1.
    public func quantile(_ part: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = min(max(1, Int((part * Double(count)).rounded(.up))), count)
        var before = 0
        for bucket in buckets {
            guard before + bucket.count < rank else {
                let place = (Double(rank - before) - 0.5) / Double(bucket.count)
                let width = Double(Self.width(of: bucket.number))
                return .microseconds(Self.start(of: bucket.number) + Int64(width * place))
            }
            before += bucket.count
        }
        return nil
    }

    // MARK: Buckets

    /// Those below 8 hold one value each.
    private static func bucket(of value: Int64) -> Int {
        guard value >= 8 else { return Int(value) }
        let power = 63 - value.leadingZeroBitCount
        return (power - 2) * 8 + Int(value >> (power - 3)) & 7
    }

    private static func start(of bucket: Int) -> Int64 {
        bucket < 8 ? Int64(bucket) : Int64(8 + bucket % 8) << (bucket / 8 - 1)
    }

    private static func width(of bucket: Int) -> Int64 { bucket < 8 ? 1 : 1 << (bucket / 8 - 1) }

    private static let lastBucket = bucket(of: .max)

    private mutating func add(_ count: Int, to number: Int) {
        var (low, high) = (0, buckets.count)
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].number < number { low = middle + 1 } else { high = middle }
        }
        if low < buckets.count, buckets[low].number == number {
            buckets[low].count += count
        } else {
            buckets.insert(Bucket(number: number, count: count), at: low)
        }
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    // MARK: For journals

    /// The buckets as bytes: for each the distance from the one before and its count, seven bits to a byte.
    public var encodedBuckets: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(buckets.count * 3)
        var last = 0
        for bucket in buckets {
            Self.write(bucket.number - last, to: &bytes)
            Self.write(bucket.count, to: &bytes)
            last = bucket.number
        }
        return bytes
    }

    private static func write(_ value: Int, to bytes: inout [UInt8]) {
        var rest = UInt(bitPattern: value)
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Adds what ``encodedBuckets`` and the sum of a tally say.
    /// - Returns: false, and nothing is added, when the bytes cannot be understood.
    public mutating func add(encodedBuckets bytes: [UInt8], microseconds: Int64) -> Bool {
        var read: [Bucket] = []
        var rest = bytes[...]
        var (last, sum) = (0, 0)
        while !rest.isEmpty {
            guard let step = Self.read(&rest), let count = Self.read(&rest), step <= Self.lastBucket - last,
                step > 0 || read.isEmpty,
                count <= Int.max / 2 - sum
            else { return false }
            last += step
            sum += count
            read.append(Bucket(number: last, count: count))
        }
        if buckets.isEmpty {
            buckets = read
        } else {
            for bucket in read { add(bucket.count, to: bucket.number) }
        }
        count += sum
        self.microseconds = Self.sum(self.microseconds, max(0, microseconds))
        return true
    }

    private static func read(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        var value: UInt = 0
        for shift in stride(from: UInt(0), to: 56, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt(byte & 127) << shift
            if byte < 128 { return Int(value) }
        }
        return nil
    }
}
