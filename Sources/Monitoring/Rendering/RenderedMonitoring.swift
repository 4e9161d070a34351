import PromQL
public import Telemetry

/// What is known of the server that is watched over.
public struct RenderingOptions: Sendable {
    /// Where Prometheus reaches it: `localhost:8080`.
    public var target: String
    /// The path of its metrics.
    public var metricsPath: String
    /// Whether the metrics need a token.
    public var hasToken: Bool
    /// What stands before the names of the runbooks in alerts; ends in a slash.
    public var runbooks: String
    /// The workflows that have a dashboard of their own, and alerts if they promise something.
    public var workflows: [WorkflowPromise]

    /// A server at this address.
    public init(
        target: String = "localhost:8080", metricsPath: String = "/metrics", hasToken: Bool = false,
        runbooks: String = "runbooks/", workflows: [WorkflowPromise] = []
    ) {
        (self.target, self.metricsPath, self.hasToken) = (target, metricsPath, hasToken)
        (self.runbooks, self.workflows) = (runbooks, workflows)
    }
}

/// Something that a dialect does not have.
public struct OmittedPart: Sendable {
    /// Such as `alert DatabaseSlow`.
    public let what: String
    /// As a clause without a full stop.
    public let why: String
}

/// The monitoring that comes with Flowmeter in the names of one dialect: configuration, rules with their tests and
/// runbooks, dashboards.
public struct RenderedMonitoring: Sendable {
    /// The content of the files, by path.
    public let files: [String: String]
    /// What the dialect cannot show, in the order of the pack.
    public let omitted: [OmittedPart]

    /// - Throws: when the pack itself is at fault; a test sees to it that it is not.
    public init(_ dialect: Dialect, options: RenderingOptions = RenderingOptions()) throws {
        var rendering = try MonitoringRendering(dialect, options)
        try rendering.run()
        (files, omitted) = (rendering.files, rendering.omitted)
    }
}

private struct MonitoringRendering {
    private let dialect: Dialect
    private let options: RenderingOptions
    private var pack: MonitoringPack
    private var carrier: QueryCarrier
    private let job: String
    private(set) var files: [String: String] = [:]
    private(set) var omitted: [OmittedPart] = []

    init(_ dialect: Dialect, _ options: RenderingOptions) throws {
        (self.dialect, self.options) = (dialect, options)
        pack = try MonitoringPack.shipped()
        let own = try Dialect.shipped([Dialect.own])
        carrier = QueryCarrier(
            to: dialect, kept: own[0], sources: try Dialect.shipped(Dialect.choices.filter { $0 != Dialect.own }))
        // The requirements of that system name its job.
        job = dialect.name == Dialect.standard ? "workflows-api" : "flowmeter"
    }

    mutating func run() throws {
        for promise in options.workflows {
            guard let rules = ServiceLevelRules(promise) else { continue }
            pack.recordings += rules.recordings
            pack.alerts += rules.alerts
        }
        let recorded = recordings()
        let recordings = RuleText.recordings(recorded)
        let alerts = alerts()
        let rules = RuleText.alerts(alerts, runbooks: options.runbooks)
        files["prometheus/rules/recordings.yml"] = recordings
        files["prometheus/rules/alerts.yml"] = rules
        files["prometheus/tests/alerts.yml"] = try AlertTestText(
            carrier: carrier, job: job, runbooks: options.runbooks
        ).file(alerts, recorded)
        for (name, alerts) in Dictionary(grouping: alerts, by: \.definition.alert) {
            files["runbooks/\(name).md"] = RunbookText.page(alerts)
        }
        try addDashboards()
        addConfiguration(rules: [recordings, rules])
        files["README.md"] = ReadmeText.page(dialect, alerts: alerts, omitted: omitted)
    }

    private func scope(_ name: String) -> [String] {
        // What is recorded has the labels that its name says.
        name.contains(":") && !name.hasPrefix("job") ? [] : ["job=\(StringLiteral.quoted(job))"]
    }

    // MARK: Rules

    private mutating func recordings() -> [RenderedRecording] {
        pack.recordings.compactMap { definition in
            do throws(Loss) {
                let carried = try carrier.carry(definition.expr, from: definition.dialect, scope: scope)
                carrier.record(definition.record, carried.labels)
                return RenderedRecording(definition: definition, expression: try wrapped(carried.text))
            } catch {
                omitted.append(OmittedPart(what: "recording rule \(definition.record)", why: error.message))
                return nil
            }
        }
    }

    private mutating func alerts() -> [RenderedAlert] {
        pack.alerts.filter { $0.belongs(to: dialect.name) }.compactMap { definition in
            do throws(Loss) {
                return try alert(definition)
            } catch {
                omitted.append(OmittedPart(what: "alert \(definition.alert)", why: error.message))
                return nil
            }
        }
    }

    private func alert(_ definition: AlertDefinition) throws(Loss) -> RenderedAlert {
        let carried = try carrier.carry(definition.expr, from: definition.dialect, scope: scope)
        return RenderedAlert(
            definition: definition, expression: try wrapped(carried.text),
            summary: try carrier.template(definition.summary, carried.labels),
            description: try carrier.template(definition.description, carried.labels), labels: carried.labels)
    }

    private func wrapped(_ query: String) throws(Loss) -> String {
        do {
            return try Expression(parsing: query).wrapped()
        } catch {
            throw Loss(range: error.range, message: error.message, remedy: error.remedy)
        }
    }

    // MARK: Dashboards

    private mutating func addDashboards() throws {
        for definition in pack.dashboards { try add(definition) }
        for promise in options.workflows {
            try add(pack.dashboard(of: promise.workflow, name: promise.name))
        }
    }

    private mutating func add(_ definition: DashboardDefinition) throws {
        var rendering = DashboardRendering(carrier: carrier, job: job)
        if let file = try rendering.file(definition) { files["grafana/dashboards/\(definition.file).json"] = file }
        omitted += rendering.omitted
    }

    // MARK: Configuration

    private mutating func addConfiguration(rules: [String]) {
        let text = ConfigurationText(
            options: options, job: job, cluster: dialect.name == Dialect.standard ? dialect.name : "flowmeter")
        files["prometheus/prometheus.yml"] = text.prometheus
        for (name, address) in ConfigurationText.exporters {
            files["prometheus/targets/\(name).yml"] = ConfigurationText.targets(address)
        }
        files["alertmanager/alertmanager.yml"] = text.alertmanager
        files["grafana/provisioning/datasources/prometheus.yml"] = ConfigurationText.datasource
        files["grafana/provisioning/dashboards/flowmeter.yml"] = ConfigurationText.dashboards
        files["kubernetes/prometheus.yml"] = text.kubernetes
        files["kubernetes/servicemonitor.yaml"] = text.serviceMonitor
        files["kubernetes/pod-annotations.yaml"] = text.podAnnotations
        files["kubernetes/prometheusrule.yaml"] = ConfigurationText.resource(rules)
    }
}
