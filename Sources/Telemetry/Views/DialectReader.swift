import Documents
import Wording

/// Reads a dialect from its file.
struct DialectReader {
    private static let keys = ["dialect", "summary", "since", "declared_prefix", "families"]
    private static let familyKeys = [
        "name", "help", "signal", "counter", "gauge", "histogram", "buckets", "labels", "where", "since",
        "deprecated_by",
    ]
    private static let labelKeys = ["attribute", "constant", "rename", "values"]
    private static let kinds = ["counter", "gauge", "histogram"]

    private var since = ""

    mutating func read(_ file: SourceFile) throws(DialectError) -> Dialect {
        let root = try Self.root(of: file)
        try check(root, Self.keys)
        since = try text(root, "since").value
        var views: [View] = []
        for node in try list(root, "families") {
            let view = try view(node)
            do throws(ViewError) {
                _ = try Recorders.bind(view)
                if views.contains(where: { $0.family == view.family && $0 != view }) {
                    throw ViewError(family: view.family, signal: view.signal, problem: .familyTwice)
                }
            } catch {
                throw DialectError(place: (node["name"] ?? node).place, message: error.description)
            }
            views.append(view)
        }
        let prefix = root["declared_prefix"] == nil ? nil : try text(root, "declared_prefix").value
        return Dialect(
            name: try text(root, "dialect").value, summary: try text(root, "summary").value, views: views,
            declaredPrefix: prefix)
    }

    private static func root(of file: SourceFile) throws(DialectError) -> DocumentNode {
        let document: Document
        do {
            document = try Document(yaml: file)
        } catch {
            throw DialectError(place: error.place, message: "\(error.message); \(error.remedy)")
        }
        let whole = SourcePlace(file: file, range: 0..<0)
        if let key = document.repeatedKeys.first {
            throw DialectError(
                place: key.place, message: "\(Prose.quote(key.value)) stands twice; remove one of the two")
        }
        guard document.roots.count == 1 else {
            throw DialectError(
                place: whole, message: "there must be one document; write `dialect: NAME` and what follows")
        }
        return document.roots[0]
    }

    // MARK: Families

    private func view(_ node: DocumentNode) throws(DialectError) -> View {
        try check(node, Self.familyKeys)
        var view = View(
            family: try text(node, "name").value, help: try text(node, "help").value,
            signal: try text(node, "signal").value, shows: try shows(node), labels: [], since: since)
        if node["since"] != nil { view.since = try text(node, "since").value }
        if node["deprecated_by"] != nil { view.deprecatedBy = try text(node, "deprecated_by").value }
        if let labels = node["labels"] {
            for member in try members(labels) { view.labels.append(try label(member)) }
        }
        if let conditions = node["where"] {
            for member in try members(conditions) {
                view.conditions[member.key.value] = Set(try texts(member.value))
            }
        }
        return view
    }

    private func shows(_ node: DocumentNode) throws(DialectError) -> View.Shows {
        let given = node.members.filter { Self.kinds.contains($0.key.value) }
        guard let kind = given.first, given.count == 1 else {
            throw DialectError(
                place: (given.last?.key.place ?? node.place),
                message: "a family has just one of \(Prose.list(Self.kinds, "and"));"
                    + " write `counter: count`, or `histogram: duration`")
        }
        let measure = try text(kind.value).value
        if kind.key.value != "histogram", let buckets = node.member("buckets") {
            throw DialectError(place: buckets.key.place, message: "only a histogram has buckets; remove them")
        }
        switch (kind.key.value, measure) {
        case ("counter", "count"): return .count
        case ("gauge", "count"): return .current
        case ("counter", _): return .sum(measure: measure)
        case ("histogram", _): return .distribution(measure: measure, buckets: try numbers(node, "buckets"))
        default: return .value(measure: measure)
        }
    }

    private func label(_ member: DocumentMember) throws(DialectError) -> View.ViewLabel {
        let name = member.key.value
        if let attribute = member.value.text { return .init(name, .attribute(attribute.value, renamed: [:])) }
        let node = member.value
        try check(node, Self.labelKeys)
        let values = try node["values"].map { node throws(DialectError) in try texts(node) }
        if node["constant"] != nil { return .init(name, .constant(try text(node, "constant").value), values: values) }
        var renamed: [String: String] = [:]
        if let table = node["rename"] {
            for member in try members(table) { renamed[member.key.value] = try text(member.value).value }
        }
        return .init(name, .attribute(try text(node, "attribute").value, renamed: renamed), values: values)
    }

    // MARK: Nodes

    private func check(_ node: DocumentNode, _ known: [String]) throws(DialectError) {
        for member in try members(node) where !known.contains(member.key.value) {
            let hint =
                NearestWord.find(member.key.value, among: known).map { "did you mean \(Prose.quote($0))?" }
                ?? "there are \(Prose.list(known, "and"))"
            throw DialectError(
                place: member.key.place, message: "there is no \(Prose.quote(member.key.value)) here; \(hint)")
        }
    }

    private func members(_ node: DocumentNode) throws(DialectError) -> [DocumentMember] {
        guard case .mapping(let members) = node.content else {
            throw DialectError(place: node.place, message: "a map must stand here; write `name: value`")
        }
        return members
    }

    private func child(_ node: DocumentNode, _ key: String) throws(DialectError) -> DocumentNode {
        guard let child = node[key] else {
            throw DialectError(place: node.place, message: "\(Prose.quote(key)) is missing; add `\(key): …`")
        }
        return child
    }

    private func list(_ node: DocumentNode, _ key: String) throws(DialectError) -> [DocumentNode] {
        try elements(try child(node, key))
    }

    private func elements(_ node: DocumentNode) throws(DialectError) -> [DocumentNode] {
        guard case .sequence(let elements) = node.content else {
            throw DialectError(place: node.place, message: "a list must stand here; write `[a, b]`")
        }
        return elements
    }

    private func text(_ node: DocumentNode, _ key: String) throws(DialectError) -> SourceText {
        try text(try child(node, key))
    }

    private func text(_ node: DocumentNode) throws(DialectError) -> SourceText {
        guard let text = node.text else {
            throw DialectError(place: node.place, message: "a text must stand here")
        }
        return text
    }

    private func texts(_ node: DocumentNode) throws(DialectError) -> [String] {
        var texts: [String] = []
        for element in try elements(node) { texts.append(try text(element).value) }
        return texts
    }

    private func numbers(_ node: DocumentNode, _ key: String) throws(DialectError) -> [Double] {
        var numbers: [Double] = []
        for element in try list(node, key) {
            guard let number = Double(try text(element).value), number.isFinite, number > numbers.last ?? -.infinity
            else {
                throw DialectError(
                    place: element.place, message: "bounds are numbers, each greater than the one before it")
            }
            numbers.append(number)
        }
        return numbers
    }
}
