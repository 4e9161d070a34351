import Documents

/// Reads dashboards of Grafana's second schema: `elements`, `layout`, and parts that say what `kind` they are.
struct ElementsReader {
    private let spec: DocumentNode
    private let resource: DocumentNode
    private let sources: DatasourceTable

    /// `resource` is the whole, whose name is the dashboard's uid.
    init(_ spec: DocumentNode, resource: DocumentNode) {
        self.spec = spec
        self.resource = resource
        sources = DatasourceTable(
            variables: (spec["variables"]?.elements ?? []).compactMap { variable in
                guard variable["kind"]?.text?.value == "DatasourceVariable", let inner = variable["spec"],
                    let name = inner["name"]?.text, let type = inner["pluginId"]?.text
                else { return nil }
                return (name.value, type.value)
            })
    }

    static func fits(_ node: DocumentNode) -> Bool {
        !(node["elements"]?.members.isEmpty ?? true) && node["layout"]?["kind"] != nil
    }

    func read() -> Dashboard {
        Dashboard(
            title: spec["title"]?.text, uid: resource["metadata"]?["name"]?.text, schemaVersion: nil,
            panels: (spec["elements"]?.members ?? []).map { panel($0.value) },
            variables: (spec["variables"]?.elements ?? []).compactMap(variable),
            annotations: (spec["annotations"]?.elements ?? []).map(annotation), node: spec)
    }

    private func panel(_ node: DocumentNode) -> Panel {
        let inner = node["spec"] ?? node
        let visual = inner["vizConfig"]
        let library = inner["libraryPanel"].map {
            LibraryPanel(name: $0["name"]?.text, uid: $0["uid"]?.text, isEmbedded: false)
        }
        let reader = visual?["spec"].map { PanelReader(node: $0) }
        return Panel(
            id: inner["id"]?.integer, title: inner["title"]?.text,
            type: visual?["group"]?.text ?? visual?["kind"]?.text,
            row: nil, datasource: .unspecified,
            targets: (inner["data"]?["spec"]?["queries"]?.elements ?? []).map(target),
            units: reader?.units ?? [], thresholds: reader?.thresholds ?? [], repeatVariable: nil, library: library,
            node: node)
    }

    private func target(_ node: DocumentNode) -> Target {
        let inner = node["spec"] ?? node
        let (query, source) = query(inner)
        return Target(
            refID: inner["refId"]?.text, expression: query?["expr"]?.text,
            legend: query?["legendFormat"]?.text.flatMap(\.nonEmpty),
            interval: query?["interval"]?.text.flatMap(\.nonEmpty),
            datasource: source, language: language(source, query), isHidden: inner["hidden"]?.boolean ?? false,
            isInstant: query?["instant"]?.boolean ?? false, node: node)
    }

    /// The query itself and its data source: its type is the query's `kind` in the first drafts, its `group` later.
    private func query(_ node: DocumentNode) -> (DocumentNode?, Datasource) {
        let query = node["query"]
        let kind = query?["group"]?.text ?? query?["kind"]?.text
        let source = query?["datasource"] ?? node["datasource"]
        let uid = source?["name"]?.text ?? source?["uid"]?.text
        guard kind != nil || source != nil else { return (query?["spec"], .unspecified) }
        return (query?["spec"], .reference(type: source?["type"]?.text ?? kind, uid: uid))
    }

    private func language(_ source: Datasource, _ query: DocumentNode?) -> QueryLanguage {
        sources.language([source], fallback: query?["expr"] == nil ? .other("") : .promQL)
    }

    private func variable(_ node: DocumentNode) -> Variable? {
        guard let inner = node["spec"], let name = inner["name"]?.text else { return nil }
        let kind = Variable.Kind(node["kind"]?.text?.value ?? "")
        let (spec, source) = query(inner)
        let text = (spec?["query"]?.text ?? spec?["__legacyStringValue"]?.text ?? inner["query"]?.text)?.nonEmpty
        let language = sources.language([source], fallback: .other(""))
        return Variable(
            name: name, kind: kind, datasource: source, language: language, query: text,
            parts: kind == .query && language == .promQL ? text.flatMap { VariableQuery($0) } : nil,
            regex: inner["regex"]?.text.flatMap(\.nonEmpty),
            options: (inner["options"]?.elements ?? []).compactMap { $0["value"]?.text }.filter {
                $0.value != "$__all"
            },
            current: [inner["current"]?["value"]?.text].compactMap { $0?.nonEmpty },
            includesAll: inner["includeAll"]?.boolean ?? false, allValue: inner["allValue"]?.text.flatMap(\.nonEmpty),
            isMulti: inner["multi"]?.boolean ?? false, node: node)
    }

    private func annotation(_ node: DocumentNode) -> Annotation {
        let inner = node["spec"] ?? node
        let (query, source) = query(inner)
        return Annotation(
            name: inner["name"]?.text, expression: query?["expr"]?.text, tagKeys: query?["tagKeys"]?.text,
            titleFormat: query?["titleFormat"]?.text, textFormat: query?["textFormat"]?.text, datasource: source,
            language: language(source, query), isEnabled: inner["enable"]?.boolean ?? true, node: node)
    }
}
