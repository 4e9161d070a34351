import Workflow

/// How calls to the outside are made.
public struct EgressOptions: Sendable {
    /// What may be called beyond the public internet.
    public var rules = EgressRules.none
    /// The most bytes of an answer's body that are taken in; a call may ask for less.
    public var maxResponseBytes = Limits.responseBytes
    /// How long it takes at most until a connection stands.
    public var connectTimeout = Duration.seconds(5)
    /// How long a call takes at most, with all that belongs to it, where it does not say so itself.
    public var timeout = Duration.seconds(30)
    /// How many connections there are to one host; what comes beyond waits for one.
    public var connectionsPerHost = 128
    /// When calls to a service that fails are held back.
    public var breaker = CircuitBreaker.Settings.standard
    /// How often a service is called, by the name of the integration, or by its host where it has none.
    public var rateLimits: [String: RateLimit] = [:]

    /// The public internet alone; 30 seconds and 1 MiB a call.
    public init() {}
}
