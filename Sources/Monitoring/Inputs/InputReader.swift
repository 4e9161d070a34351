public import Documents

/// Finds out what a file is, by its content, and reads it.
///
/// It knows rule files and Alertmanager configurations; resources of Kubernetes that hold rules or dashboards
/// (`PrometheusRule`, `ConfigMap`, `GrafanaDashboard`, and lists of them), also several in one file; dashboards of
/// Grafana as they are exported and as its API gives them; and, by the name `….promql`, lists of queries.
public struct InputReader {
    /// Texts inside texts: a dashboard in a ConfigMap is one.
    private static let deepestNesting = 3

    private let limits: DocumentLimits
    private var inputs: [Input] = []
    private var log = ReadingLog()

    /// Reads a file. Nothing is thrown: what cannot be read is among the problems.
    public static func read(_ file: SourceFile, limits: DocumentLimits = .standard) -> InputReading {
        var reader = InputReader(limits: limits)
        reader.read(TextLayer(file), name: file.path)
        let problems = reader.log.problems.enumerated().sorted {
            ($0.element.place.range.lowerBound, $0.offset) < ($1.element.place.range.lowerBound, $1.offset)
        }
        return InputReading(inputs: reader.inputs, problems: problems.map(\.element))
    }

    private init(limits: DocumentLimits) { self.limits = limits }

    // MARK: Texts

    private mutating func read(_ layer: TextLayer, name: String) {
        if name.hasSuffix(".promql") { return inputs.append(.queries(QueryList(layer))) }
        let form = TextForm(layer.bytes, name: name)
        if form == .jsonnet { return report(.jsonnet, layer, 0) }
        do throws(DocumentError) {
            let document = try form == .json ? Document(json: layer, limits) : Document(yaml: layer, limits)
            for key in document.repeatedKeys { log.report(.repeatedKey(key.value), key.place) }
            read(document, form)
        } catch {
            // What begins as JSON does may be YAML.
            if form == .json, !name.hasSuffix(".json"), let document = try? Document(yaml: layer, limits) {
                return read(document, .yaml)
            }
            report(error, form, layer)
        }
    }

    private mutating func report(_ error: DocumentError, _ form: TextForm, _ layer: TextLayer) {
        switch form {
        case .yaml:
            guard let action = TextForm.helmAction(layer.bytes) else { break }
            return report(.helmTemplate, layer, action)
        case .json:
            if TextForm.looksLikeJsonnet(layer.bytes) { return log.report(.jsonnet, error.place) }
        case .jsonnet: break
        }
        log.report(.document(error.fault), error.place)
    }

    private mutating func report(_ fault: ReadingFault, _ layer: TextLayer, _ offset: Int) {
        let end = min(offset + 1, layer.bytes.count)
        log.report(fault, SourcePlace(file: layer.file, range: layer.fileRange(min(offset, end)..<end)))
    }

    private mutating func read(_ document: Document, _ form: TextForm) {
        let rules = document.roots.filter { $0["groups"] != nil && !Self.isResource($0) }
        if document.roots.count > 1, let second = rules.dropFirst().first {
            log.report(.severalDocuments, second.place)
        }
        for root in document.roots { read(root) }
    }

    // MARK: Documents

    private static func isResource(_ node: DocumentNode) -> Bool {
        node["apiVersion"]?.text != nil && node["kind"]?.text != nil
    }

    private mutating func read(_ node: DocumentNode) {
        if Self.isResource(node) { return resource(node, kind: node["kind"]?.text?.value ?? "", depth: 0) }
        if node["groups"] != nil {
            var reader = RuleReader()
            if let file = reader.file(node) { inputs.append(.rules(file)) }
            return take(reader.log)
        }
        if node["route"]?["receiver"] != nil || node["route"] != nil && node["receivers"] != nil {
            var reader = RouteReader()
            if let routes = reader.routes(node) { inputs.append(.routes(routes)) }
            return take(reader.log)
        }
        dashboard(node)
    }

    private mutating func dashboard(_ node: DocumentNode) {
        // As the API of Grafana gives it.
        let dashboard = node["dashboard"].flatMap { $0.members.isEmpty ? nil : $0 } ?? node
        if DashboardReader.fits(dashboard) {
            var reader = DashboardReader(dashboard)
            inputs.append(.dashboard(reader.read()))
        } else if let spec = [dashboard, dashboard["spec"]].compactMap({ $0 }).first(where: ElementsReader.fits) {
            inputs.append(.dashboard(ElementsReader(spec, resource: node).read()))
        }
    }

    // MARK: Resources of Kubernetes

    private mutating func resource(_ node: DocumentNode, kind: String, depth: Int) {
        switch kind {
        case "PrometheusRule":
            var reader = RuleReader()
            if let file = reader.resource(node) { inputs.append(.rules(file)) }
            take(reader.log)
        case "ConfigMap", "Secret": texts(node[kind == "Secret" ? "stringData" : "data"])
        case "GrafanaDashboard": if let json = node["spec"]?["json"]?.text { nested(json, name: ".json") }
        case "Dashboard":
            if let spec = node["spec"], DashboardReader.fits(spec) { dashboard(spec) } else { dashboard(node) }
        case _ where kind.hasSuffix("List") && depth < Self.deepestNesting:
            let inner = String(kind.dropLast(4))
            for item in node["items"]?.elements ?? [] {
                resource(item, kind: item["kind"]?.text?.value ?? inner, depth: depth + 1)
            }
        default: break
        }
    }

    /// The files that a resource holds.
    private mutating func texts(_ data: DocumentNode?) {
        for member in data?.members ?? [] {
            guard let text = member.value.text else { continue }
            let name = member.key.value
            guard [".json", ".yaml", ".yml", ".rules", ".promql"].contains(where: name.hasSuffix) else { continue }
            nested(text, name: name)
        }
    }

    private mutating func nested(_ text: SourceText, name: String) {
        guard text.layer.depth < Self.deepestNesting else { return }
        read(TextLayer(inside: text), name: name)
    }

    private mutating func take(_ other: ReadingLog) {
        for problem in other.problems { log.report(problem.fault, problem.place) }
    }
}

/// What language a text is in.
enum TextForm {
    case json, yaml, jsonnet

    init(_ bytes: [UInt8], name: String) {
        let start = bytes.drop { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        let visible = start.prefix(512).filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if name.hasSuffix(".jsonnet") || name.hasSuffix(".libsonnet") {
            self = .jsonnet
        } else if name.hasSuffix(".json") {
            self = Self.looksLikeJsonnet(bytes) && visible.first != UInt8(ascii: "{") ? .jsonnet : .json
        } else if visible.first == UInt8(ascii: "{") && visible.dropFirst().first != UInt8(ascii: "{") {
            self = .json
        } else if ["local ", "(import "].contains(where: { start.starts(with: $0.utf8) }) {
            self = .jsonnet
        } else {
            self = .yaml
        }
    }

    /// Whether there are words that JSON and YAML hardly have and Jsonnet has nearly always.
    static func looksLikeJsonnet(_ bytes: [UInt8]) -> Bool {
        let head = bytes.prefix(4096)
        return ["import '", "import \"", "+::", "+: {", "local ", "std."].contains { word in
            let word = Array(word.utf8)
            return head.indices.contains { head[$0] == word[0] && head[$0...].starts(with: word) }
        }
    }

    /// Where a text has what only a template for Helm has: an action at the beginning of a line, or one that speaks of
    /// the chart or escapes another one.
    static func helmAction(_ bytes: [UInt8]) -> Int? {
        let words = [".Values", ".Release.", ".Chart.", "include ", "toYaml ", "tpl ", "`"].map { Array($0.utf8) }
        return bytes.indices.first { index in
            guard bytes[index...].starts(with: [UInt8(ascii: "{"), UInt8(ascii: "{")]) else { return false }
            if index == 0 || bytes[index - 1] == UInt8(ascii: "\n") { return true }
            let action = bytes[index...].prefix(80).prefix { $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "\n") }
            return words.contains { word in action.indices.contains { action[$0...].starts(with: word) } }
        }
    }
}
