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
        // Each alert has its three cases, and they can fail.
        let rules = try rendered.text("prometheus/rules/alerts.yml", dialect)
        let alerts = rules.split(separator: "\n").filter { $0.contains("- alert: ") }
        let tests = try rendered.text("prometheus/tests/alerts.yml", dialect)
        #expect(tests.split(separator: "\n").count { $0.contains("- name: ") } == 3 * alerts.count)
        guard dialect == Dialect.standard else { return }
        for wrong in ["absent(up) or", "(vector(0) > 1) and on ()"] {
            let expression = "expr: |-\n"
            try rendered.write(
                rules.replacing(expression, with: "\(expression)          \(wrong)\n"), "prometheus/rules/alerts.yml",
                dialect)
            let outcome = try BuiltProgram.run(
                try Prometheus.tool("promtool"), ["test", "rules", "\(folder)/prometheus/tests/alerts.yml"])
            #expect(outcome.status != 0)
        }
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
