import Telemetry

/// What a rendered folder holds, as a page.
enum ReadmeText {
    static func page(_ dialect: Dialect, alerts: [RenderedAlert], omitted: [OmittedPart]) -> String {
        var seen: Set<String> = []
        let rows = alerts.filter { seen.insert($0.definition.alert).inserted }.map {
            "| [\($0.definition.alert)](runbooks/\($0.definition.alert).md) | \($0.definition.severity) | \($0.summary.withLabelsInWords) |"
        }
        var text = """
            # Monitoring in the names of `\(dialect.name)`

            Made by `flowmeter monitoring render`; make it again rather than changing it here.

            | | |
            |---|---|
            | `prometheus/` | `prometheus.yml`, with the rules that it loads; `promtool test rules prometheus/tests/alerts.yml` tests them |
            | `alertmanager/` | routes to PagerDuty, Slack, email and a webhook; put your own addresses in |
            | `grafana/` | dashboards, and what provisions them |
            | `kubernetes/` | a ServiceMonitor and the rules as a resource, or annotations of pods and a `prometheus.yml` that looks for them |
            | `runbooks/` | what to do, for each alert |

            ## Alerts

            | alert | severity | |
            |---|---|---|
            \(rows.joined(separator: "\n"))

            """
        if !omitted.isEmpty {
            let parts = omitted.map { "- \($0.what): \($0.why)" }.joined(separator: "\n")
            text += "\n## What this dialect cannot show\n\n\(parts)\n"
        }
        return text
    }
}
