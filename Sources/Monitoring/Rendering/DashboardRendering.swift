import Documents
import Foundation
import PromQL

/// Makes a dashboard of its definition; what the dialect cannot show is not there.
struct DashboardRendering {
    let carrier: QueryCarrier
    let job: String
    /// Panels that are left out, and why.
    private(set) var omitted: [OmittedPart] = []
    private var panels: [GrafanaPanel] = []
    private var nextID = 1
    private var y = 0

    init(carrier: QueryCarrier, job: String) { (self.carrier, self.job) = (carrier, job) }

    /// A file of JSON; nil if there is nothing to show.
    mutating func file(_ definition: DashboardDefinition) throws -> String? {
        for row in definition.rows { add(row, of: definition) }
        guard !panels.isEmpty else { return nil }
        let dashboard = GrafanaDashboard(
            uid: definition.uid, title: definition.title, templating: .init(list: variables), panels: panels)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(dashboard), as: UTF8.self) + "\n"
    }

    private mutating func add(_ row: DashboardDefinition.Row, of dashboard: DashboardDefinition) {
        var carried: [(PanelDefinition, [GrafanaPanel.Target])] = []
        for panel in row.panels {
            do throws(Loss) {
                carried.append((panel, try targets(panel, panel.dialect ?? dashboard.dialect)))
            } catch {
                omitted.append(
                    OmittedPart(what: "panel \"\(panel.title)\" of \"\(dashboard.title)\"", why: error.message))
            }
        }
        guard !carried.isEmpty else { return }
        panels.append(
            GrafanaPanel(
                id: takeID(), type: "row", title: row.title, description: nil,
                gridPos: .init(x: 0, y: y, w: 24, h: 1), collapsed: false, panels: []))
        y += 1
        place(carried)
    }

    /// Statistics six in a line, all others two.
    private mutating func place(_ carried: [(PanelDefinition, [GrafanaPanel.Target])]) {
        var x = 0
        var height = 0
        for (panel, targets) in carried {
            let (width, tall) = panel.kind == .stat ? (4, 4) : (12, 8)
            if x + width > 24 { (x, y, height) = (0, y + height, 0) }
            panels.append(self.panel(panel, targets, .init(x: x, y: y, w: width, h: tall)))
            (x, height) = (x + width, max(height, tall))
        }
        y += height
    }

    private mutating func takeID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    // MARK: Panels

    private mutating func panel(
        _ panel: PanelDefinition, _ targets: [GrafanaPanel.Target], _ place: GrafanaPanel.Place
    ) -> GrafanaPanel {
        let kind = panel.kind ?? .timeseries
        let thresholds = panel.thresholds.map { GrafanaPanel.Thresholds(steps: Self.steps($0)) }
        var made = GrafanaPanel(
            id: takeID(), type: kind.rawValue, title: panel.title, description: panel.description, gridPos: place)
        made.datasource = GrafanaDatasource()
        made.targets = targets
        made.fieldConfig = .init(
            defaults: .init(unit: panel.unit, min: kind == .timeseries ? 0 : nil, thresholds: thresholds))
        switch kind {
        case .timeseries: made.options = .init(legend: .init(), tooltip: .init())
        case .stat: made.options = .init(reduceOptions: .init(), colorMode: thresholds == nil ? "none" : "value")
        case .heatmap: made.options = .init(calculate: false)
        case .table:
            made.options = .init()
            made.transformations = [.init(id: "organize", options: ["excludeByName": ["Time": true]])]
        }
        return made
    }

    private static func steps(_ values: [Double]) -> [GrafanaPanel.Thresholds.Step] {
        let colors = values.count == 1 ? ["red"] : ["yellow", "red"]
        return [.init(color: "green", value: nil)] + zip(colors, values).map { .init(color: $0, value: $1) }
    }

    private func targets(_ panel: PanelDefinition, _ dialect: String) throws(Loss) -> [GrafanaPanel.Target] {
        let isTable = panel.kind == .table
        var targets: [GrafanaPanel.Target] = []
        for (index, query) in panel.queries.enumerated() {
            let carried = try carrier.carry(query.expr, from: dialect) { Self.scope($0) }
            targets.append(
                GrafanaPanel.Target(
                    refId: String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26))), expr: carried.text,
                    legendFormat: try query.legend.map { legend throws(Loss) in
                        try carrier.legend(legend, carried.labels)
                    } ?? "",
                    instant: isTable, range: !isTable, format: panel.kind?.format ?? "time_series"))
        }
        return targets
    }

    /// What is recorded by job has no instances.
    private static func scope(_ name: String) -> [String] {
        name.contains(":") ? [#"job="$job""#] : [#"job="$job""#, #"instance=~"$instance""#]
    }

    // MARK: Variables

    private var variables: [GrafanaVariable] {
        let jobs = "label_values(flowmeter_uptime_seconds, job)"
        let instances = #"label_values(flowmeter_uptime_seconds{job="$job"}, instance)"#
        var datasource = GrafanaVariable(
            name: "datasource", label: "Data source", type: "datasource", query: .type("prometheus"))
        datasource.sort = 0
        var job = GrafanaVariable(name: "job", label: "Job", type: "query", query: .query(.init(query: jobs)))
        job.datasource = GrafanaDatasource()
        job.current = .init(text: self.job, value: self.job)
        var instance = GrafanaVariable(
            name: "instance", label: "Instance", type: "query", query: .query(.init(query: instances)))
        instance.datasource = GrafanaDatasource()
        (instance.current, instance.allValue) = (.init(text: "All", value: "$__all"), ".*")
        (instance.includeAll, instance.multi, instance.refresh) = (true, true, 2)
        return [datasource, job, instance]
    }
}

extension PanelDefinition.Kind {
    fileprivate var format: String {
        switch self {
        case .timeseries, .stat: "time_series"
        case .table: "table"
        case .heatmap: "heatmap"
        }
    }
}
