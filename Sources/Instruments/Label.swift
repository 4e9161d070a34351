/// A label of a family: its name, and the values that it may take.
///
/// ```swift
/// Label("method", .closed(["GET", "POST"]))
/// Label("path", .route)
/// Label("user", .open(cap: 100))
/// Label("plan", .open(cap: 100, idle: .seconds(3600), reserved: ["gold", "silver"]))
/// ```
public struct Label: Sendable, Hashable {
    /// The set of values that a label may take, which bounds the number of series.
    public enum Domain: Sendable, Hashable {
        /// These values. Any other becomes ``Label/overflowValue`` and is counted as an overflow.
        case closed([String])
        /// Route templates (`/orders/{id}`), never raw paths: bounded by the routes there are.
        case route
        /// Names that a definition or the configuration declares: bounded by what is deployed.
        case declared
        /// Anything; after `cap` different values, a new one becomes ``Label/overflowValue`` and is counted as an
        /// overflow. Values that are in use stay.
        ///
        /// - `idle`: a series that shows the same at all scrapes and snapshots over this time is taken out, and its values
        ///   make room for others; nil for never. If a family has several such labels, the shortest time counts. A series
        ///   whose instrument somebody keeps is in use and stays, so that no recording goes unseen. One that comes back
        ///   starts at 0, as after a restart. A gauge that is set to the same value again and again counts as idle.
        /// - `reserved`: values for which there is always room, whatever else came first. They are part of the cap: the
        ///   others share what is left of it.
        case open(cap: Int, idle: Duration? = nil, reserved: [String] = [])
    }

    /// The value that stands in for those outside the domain: `other`.
    public static let overflowValue = "other"

    /// Matches `[a-zA-Z_][a-zA-Z0-9_]*`, or is anything but empty if the registry has UTF-8 names. `le`, `quantile`, names
    /// that start with `__`, and those that become `__name__` where names are escaped (`_name_`) are reserved. Checked
    /// when a family is registered.
    public let name: String
    /// The values that the label may take.
    public let domain: Domain

    /// A label of this name, checked when its family is registered.
    public init(_ name: String, _ domain: Domain) {
        self.name = name
        self.domain = domain
    }
}

extension Label: CustomStringConvertible {
    /// The name and the domain, as error messages show them: `method (closed: GET, POST)`.
    public var description: String {
        switch domain {
        case .closed(let values): "\(name) (closed: \(values.joined(separator: ", ")))"
        case .route: "\(name) (route)"
        case .declared: "\(name) (declared)"
        case .open(let cap, let idle, let reserved):
            "\(name) (open, cap \(cap)\(idle.map { ", idle \($0)" } ?? "")"
                + (reserved.isEmpty ? ")" : ", reserved \(reserved.joined(separator: ", ")))")
        }
    }
}
