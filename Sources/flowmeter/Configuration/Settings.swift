/// Every key of the configuration, in the order in which it is shown.
enum Settings {
    static let variablePrefix = "FLOWMETER_"

    static let listen = Setting(
        "listen", \.listen, .address, "Where the API listens.")
    static let data = Setting(
        "data", \.data, .directory, "The directory of the database; made when it is not there.")
    static let adminKey = Setting(
        "admin.key", optional: \.adminKey, .apiKey, isSecret: true,
        "The first admin API key. Without it, the first start makes one and prints it.")
    static let logLevel = Setting(
        "log.level", \.logLevel, .logLevel, "The least level that is logged.")
    static let serviceName = Setting(
        "service.name", \.serviceName, .serviceName, "The value of the metrics' service label.")
    static let monitoringEnabled = Setting(
        "monitoring.enabled", \.monitoringEnabled, .flag, aliases: ["MONITORING_ENABLED"],
        "Whether metrics are recorded and served.")
    static let monitoringPath = Setting(
        "monitoring.path", \.monitoringPath, .route, "The path at which metrics are served.")
    static let monitoringToken = Setting(
        "monitoring.token", optional: \.monitoringToken, .token, isSecret: true,
        "The bearer token that a scrape must carry. Without it, metrics are open.")
    static let monitoringListen = Setting(
        "monitoring.listen", optional: \.monitoringListen, .address,
        "An address for metrics alone. Without it, they are served where the API listens.")

    static let monitoringDialects = Setting(
        "monitoring.dialects", \.monitoringDialects, .dialects,
        "Which names metrics have, separated by commas: dialects that come with Flowmeter, files with others.")

    static let egressAllow = Setting(
        "egress.allow", optional: \.egressAllow, .hosts,
        "What steps may call beyond the public internet, separated by commas. Metadata services need their address.")
    static let egressTimeout = Setting(
        "egress.timeout", \.egressTimeout, .duration,
        "How long a call of a step takes at most, where the step does not say so.")
    static let egressConnectTimeout = Setting(
        "egress.connect_timeout", \.egressConnectTimeout, .duration,
        "How long it takes at most until the connection of a call stands.")
    static let egressMaxResponseBytes = Setting(
        "egress.max_response_bytes", \.egressMaxResponseBytes, .responseBytes,
        "The most bytes of an answer that a call takes in, whatever the step says.")
    static let egressRateLimits = Setting(
        "egress.rate_limits", optional: \.egressRateLimits, .rates,
        "How often steps call a host, separated by commas. A call beyond that waits as long as its time lasts.")

    static let webhooksFile = Setting(
        "webhooks.file", optional: \.webhooksFile, .file,
        "The file that says who may deliver webhooks. Without it, nobody may.")

    static let notificationsFile = Setting(
        "notifications.file", optional: \.notificationsFile, .file,
        "The file that says how people and programs are notified. Without it, only the log is.")

    static let recordsFile = Setting(
        "records.file", optional: \.recordsFile, .file,
        "The file that says where records are created and changed. Without it, nowhere.")

    static let retentionAge = Setting(
        "retention.age", optional: \.retentionAge, .age,
        "How long after its end an execution is kept. Without it, for ever.")
    static let retentionCount = Setting(
        "retention.count", optional: \.retentionCount, .executions,
        "How many of each workflow's newest executions are kept. Without it, all.")

    static let all = [
        listen, data, adminKey, logLevel, serviceName,
        monitoringEnabled, monitoringPath, monitoringToken, monitoringListen, monitoringDialects,
        egressAllow, egressTimeout, egressConnectTimeout, egressMaxResponseBytes, egressRateLimits,
        webhooksFile, notificationsFile, recordsFile,
        retentionAge, retentionCount,
    ]

    /// Variables with our prefix that the client commands read, and that no setting stands for.
    static let clientVariables = ["FLOWMETER_SERVER", "FLOWMETER_API_KEY", catalogueToken]
    static let catalogueToken = "FLOWMETER_CATALOGUE_TOKEN"
}
