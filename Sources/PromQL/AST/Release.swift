/// A release of Prometheus.
public struct Release: Sendable, Hashable, Comparable {
    /// The 3 of 3.5.
    public var major: Int
    /// The 5 of 3.5.
    public var minor: Int

    /// A release, whatever its patch.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Whether one came before the other.
    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

extension Release: CustomStringConvertible {
    /// Such as `3.0`.
    public var description: String { "\(major).\(minor)" }
}
