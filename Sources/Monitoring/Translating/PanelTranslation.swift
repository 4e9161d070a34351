import Documents
import PromQL
import Wording

/// What the settings of a panel call its series and fields by, carried over with its queries.
struct PanelTranslation {
    private let panel: Panel
    private let context: String
    private var labels = CarriedLabels()
    private var legends: [String] = []
    /// Whether all of it could be carried over so far.
    private var isWhole = true
    private var isFirst = true

    init(_ panel: Panel, _ context: String) {
        self.panel = panel
        self.context = context
    }

    mutating func add(_ target: Target, _ carried: Result<CarriedQuery, CarriedQuery.Failure>) {
        if let legend = target.legend { legends.append(legend.value) }
        guard case .success(let found) = carried else {
            isWhole = false
            return
        }
        labels = isFirst ? found.labels : labels.merged(found.labels)
        isFirst = false
    }

    func carry() -> Rewriting {
        var rewriting = Rewriting()
        guard !labels.changed.isEmpty else { return rewriting }
        let names = PanelNames(panel.node)
        let shown = Set(names.given).union(legends.filter { !$0.contains("{{") })
        for name in names.names where !shown.contains(name.value) { carry(name, &rewriting) }
        for pattern in names.patterns where isTold(by: pattern.value) {
            rewriting.leave(pattern, .warning, in: context, "names that the pattern picks are called otherwise there")
        }
        return rewriting
    }

    private func carry(_ text: SourceText, _ rewriting: inout Rewriting) {
        if labels.changed.contains(text.value), labels.names[text.value] != text.value {
            let name = labels.unclear.contains(text.value) || !isWhole ? nil : labels.names[text.value]
            if let name { return rewriting.write(name, insteadOf: text) }
            return tell(text, &rewriting)
        }
        for values in shownValues {
            switch values.selection(value: text.value) {
            case .same: continue
            case .values(let carried) where carried.count == 1 && isWhole:
                return rewriting.write(carried[0], insteadOf: text)
            case .values, .unknown: return tell(text, &rewriting)
            }
        }
        // Without a legend, series are called by their labels.
        let words = Set(GrafanaPattern.words(text.value))
        if text.value.contains("=\""), !labels.changed.isDisjoint(with: words) { tell(text, &rewriting) }
    }

    private func tell(_ text: SourceText, _ rewriting: inout Rewriting) {
        rewriting.leave(
            text, .warning, in: context, "\(Prose.quote(text.value)) is called otherwise there, or not there at all")
    }

    /// The values that series are called by.
    private var shownValues: [CarriedValues] {
        labels.values.filter { label, _ in
            legends.contains { $0.replacing(" ", with: "") == "{{\(label)}}" }
        }.sorted { $0.key < $1.key }.map(\.value)
    }

    private func isTold(by pattern: String) -> Bool {
        let text = GrafanaPattern.text(pattern)
        if shownValues.contains(where: { $0.isTold(byPart: text) }) { return true }
        return !labels.changed.filter { labels.names[$0] != $0 }.isDisjoint(with: GrafanaPattern.words(text))
    }
}

/// Names of series and fields that stand in the settings of a panel.
struct PanelNames {
    private(set) var names: [SourceText] = []
    private(set) var patterns: [SourceText] = []
    /// Names that the settings themselves give.
    private(set) var given: [String] = []

    init(_ node: DocumentNode) {
        let inner = node["spec"]
        let parts = [node, node["libraryPanel"]?["model"], inner?["vizConfig"]?["spec"], inner?["data"]?["spec"]]
        for part in parts.compactMap(\.self) { read(part) }
    }

    private mutating func read(_ node: DocumentNode) {
        for override in node["fieldConfig"]?["overrides"]?.elements ?? [] { read(override: override) }
        for transformation in node["transformations"]?.elements ?? [] {
            let id = transformation["id"] ?? transformation["kind"]
            guard let options = transformation["options"] ?? transformation["spec"]?["options"] else { continue }
            read(id?.text?.value ?? "", options)
        }
        names += (node["options"]?["sortBy"]?.elements ?? []).compactMap { $0["displayName"]?.text }
        for alias in (node["seriesOverrides"]?.elements ?? []).compactMap({ $0["alias"]?.text }) {
            if alias.value.hasPrefix("/") { patterns.append(alias) } else { names.append(alias) }
        }
    }

    private mutating func read(override: DocumentNode) {
        let options = override["matcher"]?["options"]
        switch override["matcher"]?["id"]?.text?.value {
        case "byName": names += [options?.text].compactMap(\.self)
        case "byNames": names += (options?["names"]?.elements ?? []).compactMap(\.text)
        case "byRegexp": patterns += [options?.text].compactMap(\.self)
        default: break
        }
        for property in override["properties"]?.elements ?? [] where property["id"]?.text?.value == "displayName" {
            given += [property["value"]?.text?.value].compactMap(\.self)
        }
    }

    /// What each transformation calls fields by: texts, lists of texts, or the keys of maps.
    private static let fields: [String: [[String]]] = [
        "organize": [["excludeByName"], ["includeByName"], ["indexByName"], ["renameByName"]],
        "groupBy": [["fields"]], "sortBy": [["sort", "*", "field"]],
        "joinByField": [["byField"]], "seriesToColumns": [["byField"]],
        "filterFieldsByName": [["include", "names"], ["exclude", "names"]],
        "labelsToFields": [["keepLabels"], ["valueLabel"]], "partitionByValues": [["fields"]],
        "groupingToMatrix": [["columnField"], ["rowField"], ["valueField"]],
        "calculateField": [["reduce", "include"], ["binary", "left"], ["binary", "right"]],
        "filterByValue": [["filters", "*", "fieldName"]],
        "convertFieldType": [["conversions", "*", "targetField"]],
    ]

    private mutating func read(_ transformation: String, _ options: DocumentNode) {
        let found = (Self.fields[transformation] ?? []).flatMap { path in
            path.reduce([options]) { nodes, key in
                nodes.flatMap { key == "*" ? $0.elements : [$0[key]].compactMap(\.self) }
            }
        }
        for node in found {
            names += [node.text].compactMap(\.self) + node.elements.compactMap(\.text) + node.members.map(\.key)
        }
        given += (options["renameByName"]?.members ?? []).compactMap { $0.value.text?.value }
        patterns += ["include", "exclude"].compactMap { options[$0]?["pattern"]?.text }
        if transformation == "renameByRegex" { patterns += [options["regex"]?.text].compactMap(\.self) }
    }
}
