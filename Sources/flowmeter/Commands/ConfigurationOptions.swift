import ArgumentParser
import Foundation

/// The settings as options of a command. Every one of ``Settings/all`` has its option here.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read this file instead of flowmeter.yaml.", valueName: "FILE"))
    var config: String?

    @Option(Settings.listen) var listen: String?
    @Option(Settings.data) var data: String?
    @Option(Settings.adminKey) var adminKey: String?
    @Option(Settings.logLevel) var logLevel: String?
    @Option(Settings.serviceName) var serviceName: String?
    @Option(Settings.monitoringEnabled) var monitoringEnabled: String?
    @Option(Settings.monitoringPath) var monitoringPath: String?
    @Option(Settings.monitoringToken) var monitoringToken: String?
    @Option(Settings.monitoringListen) var monitoringListen: String?
    @Option(Settings.monitoringDialects) var monitoringDialects: String?
    @Option(Settings.egressAllow) var egressAllow: String?
    @Option(Settings.egressTimeout) var egressTimeout: String?
    @Option(Settings.egressConnectTimeout) var egressConnectTimeout: String?
    @Option(Settings.egressMaxResponseBytes) var egressMaxResponseBytes: String?
    @Option(Settings.egressRateLimits) var egressRateLimits: String?
    @Option(Settings.webhooksFile) var webhooksFile: String?
    @Option(Settings.notificationsFile) var notificationsFile: String?
    @Option(Settings.recordsFile) var recordsFile: String?
    @Option(Settings.retentionAge) var retentionAge: String?
    @Option(Settings.retentionCount) var retentionCount: String?

    /// The options that were given, by the key of their setting.
    var given: [String: String] {
        let options = [
            (Settings.listen, listen), (Settings.data, data), (Settings.adminKey, adminKey),
            (Settings.logLevel, logLevel), (Settings.serviceName, serviceName),
            (Settings.monitoringEnabled, monitoringEnabled), (Settings.monitoringPath, monitoringPath),
            (Settings.monitoringToken, monitoringToken), (Settings.monitoringListen, monitoringListen),
            (Settings.monitoringDialects, monitoringDialects), (Settings.egressAllow, egressAllow),
            (Settings.egressTimeout, egressTimeout), (Settings.egressConnectTimeout, egressConnectTimeout),
            (Settings.egressMaxResponseBytes, egressMaxResponseBytes), (Settings.egressRateLimits, egressRateLimits),
            (Settings.webhooksFile, webhooksFile), (Settings.notificationsFile, notificationsFile),
            (Settings.recordsFile, recordsFile), (Settings.retentionAge, retentionAge),
            (Settings.retentionCount, retentionCount),
        ]
        return options.reduce(into: [:]) { $0[$1.0.key] = $1.1 }
    }

    func resolve() throws -> ResolvedConfiguration {
        try ResolvedConfiguration(
            flags: given, environment: ProcessInfo.processInfo.environment, file: config)
    }
}

extension Option where Value == String? {
    /// The option of a setting. Its value is checked with the rest of the configuration.
    fileprivate init(_ setting: Setting) {
        let summary = setting.summary + (setting.fallback.map { " (default: \($0))" } ?? "")
        self.init(name: .customLong(setting.flag), help: ArgumentHelp("\(summary)", valueName: setting.placeholder))
    }
}
