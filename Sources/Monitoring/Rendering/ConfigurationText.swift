/// Configuration of the programs around the server.
struct ConfigurationText {
    let options: RenderingOptions
    let job: String
    let cluster: String

    // MARK: Prometheus

    var prometheus: String {
        YAMLText.file(
            global(rules: "rules/*.yml") + [
                "scrape_configs:", "  - job_name: prometheus", "    static_configs:",
                "      - targets: [localhost:9090]",
                "  - job_name: \(job)", "    metrics_path: \(options.metricsPath)",
            ] + authorization + [
                "    static_configs:", "      - targets: [\(YAMLText.quoted(options.target))]",
                "  # Exporters: name their addresses in these files.",
            ]
                + Self.exporters.flatMap { name, _ in
                    ["  - job_name: \(name)", "    file_sd_configs:", "      - files: [targets/\(name).yml]"]
                })
    }

    static let exporters = [
        ("postgres-exporter", "postgres-exporter:9187"), ("redis-exporter", "redis-exporter:9121"),
        ("node-exporter", "node-exporter:9100"),
    ]

    static func targets(_ address: String) -> String {
        "# None yet. For one:\n# - targets: [\(address)]\n[]\n"
    }

    /// Pods that ask for it by their annotations.
    var kubernetes: String {
        let from = "__meta_kubernetes_pod_annotation_prometheus_io_"
        return YAMLText.file(
            global(rules: "../prometheus/rules/*.yml") + [
                "scrape_configs:", "  - job_name: \(job)", "    kubernetes_sd_configs:", "      - role: pod",
            ] + authorization + [
                "    relabel_configs:",
                "      - {source_labels: [\(from)scrape], action: keep, regex: \"true\"}",
                "      - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name], action: keep, regex: flowmeter}",
                "      - {source_labels: [\(from)path], action: replace, target_label: __metrics_path__, regex: (.+)}",
                "      - source_labels: [__address__, \(from)port]", "        action: replace",
                "        regex: ([^:]+)(?::\\d+)?;(\\d+)", "        replacement: $1:$2",
                "        target_label: __address__",
                "      - {source_labels: [__meta_kubernetes_namespace], action: replace, target_label: namespace}",
                "      - {source_labels: [__meta_kubernetes_pod_name], action: replace, target_label: pod}",
            ])
    }

    private func global(rules: String) -> [String] {
        [
            "global:", "  scrape_interval: 15s", "  scrape_timeout: 10s", "  evaluation_interval: 15s",
            "  external_labels:", "    cluster: \(cluster)", "    environment: production",
            "rule_files: [\(rules)]", "alerting:", "  alertmanagers:", "    - static_configs:",
            "        - targets: [\"alertmanager:9093\"]",
        ]
    }

    private var authorization: [String] {
        options.hasToken ? ["    authorization:", "      credentials_file: /etc/prometheus/flowmeter-token"] : []
    }

    // MARK: Alertmanager

    var alertmanager: String {
        YAMLText.file(
            [
                "# Secrets are read from files; replace the addresses with your own.", "global:",
                "  smtp_smarthost: localhost:25", "  smtp_from: alertmanager@example.org", "route:",
                "  receiver: webhook", "  group_by: [alertname, job]", "  group_wait: 30s", "  group_interval: 5m",
                "  repeat_interval: 4h", "  routes:",
                "    - matchers: [severity=\"critical\"]", "      receiver: pagerduty", "      continue: true",
                "    - matchers: [severity=~\"critical|warning\"]", "      receiver: slack", "      continue: true",
                "    - matchers: [severity=~\"critical|warning\"]", "      receiver: email", "      continue: true",
                "    - matchers: [severity=~\"critical|warning\"]", "      receiver: webhook",
                "inhibit_rules:",
                "  # Where nothing answers, what else is wrong follows from it.",
                "  - source_matchers: [alertname=\"APIDown\"]", "    target_matchers: [alertname!=\"APIDown\"]",
                "    equal: [job, instance]", "receivers:", "  - name: pagerduty", "    pagerduty_configs:",
                "      - routing_key_file: /etc/alertmanager/pagerduty-key", "  - name: slack", "    slack_configs:",
                "      - api_url_file: /etc/alertmanager/slack-url", "        channel: \"#flowmeter\"",
                "        send_resolved: true", "  - name: email", "    email_configs:",
                "      - to: oncall@example.org", "        send_resolved: true", "  - name: webhook",
                "    webhook_configs:", "      - url: http://localhost:9099/alerts", "        send_resolved: true",
            ])
    }

    // MARK: Grafana

    static let datasource = YAMLText.file([
        "apiVersion: 1", "datasources:", "  - name: Prometheus", "    uid: prometheus", "    type: prometheus",
        "    access: proxy", "    url: http://localhost:9090", "    isDefault: true", "    jsonData:",
        "      timeInterval: 15s",
    ])

    static let dashboards = YAMLText.file([
        "apiVersion: 1", "providers:", "  - name: flowmeter", "    folder: Flowmeter", "    type: file",
        "    allowUiUpdates: false", "    options:", "      path: /etc/grafana/provisioning/dashboards",
    ])

    // MARK: Kubernetes

    var serviceMonitor: String {
        YAMLText.file(
            [
                "apiVersion: monitoring.coreos.com/v1", "kind: ServiceMonitor", "metadata:", "  name: flowmeter",
                "  labels: {app.kubernetes.io/name: flowmeter}", "spec:", "  jobLabel: flowmeter.io/job", "  selector:",
                "    matchLabels: {app.kubernetes.io/name: flowmeter}", "  endpoints:", "    - port: http",
                "      path: \(options.metricsPath)", "      interval: 15s", "      scrapeTimeout: 10s",
                "      relabelings:",
                "        # The rules and dashboards ask for this job.",
                "        - {action: replace, targetLabel: job, replacement: \(job)}",
            ]
                + (options.hasToken
                    ? [
                        "      authorization:", "        credentials: {name: flowmeter-metrics, key: token}",
                    ] : []))
    }

    var podAnnotations: String {
        YAMLText.file([
            "# For the template of the pods, where Prometheus finds them by annotations (prometheus.yml beside this).",
            "apiVersion: v1", "kind: Pod", "metadata:", "  name: flowmeter",
            "  labels: {app.kubernetes.io/name: flowmeter}", "  annotations:",
            "    prometheus.io/scrape: \"true\"", "    prometheus.io/path: \(YAMLText.quoted(options.metricsPath))",
            "    prometheus.io/port: \"\(options.target.split(separator: ":").last ?? "8080")\"",
        ])
    }

    /// The rules as a resource of the Prometheus Operator.
    static func resource(_ files: [String]) -> String {
        let groups = files.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2) }
        return YAMLText.file(
            [
                "apiVersion: monitoring.coreos.com/v1", "kind: PrometheusRule", "metadata:", "  name: flowmeter",
                "  labels: {app.kubernetes.io/name: flowmeter}", "spec:", "  groups:",
            ] + groups.filter { !$0.isEmpty }.map { "  " + $0 })
    }
}
