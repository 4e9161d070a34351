import Documents

/// Reads dashboards of the classic schema: rows with panels (to version 15), panels on a grid, rows that are panels.
///
/// What Grafana itself would not miss is not reported: fields that are unknown or of another kind count as absent.
struct DashboardReader {
    /// Rows and panels inside one another; Grafana itself has two levels.
    private static let deepest = 8

    private let node: DocumentNode
    private let sources: DatasourceTable
    private var panels: [Panel] = []
    private var openRow: SourceText?

    init(_ node: DocumentNode) {
        self.node = node
        sources = DatasourceTable(node)
    }

    /// Whether a map is a dashboard: it has parts that only dashboards have.
    static func fits(_ node: DocumentNode) -> Bool {
        let hasParts = ["panels", "rows", "templating", "annotations"].contains { node[$0] != nil }
        let isNamed = ["title", "schemaVersion", "uid"].contains { node[$0] != nil }
        let isGrid = node["panels"].map { !$0.elements.isEmpty || $0.members.isEmpty } ?? true
        return hasParts && isNamed && isGrid && node["spec"] == nil
    }

    mutating func read() -> Dashboard {
        for row in node["rows"]?.elements ?? [] {
            for panel in row["panels"]?.elements ?? [] { add(panel, row: row["title"]?.text, depth: 1) }
        }
        for panel in node["panels"]?.elements ?? [] { add(panel, row: nil, depth: 0) }
        let variables = VariableReader(sources: sources)
        return Dashboard(
            title: node["title"]?.text, uid: node["uid"]?.text, schemaVersion: node["schemaVersion"]?.integer,
            panels: panels,
            variables: (node["templating"]?["list"]?.elements ?? []).compactMap { variables.variable($0) },
            annotations: (node["annotations"]?["list"]?.elements ?? []).map { annotation($0) }, node: node)
    }

    // MARK: Panels

    /// A panel and those within it. A row that is open is followed by its panels; one that is collapsed holds them.
    private mutating func add(_ node: DocumentNode, row: SourceText?, depth: Int) {
        guard case .mapping = node.content, depth < Self.deepest else { return }
        if node["type"]?.text?.value == "row" {
            openRow = node["panels"].map(\.elements.isEmpty) ?? true ? node["title"]?.text : nil
            panels.append(panel(node, row: row))
        } else {
            panels.append(panel(node, row: row ?? openRow))
        }
        for inner in node["panels"]?.elements ?? [] { add(inner, row: node["title"]?.text ?? row, depth: depth + 1) }
    }

    private func panel(_ node: DocumentNode, row: SourceText?) -> Panel {
        let (content, library) = content(of: node)
        let datasource = Datasource(content["datasource"])
        let reader = PanelReader(node: content)
        return Panel(
            id: node["id"]?.integer, title: node["title"]?.text ?? content["title"]?.text, type: content["type"]?.text,
            row: row, datasource: datasource,
            targets: (content["targets"]?.elements ?? []).map { target($0, panel: datasource) },
            units: reader.units, thresholds: reader.thresholds,
            repeatVariable: node["repeat"]?.text.flatMap(\.nonEmpty),
            library: library, node: node)
    }

    /// The panel itself, or what the file has of its library panel.
    private func content(of panel: DocumentNode) -> (DocumentNode, LibraryPanel?) {
        guard let library = panel["libraryPanel"], !library.isNull else { return (panel, nil) }
        let uid = library["uid"]?.text
        let element = uid.flatMap { node["__elements"]?[$0.value] }
        let model = library["model"] ?? element?["model"] ?? (panel["targets"] == nil ? nil : panel)
        let name = library["name"]?.text ?? element?["name"]?.text
        return (model ?? panel, LibraryPanel(name: name, uid: uid, isEmbedded: model != nil))
    }

    private func target(_ node: DocumentNode, panel: Datasource) -> Target {
        let source = Datasource(node["datasource"])
        let expression = node["expr"]?.text
        return Target(
            refID: node["refId"]?.text, expression: expression, legend: node["legendFormat"]?.text.flatMap(\.nonEmpty),
            interval: node["interval"]?.text.flatMap(\.nonEmpty), datasource: source,
            // Of what says nothing, Prometheus and Loki have expressions, and Loki is named where it is used.
            language: sources.language([source, panel], fallback: expression == nil ? .other("") : .promQL),
            isHidden: node["hide"]?.boolean ?? false, isInstant: node["instant"]?.boolean ?? false, node: node)
    }

    private func annotation(_ node: DocumentNode) -> Annotation {
        let source = Datasource(node["datasource"])
        let expression = node["expr"]?.text ?? node["target"]?["expr"]?.text
        return Annotation(
            name: node["name"]?.text, expression: expression, tagKeys: node["tagKeys"]?.text.flatMap(\.nonEmpty),
            titleFormat: node["titleFormat"]?.text.flatMap(\.nonEmpty),
            textFormat: node["textFormat"]?.text.flatMap(\.nonEmpty), datasource: source,
            language: sources.language([source], fallback: expression == nil ? .other("") : .promQL),
            isEnabled: node["enable"]?.boolean ?? true, node: node)
    }
}

extension SourceText {
    /// Nil when there is nothing in it.
    var nonEmpty: SourceText? { value.isEmpty ? nil : self }
}

extension DocumentNode {
    /// A whole number, written as one.
    var integer: Int? { text.flatMap { Int($0.value) } }
}
