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
        let types = sources.compactMap { type(of: $0) }
        // Grafana's own source has no expressions: a query that has one was written for another, and kept.
        guard let type = types.first(where: { $0 != Self.own }) else {
            return types.isEmpty || fallback == .promQL ? fallback : .other(Self.own)
        }
        return Self.prometheusTypes.contains(type) ? .promQL : .other(type)
    }

    /// The type of the source that Grafana has itself.
    private static let own = "grafana"

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
        case "-- Grafana --", "grafana": return Self.own
        case "-- Dashboard --": return "dashboard"
        case "__expr__": return "__expr__"
        default: return Self.others.first { Self.contains(name, word: $0) }
        }
    }

    /// Names of one's own choice mostly say what they are of.
    private static let others = ["loki", "tempo", "elasticsearch", "influxdb", "graphite", "cloudwatch"]

    /// Whether a name has a word, small or large: `tempo`, `my-tempo`, `TempoEU`, and not `Temporal`.
    private static func contains(_ name: String, word: String) -> Bool {
        let letters = Array(name)
        guard letters.count >= word.count else { return false }
        return (0...letters.count - word.count).contains { start in
            let part = letters[start..<start + word.count]
            return String(part).lowercased() == word && isEdge(letters[..<start].last, part.first)
                && isEdge(part.last, letters[part.endIndex...].first)
        }
    }

    /// Whether one word ends and another begins between two characters.
    private static func isEdge(_ left: Character?, _ right: Character?) -> Bool {
        guard let left, let right, left.isLetter, right.isLetter else { return true }
        return left.isLowercase && right.isUppercase
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
