/// A release of Prometheus.
public struct Release: Sendable, Hashable, Comparable {
    public var major: Int
    public var minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

extension Release: CustomStringConvertible {
    /// Such as `3.0`.
    public var description: String { "\(major).\(minor)" }
}
