import Documents

/// Reads template variables.
struct VariableReader {
    let sources: DatasourceTable

    func variable(_ node: DocumentNode) -> Variable? {
        guard let name = node["name"]?.text else { return nil }
        let kind = Variable.Kind(node["type"]?.text?.value ?? "query")
        let source = Datasource(node["datasource"])
        let query = Self.query(node)
        let language = sources.language([source], fallback: Self.fallback(query))
        return Variable(
            name: name, kind: kind, datasource: source, language: language, query: query,
            parts: kind == .query && language == .promQL ? query.flatMap { VariableQuery($0) } : nil,
            regex: node["regex"]?.text.flatMap(\.nonEmpty), options: Self.options(node, kind, query),
            current: Self.texts(node["current"]?["value"]), includesAll: node["includeAll"]?.boolean ?? false,
            allValue: node["allValue"]?.text.flatMap(\.nonEmpty), isMulti: node["multi"]?.boolean ?? false, node: node)
    }

    /// A text, or the text within a map, by the editors' generations.
    private static func query(_ node: DocumentNode) -> SourceText? {
        let query = node["query"]
        return (query?.text ?? query?["query"]?.text ?? query?["expr"]?.text ?? node["definition"]?.text)?.nonEmpty
    }

    /// Of a data source that is not known, Prometheus' own functions say what it is.
    private static func fallback(_ query: SourceText?) -> QueryLanguage {
        guard let query, let parts = VariableQuery(query) else { return .other("") }
        if case .series = parts { return .other("") }
        return .promQL
    }

    private static func options(_ node: DocumentNode, _ kind: Variable.Kind, _ query: SourceText?) -> [SourceText] {
        switch kind {
        case .custom: return query.map(customValues) ?? []
        case .interval: return query.map { $0.split(",") } ?? []
        case .constant, .textbox: return query.map { [$0] } ?? []
        default:
            let options = node["options"]?.elements ?? []
            return options.flatMap { texts($0["value"]) }.filter { $0.value != "$__all" }
        }
    }

    /// `a, b, shown : value`; a comma in a value has a backslash before it.
    private static func customValues(_ query: SourceText) -> [SourceText] {
        var parts: [SourceText] = []
        let bytes = Array(query.value.utf8)
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: ",") {
            if index > 0, bytes[index - 1] == UInt8(ascii: "\\") { continue }
            parts.append(query.part(start..<index))
            start = index + 1
        }
        parts.append(query.part(start..<bytes.count))
        return parts.compactMap { part in
            let bytes = Array(part.value.utf8)
            let colon = bytes.indices.dropLast(2).first { Array(bytes[$0...].prefix(3)) == Array(" : ".utf8) }
            return colon.map { part.part($0 + 3..<bytes.count).trimmed } ?? part.trimmed
        }
    }

    /// One text or a list of them.
    private static func texts(_ node: DocumentNode?) -> [SourceText] {
        guard let node else { return [] }
        return ([node] + node.elements).compactMap { $0.text?.nonEmpty }
    }
}

extension Variable.Kind {
    init(_ name: String) {
        switch name {
        case "query", "QueryVariable": self = .query
        case "custom", "CustomVariable": self = .custom
        case "interval", "IntervalVariable": self = .interval
        case "constant", "ConstantVariable": self = .constant
        case "textbox", "TextVariable": self = .textbox
        case "datasource", "DatasourceVariable": self = .datasource
        case "adhoc", "AdhocVariable": self = .adhoc
        default: self = .other(name)
        }
    }
}

extension VariableQuery {
    /// Takes a query apart as Grafana's Prometheus data source does. Nil when it is empty, or asks for the values of no
    /// label.
    init?(_ query: SourceText) {
        guard let query = query.trimmed else { return nil }
        if let inner = Self.argument(of: query, "label_names") {
            self = .labelNames(of: inner.trimmed)
        } else if let inner = Self.argument(of: query, "label_values") {
            guard let call = Self.labelValues(inner) else { return nil }
            self = call
        } else if let inner = Self.argument(of: query, "metrics")?.trimmed {
            self = .metrics(pattern: inner)
        } else if let inner = Self.argument(of: query, "query_result")?.trimmed {
            self = .result(inner)
        } else {
            self = .series(query)
        }
    }

    /// What stands in the parentheses of a call that is the whole text.
    private static func argument(of query: SourceText, _ function: String) -> SourceText? {
        guard query.value.hasPrefix(function + "("), query.value.hasSuffix(")") else { return nil }
        return query.part(function.utf8.count + 1..<query.value.utf8.count - 1)
    }

    /// The label is behind the last comma; it may be a variable.
    private static func labelValues(_ inner: SourceText) -> VariableQuery? {
        let bytes = Array(inner.value.utf8)
        let comma = bytes.lastIndex(of: UInt8(ascii: ","))
        guard let label = inner.part((comma.map { $0 + 1 } ?? 0)..<bytes.count).trimmed else { return nil }
        let isName = Names.isClassicLabel(label.value) || label.value.hasPrefix("$") || label.value.hasPrefix("[[")
        return isName ? .labelValues(of: comma.flatMap { inner.part(0..<$0).trimmed }, label: label) : nil
    }
}
