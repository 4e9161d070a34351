/// A point in time: microseconds since 1970-01-01T00:00:00Z.
///
/// The pure core never asks what time it is; timestamps come in with the events it handles.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Saturates at the ends of the range instead of trapping.
    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (sum, overflow) = left.microseconds.addingReportingOverflow(right.inMicroseconds)
        return Timestamp(microseconds: overflow ? .max : sum)
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds &- right.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, saturating.
    public var inMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : scaled + attoseconds / 1_000_000_000_000
    }

    /// Seconds as a double, for metrics.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
