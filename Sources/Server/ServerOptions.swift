/// Where the server listens, what it shows of itself, and how much it takes in.
public struct ServerOptions: Sendable {
    /// The address of the API: a host name, an IPv4 or an IPv6 address.
    public var host: String
    /// The port of the API; 0 lets the system choose one.
    public var port: Int
    /// The value of the label `service` of every HTTP metric.
    public var serviceName: String
    public var monitoring: MonitoringOptions
    public var limits: ServerLimits

    public init(
        host: String = "127.0.0.1", port: Int = 8080, serviceName: String = "flowmeter",
        monitoring: MonitoringOptions = MonitoringOptions(), limits: ServerLimits = ServerLimits()
    ) {
        self.host = host
        self.port = port
        self.serviceName = serviceName
        self.monitoring = monitoring
        self.limits = limits
    }
}

/// How metrics are served.
public struct MonitoringOptions: Sendable {
    /// When false, no address serves metrics: the path answers 404.
    public var enabled: Bool
    /// The path of the scrape, with its leading slash.
    public var path: String
    /// What a scrape must show as `Authorization: Bearer`; nil leaves the path open.
    public var token: String?
    /// An address of its own for the metrics; nil serves them on the API's address.
    public var listen: Address?

    /// A host and a port; port 0 lets the system choose one.
    public struct Address: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(enabled: Bool = true, path: String = "/metrics", token: String? = nil, listen: Address? = nil) {
        self.enabled = enabled
        self.path = path
        self.token = token
        self.listen = listen
    }
}

/// Services are logged with all that they hold.
extension MonitoringOptions: CustomStringConvertible {
    public var description: String { "MonitoringOptions(enabled: \(enabled), path: \(path))" }
}

/// What a request may ask for at most.
public struct ServerLimits: Sendable {
    /// The longest body of a request, in bytes; a batch of events may be four times as long.
    public var bodyBytes: Int
    /// Events in one batch.
    public var batchEvents: Int
    /// Deliveries of webhooks that may be under way to the journal at once.
    public var webhookQueue: Int
    /// The size of a page of a list when the request names none.
    public var defaultPageSize: Int
    public var maxPageSize: Int
    /// The longest time that `wait` may name.
    public var maxWait: Duration
    /// How long a body may take to arrive, and how long an answer may take beyond what `wait` allows.
    public var requestTimeout: Duration
    /// How long a connection may be silent between requests.
    public var idleTimeout: Duration
    /// How long a shutdown lets requests that are under way go on.
    public var drainTimeout: Duration

    public init(
        bodyBytes: Int = 4 << 20, batchEvents: Int = 1_000, webhookQueue: Int = 256, defaultPageSize: Int = 50,
        maxPageSize: Int = 200, maxWait: Duration = .seconds(60), requestTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(120), drainTimeout: Duration = .seconds(15)
    ) {
        self.bodyBytes = bodyBytes
        self.batchEvents = batchEvents
        self.webhookQueue = webhookQueue
        self.defaultPageSize = defaultPageSize
        self.maxPageSize = maxPageSize
        self.maxWait = maxWait
        self.requestTimeout = requestTimeout
        self.idleTimeout = idleTimeout
        self.drainTimeout = drainTimeout
    }

    var batchBytes: Int { bodyBytes * 4 }
}
