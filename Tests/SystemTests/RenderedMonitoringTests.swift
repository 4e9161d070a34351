import Foundation
import ProgramUnderTest
import Telemetry
import Testing

/// What others say of the files that are rendered.
@Suite struct RenderedMonitoringTests {
    static let promising = """
        workflow_id: promising
        trigger: {type: manual}
        slo: {objective: 99}
        steps: [{id: accept, type: action, action: {type: allow}}]
        """

    /// Debian builds Prometheus without the discovery of Kubernetes: there the rest of its configuration is checked.
    @Test(arguments: Dialect.choices) func prometheusAndAlertmanagerTakeThem(dialect: String) throws {
        let rendered = try RenderedMonitoring(
            dialects: [dialect], definitions: ["promising.yaml": Self.promising], target: "127.0.0.1:8080")
        let folder = rendered.folder(dialect)
        let kubernetes = try rendered.text("kubernetes/prometheus.yml", dialect)
        let asked = "kubernetes_sd_configs:\n      - role: pod"
        #expect(kubernetes.contains(asked))
        try rendered.write(kubernetes.replacing(asked, with: "static_configs: []"), "kubernetes/static.yml", dialect)
        let calls = [
            ("promtool", ["check", "rules", "prometheus/rules/recordings.yml", "prometheus/rules/alerts.yml"]),
            ("promtool", ["check", "config", "prometheus/prometheus.yml"]),
            ("promtool", ["check", "config", "kubernetes/static.yml"]),
            ("promtool", ["test", "rules", "prometheus/tests/alerts.yml"]),
            ("amtool", ["check-config", "alertmanager/alertmanager.yml"]),
        ]
        for (program, arguments) in calls {
            let tool = try Prometheus.tool(program)
            let files = arguments.map { $0.contains("/") ? "\(folder)/\($0)" : $0 }
            let outcome = try BuiltProgram.run(tool, files)
            #expect(outcome.status == 0, "\(arguments): \(outcome.output)\(outcome.errors)")
        }
        // Each alert has its cases.
        let tests = try rendered.text("prometheus/tests/alerts.yml", dialect)
        for alert in try Self.alerts(rendered, dialect) {
            for name in ["\(alert) fires ", "\(alert) does not fire "] {
                #expect(tests.contains("- name: \"\(name)"), "\(name)")
            }
            #expect(tests.split(separator: "- name: ").last?.contains("alertname: \(alert)\n") == true)
        }
    }

    /// What makes every alert of a file wrong, and which alerts it leaves right: it is noticed of each other one.
    static let mistakes: [(String, @Sendable (String) -> String, Set<String>)] = [
        ("true of nothing", { beginning($0, "(vector(0) > 1) and on ()") }, []),
        ("true of all", { beginning($0, "absent(up) or") }, []),
        ("a minute more", { waiting($0, 1) }, []),
        ("a minute less", { waiting($0, -1) }, ["LeasesTakenOver"]),
        ("5 % above the limit", { limits($0, 1.05) }, atZero),
        ("5 % below the limit", { limits($0, 0.95) }, atZero),
    ]

    /// Their limits are 0, which is no number to be near to, or whole numbers.
    private static let atZero: Set<String> = [
        "APIDown", "Restarting", "DatabaseConnectionFailure", "LeasesTakenOver", "WorkflowInternalErrors",
        "ScrapeOverflow", "CollectorFailing", "DeadLetters", "CircuitOpen",
    ]

    /// The tests that are rendered find out each mistake in each alert. These dialects have all alerts between them.
    @Test(arguments: AlertChain.alerting) func mistakesInAlertsAreFound(dialect: String) throws {
        let rendered = try RenderedMonitoring(dialects: [dialect], target: "127.0.0.1:8080")
        let rules = try rendered.text("prometheus/rules/alerts.yml", dialect)
        let alerts = try Self.alerts(rendered, dialect)
        for (mistake, change, right) in Self.mistakes {
            try rendered.write(change(rules), "prometheus/rules/alerts.yml", dialect)
            let outcome = try BuiltProgram.run(
                try Prometheus.tool("promtool"),
                ["test", "rules", "\(rendered.folder(dialect))/prometheus/tests/alerts.yml"])
            let found = (outcome.output + outcome.errors).matches(of: /alertname: (\w+), time/).map { String($0.1) }
            #expect(alerts.subtracting(found).subtracting(right) == [], "\(mistake)")
        }
    }

    private static func alerts(_ rendered: RenderedMonitoring, _ dialect: String) throws -> Set<String> {
        let rules = try rendered.text("prometheus/rules/alerts.yml", dialect)
        return Set(rules.matches(of: /- alert: (\w+)/).map { String($0.1) })
    }

    private static func beginning(_ rules: String, _ start: String) -> String {
        rules.replacing("expr: |-\n", with: "expr: |-\n          \(start)\n")
    }

    private static func waiting(_ rules: String, _ more: Int) -> String {
        rules.replacing(/for: (\d+)([mh])\n/) { match in
            "for: \(max(0, (Int(match.1) ?? 0) * (match.2 == "h" ? 60 : 1) + more))m\n"
        }
    }

    private static func limits(_ rules: String, _ factor: Double) -> String {
        rules.replacing(/(>=|>|<) ([0-9.]+)\n/) { match in "\(match.1) \((Double(match.2) ?? 0) * factor)\n" }
    }

    /// Grafana's own models keep everything that the dashboards say.
    @Test func grafanaTakesTheDashboards() throws {
        let rendered = try RenderedMonitoring(
            definitions: ["promising.yaml": Self.promising], target: "127.0.0.1:8080")
        let script = BuiltProgram.packageRoot.appendingPathComponent("Tests/Fixtures/dashboards.py")
        let files = try Dialect.choices.flatMap { try rendered.dashboards($0) }
        let outcome = try BuiltProgram.run(try Prometheus.tool("python3"), [script.path] + files)
        #expect(outcome.status == 0 && outcome.output == "", "\(outcome.output)\(outcome.errors)")
    }
}
