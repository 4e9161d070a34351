import Foundation
import TestSupport
import ProgramUnderTest
import Testing
import Workflow

/// Prometheus and Alertmanager with the files that are rendered, sixty times as fast, and a receiver behind them.
///
/// Minutes become seconds: ranges, `for`, the intervals of scrapes and groups. Addresses are those of the test. All else
/// is as it is rendered.
final class AlertChain {
    let prometheus: Prometheus
    private let alertmanager = Process()
    private let receiver: Receiver
    private let rendered: RenderedMonitoring

    /// The dialects whose alerts are loaded.
    static let alerting = ["intelligent-workflows", "compozy"]

    /// - Parameters:
    ///   - address: of the receiver of webhooks, Slack's messages and PagerDuty's.
    ///   - mailPort: of the server that takes emails.
    init(_ rendered: RenderedMonitoring, receiver: Receiver, address: String, mailPort: Int) async throws {
        (self.rendered, self.receiver) = (rendered, receiver)
        let (prometheusPort, alertmanagerPort) = (try await FreePort.find(), try await FreePort.find())
        let home = Self.alerting[0]
        try Self.configureAlertmanager(rendered, home, receiver: address, mailPort: mailPort)
        alertmanager.executableURL = try Prometheus.tool("prometheus-alertmanager")
        alertmanager.arguments = [
            "--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:\(alertmanagerPort)", "--log.level=warn",
        ]
        alertmanager.currentDirectoryURL = URL(fileURLWithPath: rendered.folder(home) + "/alertmanager")
        alertmanager.standardError = FileHandle.nullDevice
        try alertmanager.start()
        try Self.configurePrometheus(rendered, home, prometheusPort, alertmanagerPort)
        prometheus = try Prometheus(folder: rendered.folder(home) + "/prometheus", port: prometheusPort)
    }

    func stop() {
        prometheus.stop()
        alertmanager.terminate()
        alertmanager.waitUntilExit()
    }

    private static func configureAlertmanager(
        _ rendered: RenderedMonitoring, _ home: String, receiver: String, mailPort: Int
    ) throws {
        let folder = rendered.folder(home) + "/alertmanager"
        try "a-key".write(toFile: folder + "/pagerduty-key", atomically: true, encoding: .utf8)
        try "\(receiver)/slack".write(toFile: folder + "/slack-url", atomically: true, encoding: .utf8)
        let text = try rendered.text("alertmanager/alertmanager.yml", home)
            .replacing("/etc/alertmanager/", with: folder + "/")
            .replacing(
                "global:\n", with: "global:\n  pagerduty_url: \(receiver)/pagerduty\n  smtp_require_tls: false\n"
            )
            .replacing("localhost:25", with: "127.0.0.1:\(mailPort)")
            .replacing("http://localhost:9099/alerts", with: "\(receiver)/webhook")
            .replacing("group_wait: 30s", with: "group_wait: 500ms")
            .replacing("group_interval: 5m", with: "group_interval: 1s")
        try rendered.write(text, "alertmanager/alertmanager.yml", home)
    }

    private static func configurePrometheus(
        _ rendered: RenderedMonitoring, _ home: String, _ port: Int, _ alertmanager: Int
    ) throws {
        // The other dialects' rules, and their job.
        for dialect in Set(rendered.dialects).subtracting([home]) {
            for file in alerting.contains(dialect) ? ["recordings", "alerts"] : ["recordings"] {
                try rendered.write(
                    quick(try rendered.text("prometheus/rules/\(file).yml", dialect)),
                    "prometheus/rules/\(dialect)-\(file).yml", home)
            }
        }
        for file in ["recordings", "alerts"] {
            try rendered.write(
                quick(try rendered.text("prometheus/rules/\(file).yml", home)), "prometheus/rules/\(file).yml", home)
        }
        let other = try rendered.text("prometheus/prometheus.yml", "compozy").split(separator: "  - job_name: ")
        let job = try #require(other.first { $0.hasPrefix("flowmeter\n") }.map { "  - job_name: \($0)" })
        let text = try (rendered.text("prometheus/prometheus.yml", home) + job)
            .replacing("scrape_interval: 15s", with: "scrape_interval: 500ms")
            .replacing("scrape_timeout: 10s", with: "scrape_timeout: 500ms")
            .replacing("evaluation_interval: 15s", with: "evaluation_interval: 500ms")
            .replacing("localhost:9090", with: "127.0.0.1:\(port)")
            .replacing("alertmanager:9093", with: "127.0.0.1:\(alertmanager)")
        try rendered.write(text, "prometheus/prometheus.yml", home)
    }

    /// Rules whose minutes are seconds.
    private static func quick(_ rules: String) -> String {
        rules.replacing(/\[(\d+)m\]/) { "[\($0.1)s]" }
            .replacing(/\[(\d+)h\]/) { "[\($0.1)m]" }
            .replacing(/\[(\d+)d\]/) { "[\((Int($0.1) ?? 0) * 24)m]" }
            .replacing(/offset (\d+)m/) { "offset \($0.1)s" }
            .replacing(/for: (\d+)m/) { "for: \($0.1)s" }
            .replacing(/for: (\d+)h/) { "for: \($0.1)m" }
            .replacing(/(oldest_waiting_seconds\{job="[^"]+"\}\)) > 60/) { "\($0.1) > 1" }
            // A machine that tests at the same time leaves no whole core, scrapes alone take a tenth of a slow one, and a test
            // sends no gigabytes.
            .replacing(/(process_cpu_seconds_total.*) > 0\.8/) { "\($0.1) > 0.4" }
            .replacing("> 10000000", with: "> 100000")
    }

    // MARK: What happens

    /// Repeats an action until all of these alerts fire and have been delivered.
    func provoke(_ alerts: [String], _ action: () async throws -> Void) async throws {
        let end = ContinuousClock.now + .seconds(300)
        var missing = alerts
        while ContinuousClock.now < end {
            try await action()
            missing = alerts.filter { !isDelivered($0, "firing") }
            if missing.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let states = try await prometheus.query("ALERTS").map { sample in
            ["alertname", "alertstate"].compactMap { sample.labels[$0]?.string }.joined(separator: " ")
        }
        let up = try await prometheus.query("up").map(\.value)
        throw Prometheus.Failure(description: "never delivered as firing: \(missing); alerts \(states), up \(up)")
    }

    /// Waits until the alerts have been delivered as resolved.
    func waitUntilResolved(_ alerts: [String]) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while let missing = alerts.first(where: { !isDelivered($0, "resolved") }) {
            guard ContinuousClock.now < end else {
                throw Prometheus.Failure(description: "never delivered as resolved: \(missing)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// When the server started that Prometheus has seen last, in seconds since 1970.
    func lastStart() async throws -> Double {
        try await prometheus.query("max(max_over_time(process_start_time_seconds[1h]))").first?.value ?? 0
    }

    /// Waits until Prometheus has seen the server that was started after that one.
    /// - Returns: when it started.
    func waitUntilSeen(startedAfter last: Double) async throws -> Double {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            let start = try await lastStart()
            if start > last { return start }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Prometheus.Failure(description: "Prometheus has not scraped the server within 5 minutes of its start")
    }

    private func isDelivered(_ alert: String, _ status: String) -> Bool {
        receiver.requests.contains { request in
            request.path == "/webhook" && Self.alerts(in: request.body).contains { $0 == (alert, status) }
        }
    }

    /// The names of the alerts that a webhook brings, and how each is.
    private static func alerts(in body: String) -> [(String, String)] {
        let alerts = (try? JSONValue(parsing: Array(body.utf8)))?.object?["alerts"]?.array ?? []
        return alerts.compactMap { alert in
            guard let name = alert.object?["labels"]?.object?["alertname"]?.string,
                let status = alert.object?["status"]?.string
            else { return nil }
            return (name, status)
        }
    }
}
