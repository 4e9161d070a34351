/// What an ``HTTPMetricsMiddleware`` tells apart.
public struct HTTPMetricsOptions: Sendable {
    /// The statuses that IANA's registry lists, <https://www.iana.org/assignments/http-status-codes>.
    public static let registeredStatuses =
        Array(100...103) + Array(200...208) + [226] + Array(300...305) + [307, 308] + Array(400...417)
        + Array(421...426) + [428, 429, 431, 451] + Array(500...508) + [510, 511]

    /// The statuses that have series of their own; each other is `other` and counts as a label overflow.
    public var statuses = registeredStatuses
    /// Upper bounds in seconds.
    public var durationBuckets = RequestFamilies.durationBuckets
    /// Upper bounds in bytes.
    public var sizeBuckets = RequestFamilies.sizeBuckets
    /// Up to how many bytes a body of known length counts as sent when its response is ready. Hummingbird writes such a
    /// response in one piece, but only if nothing watches the body. 0 watches each body that is not empty.
    public var wholeBodyBytes = 16_384

    /// The defaults that the properties name.
    public init() {}
}
