import Hummingbird
public import Instruments
public import Logging
public import NIOCore
public import Runtime
public import ServiceLifecycle
import Synchronization
public import Telemetry

/// The HTTP API and the metrics, each on its address.
///
/// ``run()`` returns when the task is cancelled or its service group shuts down: the server then takes no more
/// connections, lets requests that are under way finish, and gives up on those that take longer than
/// ``ServerLimits/drainTimeout``.
public struct APIServer: Service {
    /// Called once, when all addresses are bound: the API's, and that of the metrics if they have one of their own.
    public typealias Listener = @Sendable (_ api: SocketAddress, _ metrics: SocketAddress?) -> Void

    private let engine: Engine
    private let options: ServerOptions
    private let logger: Logger
    private let onListening: Listener
    let responder: APIResponder
    let webhookQueue: WebhookQueue
    /// Nil when the metrics have no address of their own.
    let metricsResponder: APIResponder?

    /// - Parameters:
    ///   - registry: what a scrape shows.
    ///   - recorders: what records the requests.
    ///   - webhooks: who may deliver, each under a name of its own.
    /// - Throws: `RegistrationError` when the registry holds other families under the names of the HTTP metrics.
    public init(
        engine: Engine, keys: KeyStore, webhooks: [WebhookSource] = [], registry: Registry, recorders: Recorders,
        options: ServerOptions, logger: Logger, onListening: @escaping Listener = { _, _ in }
    ) throws {
        self.engine = engine
        self.options = options
        self.logger = logger
        self.onListening = onListening
        let metrics = try HTTPMetrics(recorders: recorders, service: options.serviceName)
        let limits = options.limits
        let monitoring = options.monitoring
        let scrape = monitoring.enabled ? MetricsRoute(registry: registry, options: monitoring).routes : []
        let makeResponder = { (routes: [Route]) in
            APIResponder(routes: routes, keys: keys, metrics: metrics, logger: logger, limits: limits)
        }
        let queue = WebhookQueue(limit: limits.webhookQueue)
        webhookQueue = queue
        try recorders.observe(Signals.webhookQueue) { [Observed(NoAttributes(), Double(queue.depth))] }
        let sources = Dictionary(webhooks.map { ($0.name, $0) }) { first, _ in first }
        let receiving = WebhookRoutes(engine: engine, sources: sources, queue: queue)
        let api = Self.routes(engine: engine, keys: keys, sources: Set(sources.keys), limits: limits) + receiving.routes
        responder = makeResponder(monitoring.listen == nil ? api + scrape : api)
        metricsResponder = monitoring.listen != nil && monitoring.enabled ? makeResponder(scrape) : nil
    }

    /// All routes of the API, without the webhooks and the scrape.
    ///
    /// - Parameter sources: the webhooks' names.
    static func routes(engine: Engine, keys: KeyStore, sources: Set<String>, limits: ServerLimits) -> [Route] {
        HealthRoutes(engine: engine).routes
            + WorkflowRoutes(engine: engine, limits: limits, sources: sources).routes
            + RuleRoutes(engine: engine, limits: limits).routes
            + ScheduleRoutes(engine: engine, limits: limits).routes
            + ApprovalRoutes(engine: engine, limits: limits).routes
            + EventRoutes(engine: engine, limits: limits).routes
            + ExecutionRoutes(engine: engine, limits: limits).routes
            + BulkRoutes(engine: engine).routes
            + AnalyticsRoutes(engine: engine, limits: limits).routes
            + LiveRoutes(engine: engine, keys: keys).routes
            + KeyRoutes(keys: keys).routes
    }

    /// - Throws: ``ListenError`` when an address cannot be bound.
    public func run() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        // Tasks of their own: a handler that waits in the engine cannot be cut off, and must not hold the shutdown up.
        let servers = Task {
            do {
                try await serve()
                end.yield(.success(()))
            } catch {
                end.yield(.failure(error))
            }
        }
        let timer = Task {
            try await gracefulShutdown()
            engine.stopWaiting()
            try await Task.sleep(for: options.limits.drainTimeout)
            logger.warning("requests were still under way when the time for them to finish was over")
            end.yield(.success(()))
        }
        defer {
            servers.cancel()
            timer.cancel()
        }
        // Cancellation ends the stream.
        for await result in ends { return try result.get() }
    }

    private func serve() async throws {
        let addresses = Addresses(expectsMetrics: metricsResponder != nil, onListening)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let api = application(responder, host: options.host, port: options.port) { addresses.bound(api: $0) }
            group.addTask { try await api.serve() }
            if let metricsResponder, let listen = options.monitoring.listen {
                let metrics = application(metricsResponder, host: listen.host, port: listen.port) {
                    addresses.bound(metrics: $0)
                }
                group.addTask { try await metrics.serve() }
            }
            // The first that fails, an address that is taken, ends them all.
            while try await group.next() != nil {}
        }
    }

    private struct Listening: Sendable {
        let application: Application<APIResponder>
        let host: String
        let port: Int

        func serve() async throws {
            do {
                try await application.run()
            } catch let error as IOError {
                throw ListenError(host: host, port: port, errnoCode: error.errnoCode)
            }
        }
    }

    private func application(
        _ responder: APIResponder, host: String, port: Int, onBound: @escaping @Sendable (SocketAddress) -> Void
    ) -> Listening {
        Listening(
            application: Self.application(
                responder, address: .hostname(host, port: port), limits: options.limits, logger: logger
            ) { channel in
                if let address = channel.localAddress { onBound(address) }
            },
            host: host, port: port)
    }

    static func application(
        _ responder: APIResponder, address: BindAddress, limits: ServerLimits, logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<APIResponder> {
        var quiet = logger
        // The framework's own lines: what matters of them is told by the binary.
        if quiet.logLevel < .notice { quiet.logLevel = .notice }
        return Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuard(responder: responder)],
                    idleTimeout: TimeAmount(limits.idleTimeout),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(address: address, serverName: nil), onServerRunning: onRunning, logger: quiet)
    }

    /// Waits until all addresses are bound, then tells them.
    private final class Addresses: Sendable {
        private let expectsMetrics: Bool
        private let tell: Listener
        private let known = Mutex<(api: SocketAddress?, metrics: SocketAddress?)>((nil, nil))

        init(expectsMetrics: Bool, _ tell: @escaping Listener) {
            self.expectsMetrics = expectsMetrics
            self.tell = tell
        }

        func bound(api: SocketAddress? = nil, metrics: SocketAddress? = nil) {
            let known = known.withLock { known in
                known = (api ?? known.api, metrics ?? known.metrics)
                return known
            }
            if let api = known.api, known.metrics != nil || !expectsMetrics { tell(api, known.metrics) }
        }
    }
}

/// An address cannot be listened on.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    /// What the system said.
    public let errnoCode: CInt

    public var description: String { "cannot listen on \(host):\(port)" }
}
