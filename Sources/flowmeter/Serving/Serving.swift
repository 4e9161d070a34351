import Foundation
import Instruments
import Logging
import Runtime
import SQLiteJournal
import Server
import ServiceLifecycle
import Telemetry
import UnixSignals
import Workflow

/// Puts the server together and runs it.
struct Serving {
    private let configuration: Configuration
    private let logger: Logger
    private let registry = Registry()

    init(_ configuration: Configuration) {
        self.configuration = configuration
        let level = configuration.logLevel
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
        logger = Logger(label: "flowmeter")
    }

    /// Returns when the server was asked to stop and all that ran has drained or is handed back.
    func run() async throws {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let webhooks = try configuration.webhookSources()
        let outside = Outside(
            channels: try configuration.notificationChannels(), resources: try configuration.recordResources(),
            context: try configuration.contextSettings())
        let directory = try DataDirectory(configuration.data)
        let recorders = try self.recorders()
        try BuildInstruments.register(in: registry, recorders)
        try StorageInstruments.register(directory, recorders)
        let journal = try open(directory, recorders)
        let uses = configuration.integrationUses(outside.channels, outside.resources, outside.context)
        let integrations = try IntegrationMetrics(recorders: recorders, configured: uses)
        let egress = EgressClient(options: try configuration.egressOptions()) { [logger] fact in
            integrations.record(fact)
            guard case .breaker(let integration, _, let state) = fact else { return }
            logger.log(
                level: state == .open ? .warning : .info, "a circuit breaker has changed its state",
                metadata: ["integration": "\(integration)", "state": "\(state)"])
        }
        integrations.watch(egress)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await serve(journal, egress, integrations, webhooks, outside, directory, recorders))
        } catch {
            result = .failure(error)
        }
        await egress.shutDown()
        await journal.close()
        try result.get()
    }

    private func serve(
        _ journal: SQLiteJournal, _ egress: EgressClient, _ integrations: IntegrationMetrics,
        _ webhooks: [WebhookSource], _ outside: Outside, _ directory: DataDirectory,
        _ recorders: Recorders
    ) async throws {
        Console.print("Flowmeter \(Version.number)")
        let keys = try await KeyStore(journal: journal)
        // Printed as soon as it is stored: whatever fails after this, the key is not lost.
        if let key = try await keys.ensureAdminKey(preset: configuration.adminKey) { Banner.print(firstKey: key.text) }
        let engine = try await Engine(
            journal: journal, recorders: recorders,
            options: EngineOptions(
                holder: "flowmeter-\(getpid())", isSoleProcess: true, configured: outside.names,
                retention: Retention(age: configuration.retentionAge, count: configuration.retentionCount)),
            logger: logger, activities: try outside.activities(egress, recorders, logger), integrations: integrations)
        let server = try APIServer(
            engine: engine, keys: keys, webhooks: webhooks, registry: registry, recorders: recorders,
            options: serverOptions, logger: logger,
            onListening: { [configuration] api, metrics in
                Banner.print(configuration, api: api, metrics: metrics, data: directory.path)
            })
        try await run([engine, server])
    }

    /// Shutdown goes from the last to the first: no more requests, then no more executions.
    private func run(_ services: [any Service]) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as ListenError {
            let isMetrics = configuration.monitoringListen.map { $0.host == error.host && $0.port == error.port }
            throw CommandError(
                .refused, "\(error): \(systemMessage(error.errnoCode).lowercasedFirst)",
                remedy: isMetrics == true
                    ? "name another address with --monitoring-listen or FLOWMETER_MONITORING_LISTEN"
                    : "name another address with --listen or FLOWMETER_LISTEN")
        }
    }

    /// Where metrics are off, nothing is recorded.
    private func recorders() throws -> Recorders {
        let dialects = configuration.monitoringEnabled ? try configuration.dialects() : []
        do {
            return try Recorders(registry: registry, dialects: dialects)
        } catch {
            throw CommandError(.refused, "the dialects do not fit together", remedy: error.description)
        }
    }

    private func open(_ directory: DataDirectory, _ recorders: Recorders) throws -> SQLiteJournal {
        let instruments = try DatabaseInstruments(recorders: recorders)
        do throws(SQLiteJournalError) {
            let journal = try SQLiteJournal(path: directory.database) { instruments.observe($0) }
            instruments.watch(journal)
            return journal
        } catch {
            throw CommandError(.refused, error.message, remedy: error.remedy)
        }
    }

    private var serverOptions: ServerOptions {
        ServerOptions(
            host: configuration.listen.host, port: configuration.listen.port, serviceName: configuration.serviceName,
            monitoring: MonitoringOptions(
                enabled: configuration.monitoringEnabled, path: configuration.monitoringPath,
                token: configuration.monitoringToken,
                listen: configuration.monitoringListen.map { .init(host: $0.host, port: $0.port) }))
    }
}

/// What the configuration says of the world that definitions name.
private struct Outside: Sendable {
    let channels: NotificationChannels
    let resources: [String: RecordResource]
    let context: ContextSettings?

    var names: ConfiguredNames {
        var names = channels.names
        names.entities = resources.keys.sorted()
        names.contextSources = context?.names
        return names
    }

    func activities(
        _ egress: EgressClient, _ recorders: Recorders, _ logger: Logger
    ) throws(RegistrationError) -> [ActivityKind: any Activity] {
        let requests = HTTPRequestActivity(egress: egress)
        let records = RecordActivity(resources: resources, requests: requests)
        var activities: [ActivityKind: any Activity] = [
            .httpRequest: requests, .webhook: WebhookActivity(channels: channels, requests: requests),
            .notify: NotifyActivity(channels: channels, requests: requests, logger: logger),
            .createRecord: records, .updateRecord: records,
        ]
        // Its families are there also where nothing is loaded.
        let cache = try ContextCache(
            bounds: context?.bounds ?? .init(), sources: context?.cached ?? [], recorders: recorders)
        if let context {
            activities[.load] = LoadActivity(sources: context.sources, cache: cache, requests: requests, logger: logger)
        }
        return activities
    }
}
