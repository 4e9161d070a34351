import Documents
import Foundation
import PromQL
import Yams

/// What comes with Flowmeter, as data: alerts, recording rules and dashboards, each in the names of one dialect.
struct MonitoringPack {
    var alerts: [AlertDefinition]
    var recordings: [RecordingDefinition]
    var dashboards: [DashboardDefinition]
    /// The dashboard of any one workflow.
    private var workflow: DashboardDefinition

    /// The one that comes with Flowmeter.
    ///
    /// - Throws: never, as a test sees to it.
    static func shipped() throws -> MonitoringPack {
        let decoder = YAMLDecoder()
        return MonitoringPack(
            alerts: try decoder.decode(from: text(PackageResources.alerts_yaml)),
            recordings: try decoder.decode(from: text(PackageResources.recordings_yaml)),
            dashboards: try decoder.decode(from: text(PackageResources.dashboards_yaml)),
            workflow: try decoder.decode(from: text(PackageResources.workflow_yaml)))
    }

    /// The same for the same text, and hardly ever for another one (FNV-1a, 32 bits).
    private static func number(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }

    /// The dashboard of this workflow.
    func dashboard(of id: String, name: String) -> DashboardDefinition {
        var dashboard = workflow
        // Grafana takes 40 characters; what is cut or replaced is told apart by a number.
        let plain = id.replacing(/[^A-Za-z0-9_-]/, with: "-")
        dashboard.uid =
            plain == id && id.count <= 24 ? "flowmeter-\(id)" : "flowmeter-\(plain.prefix(16))-\(Self.number(id))"
        dashboard.file = "workflow-\(id)"
        dashboard.title = "Workflow: \(name)"
        for row in dashboard.rows.indices {
            for panel in dashboard.rows[row].panels.indices {
                for query in dashboard.rows[row].panels[panel].queries.indices {
                    dashboard.rows[row].panels[panel].queries[query].expr.replace(
                        "\"WORKFLOW\"", with: StringLiteral.quoted(id))
                }
            }
        }
        return dashboard
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

struct AlertDefinition: Decodable {
    var alert: String
    /// The group of rules.
    var group: String
    /// Whose names the query is in.
    var dialect: String
    /// The dialects that have the alert; all, if there are none.
    var only: [String]?
    /// The dialects that do not.
    var except: [String]?
    var severity: String
    var pendingFor: String
    /// Labels besides `severity`.
    var extraLabels: [String: String]?
    var expr: String
    var summary: String
    var description: String
    /// What is to be known of the numbers in the query, for its runbook.
    var about: String?
    /// What it means for users, for its runbook.
    var impact: String
    /// What to do, for its runbook.
    var steps: [String]
    var test: AlertTest

    private enum CodingKeys: String, CodingKey {
        case alert, group, dialect, only, except, severity, expr, summary, description, about, impact, steps, test
        case pendingFor = "for"
        case extraLabels = "extra_labels"
    }

    func belongs(to dialect: String) -> Bool {
        (only?.contains(dialect) ?? true) && !(except ?? []).contains(dialect)
    }
}

struct RecordingDefinition: Decodable {
    var record: String
    var dialect: String
    var expr: String
    var labels: [String: String]?
    var group: String?
}

struct DashboardDefinition: Decodable {
    var uid: String
    /// The name of the file, without its end.
    var file: String
    var title: String
    var dialect: String
    var rows: [Row]

    struct Row: Decodable {
        var title: String
        var panels: [PanelDefinition]
    }
}

struct PanelDefinition: Decodable {
    enum Kind: String, Decodable {
        case timeseries, stat, table, heatmap
    }

    var title: String
    var kind: Kind?
    var description: String?
    /// Grafana's name of the unit.
    var unit: String
    /// Whose names the queries are in; the dashboard's dialect, if nothing is said.
    var dialect: String?
    /// Where yellow begins, and red; of one number, where red begins.
    var thresholds: [Double]?
    var queries: [QueryDefinition]

    struct QueryDefinition: Decodable {
        var expr: String
        var legend: String?
    }
}
