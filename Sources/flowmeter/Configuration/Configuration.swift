import Logging
import Runtime
import Telemetry

/// What `flowmeter serve` runs with: every value read and checked. The initial values are the defaults.
struct Configuration: Sendable, Equatable {
    var listen = Address(host: "127.0.0.1", port: 8080)
    var data = "./flowmeter-data"
    var adminKey: String?
    var logLevel = Logger.Level.info
    var serviceName = "flowmeter"
    var monitoringEnabled = true
    var monitoringPath = "/metrics"
    var monitoringToken: String?
    var monitoringListen: Address?
    /// Names of shipped dialects, and paths of files with others.
    var monitoringDialects = [Dialect.standard]
    /// Entries of ``EgressRules``.
    var egressAllow: [String]?
    var egressTimeout = EgressOptions().timeout
    var egressConnectTimeout = EgressOptions().connectTimeout
    var egressMaxResponseBytes = EgressOptions().maxResponseBytes
    /// By host, with its port where it is not the usual one.
    var egressRateLimits: [String: RateLimit]?
    /// The file of the webhooks' sources.
    var webhooksFile: String?
    /// The file of the sources from which the context is loaded.
    var contextFile: String?
    /// The file of the channels by which people are told.
    var notificationsFile: String?
    /// The file of the resources in which records are kept.
    var recordsFile: String?
    var retentionAge: Duration?
    var retentionCount: Int?
}

extension Configuration {
    /// How steps call out.
    func egressOptions() throws(EgressRulesError) -> EgressOptions {
        var options = EgressOptions()
        options.rules = try EgressRules(allow: egressAllow ?? [])
        options.timeout = egressTimeout
        options.connectTimeout = egressConnectTimeout
        options.maxResponseBytes = egressMaxResponseBytes
        options.connectionsPerHost = EgressClient.concurrency / 2
        options.rateLimits = egressRateLimits ?? [:]
        return options
    }

    /// What the configuration and the files that it names have the server call.
    func integrationUses(
        _ channels: NotificationChannels, _ resources: [String: RecordResource], _ context: ContextSettings?
    ) -> [IntegrationUse] {
        (egressRateLimits ?? [:]).keys.sorted().map { IntegrationUse(name: $0) }
            + channels.uses + resources.values.flatMap(\.uses) + (context?.sources.map(\.use) ?? [])
    }

    /// What the operator should know before the first request, in sentences.
    var warnings: [String] {
        guard hasPublicMetrics else { return [] }
        let other = monitoringListen == nil ? ", or give them an address of their own with monitoring.listen" : ""
        return ["metrics are open to everyone who reaches \(monitoringListen ?? listen): set monitoring.token\(other)"]
    }

    /// Whether metrics stand on an address that others can reach, without a token.
    private var hasPublicMetrics: Bool {
        monitoringEnabled && monitoringToken == nil && !(monitoringListen ?? listen).isLoopback
    }
}
