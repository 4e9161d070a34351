/// A dashboard as Grafana reads it: the classic model, schema version 39 (Grafana 10.4 and later).
///
/// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
struct GrafanaDashboard: Encodable {
    let uid: String
    let title: String
    let tags = ["flowmeter"]
    let timezone = "browser"
    let schemaVersion = 39
    let version = 1
    let editable = true
    let graphTooltip = 1
    let refresh = "30s"
    let time = ["from": "now-1h", "to": "now"]
    let timepicker: [String: String] = [:]
    let annotations = ["list": [String]()]
    let links: [String] = []
    let templating: Templating
    let panels: [GrafanaPanel]

    struct Templating: Encodable {
        let list: [GrafanaVariable]
    }
}

struct GrafanaDatasource: Encodable {
    let type = "prometheus"
    let uid = "${datasource}"
}

struct GrafanaVariable: Encodable {
    struct Query: Encodable {
        let query: String
        let refId = "variable"
    }

    struct Current: Encodable {
        let text: String
        let value: String
    }

    let name: String
    let label: String
    let type: String
    let query: VariableText
    var datasource: GrafanaDatasource?
    var current: Current?
    var allValue: String?
    var includeAll = false
    var multi = false
    var refresh = 1
    var regex = ""
    var sort = 1
    var hide = 0

    /// The data source is chosen by its type, other variables by a query.
    enum VariableText: Encodable {
        case type(String)
        case query(Query)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .type(let text):
                var container = encoder.singleValueContainer()
                try container.encode(text)
            case .query(let query): try query.encode(to: encoder)
            }
        }
    }
}

struct GrafanaPanel: Encodable {
    struct Place: Encodable {
        let x, y, w, h: Int
    }

    struct Target: Encodable {
        let refId: String
        let expr: String
        let legendFormat: String
        let datasource = GrafanaDatasource()
        let instant: Bool
        let range: Bool
        let format: String
    }

    struct Fields: Encodable {
        struct Defaults: Encodable {
            let unit: String
            let min: Int?
            let thresholds: Thresholds?
        }

        let defaults: Defaults
        let overrides: [String] = []
    }

    struct Thresholds: Encodable {
        struct Step: Encodable {
            let color: String
            let value: Double?

            private enum CodingKeys: CodingKey {
                case color, value
            }

            // The first step has no value, which is written.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(color, forKey: .color)
                try container.encode(value, forKey: .value)
            }
        }

        let mode = "absolute"
        let steps: [Step]
    }

    struct Options: Encodable {
        struct Legend: Encodable {
            let displayMode = "list"
            let placement = "bottom"
            let showLegend = true
            let calcs: [String] = []
        }

        struct Tooltip: Encodable {
            let mode = "multi"
            let sort = "desc"
        }

        struct Reduction: Encodable {
            let calcs = ["lastNotNull"]
            let fields = ""
            let values = false
        }

        var legend: Legend?
        var tooltip: Tooltip?
        var reduceOptions: Reduction?
        var colorMode: String?
        var calculate: Bool?
    }

    struct Transformation: Encodable {
        let id: String
        let options: [String: [String: Bool]]
    }

    let id: Int
    let type: String
    let title: String
    let description: String?
    let gridPos: Place
    var collapsed: Bool?
    var panels: [GrafanaPanel]?
    var datasource: GrafanaDatasource?
    var targets: [Target]?
    var fieldConfig: Fields?
    var options: Options?
    var transformations: [Transformation]?
}
