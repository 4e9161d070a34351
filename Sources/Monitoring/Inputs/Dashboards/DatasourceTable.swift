import Documents

/// Finds out what language a target's query is in, from what the dashboard says of its data sources.
struct DatasourceTable {
    /// Types by the names of inputs and variables.
    private var types: [String: String] = [:]

    static let prometheusTypes: Set<String> = [
        "prometheus", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource",
    ]

    init(_ dashboard: DocumentNode) {
        for input in dashboard["__inputs"]?.elements ?? [] {
            guard let name = input["name"]?.text, let type = input["pluginId"]?.text else { continue }
            types[name.value] = type.value
        }
        for variable in dashboard["templating"]?["list"]?.elements ?? []
        where variable["type"]?.text?.value == "datasource" {
            guard let name = variable["name"]?.text, let type = variable["query"]?.text else { continue }
            types[name.value] = type.value
        }
    }

    /// For the newer schema.
    init(variables: [(name: String, type: String)]) {
        for variable in variables { types[variable.name] = variable.type }
    }

    /// The language of a query under the nearest data source that says anything; `fallback` when none does.
    func language(_ sources: [Datasource], fallback: QueryLanguage) -> QueryLanguage {
        for source in sources {
            guard let type = type(of: source) else { continue }
            return Self.prometheusTypes.contains(type) ? .promQL : .other(type)
        }
        return fallback
    }

    /// The plug-in's type; nil when nothing is said, or a name that only Grafana knows.
    private func type(of source: Datasource) -> String? {
        switch source {
        case .unspecified: nil
        case .name(let name): type(named: name.value)
        case .reference(let type, let uid):
            type.flatMap { Self.isMixed($0.value) || Self.variable($0.value) != nil ? nil : $0.value }
                ?? uid.flatMap { self.type(named: $0.value) }
        }
    }

    private func type(named name: String) -> String? {
        if let variable = Self.variable(name) { return types[variable] }
        switch name {
        case "-- Grafana --", "-- Dashboard --", "grafana": return "grafana"
        case "__expr__": return "__expr__"
        default:
            // Names of one's own choice mostly say what they are of.
            let name = name.lowercased()
            return ["loki", "tempo", "elasticsearch", "influxdb", "graphite", "cloudwatch"].first { name.contains($0) }
        }
    }

    private static func isMixed(_ name: String) -> Bool {
        name == "mixed" || name == "-- Mixed --" || name == "datasource"
    }

    /// The name in `$name`, `${name}` or `[[name]]`.
    private static func variable(_ text: String) -> String? {
        if text.hasPrefix("${"), text.hasSuffix("}") {
            return text.dropFirst(2).dropLast().split(separator: ":").first.map(String.init)
        }
        if text.hasPrefix("[["), text.hasSuffix("]]") { return String(text.dropFirst(2).dropLast(2)) }
        return text.hasPrefix("$") ? String(text.dropFirst()) : nil
    }
}

extension Datasource {
    init(_ node: DocumentNode?) {
        guard let node, !node.isNull else {
            self = .unspecified
            return
        }
        if case .mapping = node.content {
            self = .reference(type: node["type"]?.text, uid: node["uid"]?.text)
        } else {
            self = node.text.map(Datasource.name) ?? .unspecified
        }
    }
}
