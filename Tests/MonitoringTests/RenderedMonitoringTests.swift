import Documents
import Foundation
import Telemetry
import Testing

@testable import Monitoring

/// What comes with Flowmeter speaks of nothing that the catalogue does not have.
@Suite struct RenderedMonitoringTests {
    private static let promise = WorkflowPromise(workflow: "refund_guard", name: "Refunds", objective: 0.995)
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Monitoring")

    private static func rendered(_ name: String, _ workflows: [WorkflowPromise] = []) throws -> RenderedMonitoring {
        try RenderedMonitoring(
            Dialect.shipped([name])[0], options: RenderingOptions(target: "127.0.0.1:8080", workflows: workflows))
    }

    /// `UPDATE_GOLDEN=1` writes it anew, as `flowmeter monitoring render` does.
    @Test(arguments: Dialect.choices) func theFolderIsWhatIsRendered(name: String) throws {
        let folder = Self.folder.appendingPathComponent(name)
        let files = try Self.rendered(name).files
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try? FileManager.default.removeItem(at: folder)
            for (path, text) in files {
                let file = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
        }
        let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        let texts = found.compactMap { path in
            (try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)).map { (path, $0) }
        }
        #expect(Dictionary(texts) { first, _ in first } == files)
    }

    @Test(arguments: Dialect.choices) func theCheckerFindsNothing(name: String) throws {
        let files = try Self.rendered(name, [Self.promise]).files.filter { !$0.key.hasSuffix(".md") }
            .sorted { $0.key < $1.key }
        let catalogue = try Catalogue(Dialect.shipped([Dialect.own, name]))
        let problems = Checker(catalogue: catalogue)
            .problems(in: files.map { SourceFile(path: $0.key, bytes: Array($0.value.utf8)) })
        #expect(problems.map(\.rendered) == [])
    }

    /// Each alert of the requirements whose part exists.
    @Test(arguments: [
        (
            "intelligent-workflows",
            [
                "APIDown", "HighErrorRate", "HighLatency", "HighMemoryUsage", "HighCPUUsage",
                "DatabaseConnectionFailure",
            ], ["api-overview", "workflow-metrics"]
        ),
        ("compozy", ["HighRequestLatency", "LargeResponsePayloads"], ["http-performance", "database-health"]),
    ])
    func theRequirementsAreThere(name: String, alerts: [String], dashboards: [String]) throws {
        let files = try Self.rendered(name).files
        for alert in alerts {
            #expect(files["prometheus/rules/alerts.yml"]?.contains("alert: \(alert)\n") == true)
            #expect(files["runbooks/\(alert).md"] != nil)
        }
        for dashboard in dashboards { #expect(files["grafana/dashboards/\(dashboard).json"] != nil) }
    }

    /// Each alert is held on both sides of its limit.
    @Test func eachAlertFiresAndIsQuiet() throws {
        let promised = try #require(ServiceLevelRules(Self.promise)).alerts
        for alert in try MonitoringPack.shipped().alerts + promised {
            let fires = alert.test.cases.count { $0.fires != nil }
            #expect(0 < fires && fires < alert.test.cases.count, "\(alert.alert)")
        }
    }

    @Test(arguments: ["1", "1+2", "1+2x", "_", "x5", "1+2x3x4", "99999999999999999999+1x99999999999999999999"])
    func samplesThatPromtoolDoesNotRead(values: String) {
        #expect(throws: Loss.self) { try SampleRuns(Happening(of: "up", values: values)) }
    }

    @Test(arguments: [
        ("0+0x2 1+3x20", "0+1x2 1+0x20", "0+1x2 2+3x20"), ("_x3 1.5-0.5x2", "0+0x3 1+0x2", "0+0x3 2.5-0.5x2"),
        ("1+0x1", "1+0x2", nil),
    ])
    func sumsOfSamples(one: String, other: String, sum: String?) throws {
        let runs = try [one, other].map { try SampleRuns(Happening(of: "up", values: $0)) }
        #expect(runs[0].text(samples: 0) == one)
        #expect(runs[0].adding(runs[1])?.text(samples: 0) == sum)
    }

    @Test func aPromiseMakesAlerts() throws {
        let files = try Self.rendered(Dialect.standard, [Self.promise]).files
        let alerts = try #require(files["prometheus/rules/alerts.yml"])
        // 14.4 times the 0.5 % that may fail.
        #expect(alerts.contains("alert: SLOBurnRate1h\n") && alerts.contains(">= 0.072\n"))
        #expect(files["grafana/dashboards/workflow-refund_guard.json"] != nil)
    }

    /// No alert fires as long as a promise is kept, and none looks at more than a tenth of its time.
    @Test(arguments: [
        (1, ["1h"]), (7, ["1h", "6h"]), (30, ["1h", "6h", "1d", "3d"]), (90, ["1h", "6h", "1d", "3d"]),
    ])
    func shortPromises(days: Double, windows: [String]) throws {
        let promise = WorkflowPromise(workflow: "a", name: "A", objective: 0.99, window: days * 86_400)
        let rules = try #require(ServiceLevelRules(promise))
        #expect(rules.alerts.map(\.alert) == windows.map { "SLOBurnRate\($0)" })
        for alert in rules.alerts {
            let limits = alert.expr.matches(of: />= ([0-9.]+)/).compactMap { Double($0.1) }
            #expect(limits.count == 3 && limits.allSatisfy { $0 >= 0.01 })
        }
    }

    /// Workflows that promise something share the pages of the alerts, not their dashboards.
    @Test func severalWorkflows() throws {
        let ids = ["a.b", "a-b", String(repeating: "a", count: 60), String(repeating: "a", count: 61)]
        let files = try Self.rendered(
            Dialect.standard, ids.map { WorkflowPromise(workflow: $0, name: $0, objective: 0.99) }
        ).files
        let page = try #require(files["runbooks/SLOBurnRate1h.md"])
        #expect(ids.allSatisfy { page.contains("workflow=\"\($0)\"") } && !page.contains("{{"))
        let uids = try ids.map { id in
            let text = try #require(files["grafana/dashboards/workflow-\(id).json"])
            return try #require(text.firstMatch(of: /"uid" : "(flowmeter-[^"]+)"/)?.1)
        }
        #expect(Set(uids).count == ids.count && uids.allSatisfy { $0.count <= 40 })
    }
}
