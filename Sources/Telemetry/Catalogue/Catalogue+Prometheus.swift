extension Catalogue {
    /// The metrics of a Prometheus, as far as it knows them.
    ///
    /// Which values labels can have is not known; of a family whose series were not asked for, neither is which labels.
    /// Labels that all series of targets have, `job` and `instance`, are left out, and so are Prometheus' own metrics.
    ///
    /// - Parameters:
    ///   - names: of all samples.
    ///   - metadata: types and texts. What recording rules make has none.
    ///   - series: of some of the names or of all.
    ///   - unasked: names whose series are not all among them.
    public init(
        prometheus names: PrometheusAnswers.Names, metadata: PrometheusAnswers.Metadata,
        series: [PrometheusAnswers.Series], unasked: Set<String> = []
    ) {
        var shown = ShownSeries(series)
        shown.unasked = unasked
        self.init(families: PrometheusFamilies(Set(names.data), metadata.data, shown).families)
        isObserved = true
    }
}

/// The labels of series by the name of their samples.
private struct ShownSeries {
    struct Label {
        /// How many series have it.
        var series = 0
        var values: Set<String> = []
    }

    struct Metric {
        var series = 0
        var labels: [String: Label] = [:]
    }

    /// Labels that Prometheus adds to what it scrapes, and not to what it computes.
    private static let ofTargets = ["job", "instance"]
    /// More values than these are of no use to people.
    private static let mostValues = 20
    /// Names whose series are not all known.
    var unasked: Set<String> = []
    private(set) var metrics: [String: Metric] = [:]

    init(_ answers: [PrometheusAnswers.Series]) {
        for series in answers.lazy.flatMap(\.data) {
            guard let name = series["__name__"] else { continue }
            metrics[name, default: Metric()].add(series)
        }
    }

    /// The labels of the samples of a family; nil if they are not known.
    func labels(of names: [String], without part: Set<String>) -> [CatalogueLabel]? {
        let known = names.compactMap { metrics[$0] }
        guard !known.isEmpty, unasked.isDisjoint(with: names) else { return nil }
        let series = known.reduce(0) { $0 + $1.series }
        var labels: [String: Label] = [:]
        for (name, label) in known.flatMap(\.labels) where !part.contains(name) {
            labels[name, default: Label()].merge(label)
        }
        for name in Self.ofTargets where labels[name]?.series == series { labels[name] = nil }
        for name in Self.ofTargets where labels[name] == nil && !known.allSatisfy({ $0.isOnAll(name) }) {
            labels[name] = Label()
        }
        return labels.sorted { $0.key < $1.key }.map { name, label in
            // A label that some series lack is empty there. `le` and `quantile` are only on some of a family's names.
            let values = label.values.count <= Self.mostValues ? label.values.sorted() : []
            let known = (label.series < series ? [""] : []) + values
            return CatalogueLabel(name: name, domain: .declared, values: known.isEmpty ? nil : known)
        }
    }

    func values(of label: String, in name: String) -> Set<String> { metrics[name]?.labels[label]?.values ?? [] }
}

extension ShownSeries.Metric {
    func isOnAll(_ label: String) -> Bool { labels[label]?.series == series }

    fileprivate mutating func add(_ labels: [String: String]) {
        series += 1
        for (name, value) in labels where name != "__name__" {
            self.labels[name, default: ShownSeries.Label()].series += 1
            self.labels[name]?.values.insert(value)
        }
    }
}

extension ShownSeries.Label {
    fileprivate mutating func merge(_ other: Self) {
        series += other.series
        values.formUnion(other.values)
    }
}

/// Families from the names of their samples.
private struct PrometheusFamilies {
    private let metadata: [String: [PrometheusAnswers.Metadata.Entry]]
    private let shown: ShownSeries
    /// Names that no family has yet.
    private var left: Set<String>
    private(set) var families: [Catalogue.Family] = []

    init(
        _ names: Set<String>, _ metadata: [String: [PrometheusAnswers.Metadata.Entry]], _ shown: ShownSeries
    ) {
        self.metadata = metadata
        self.shown = shown
        left = names.filter { !Self.isOwn($0) }
        for name in names.sorted() where name.hasSuffix("_bucket") { histogram(String(name.dropLast("_bucket".count))) }
        for name in metadata.keys.sorted() { described(name) }
        for name in left.sorted() { add(name, of: [name], type: type(of: name)) }
        for name in metadata.keys.sorted() { promised(name, names) }
    }

    /// Whether Prometheus makes it up itself.
    private static func isOwn(_ name: String) -> Bool {
        ["up", "ALERTS", "ALERTS_FOR_STATE"].contains(name) || name.hasPrefix("scrape_")
    }

    // MARK: Types

    private func entry(_ name: String) -> PrometheusAnswers.Metadata.Entry? { metadata[name]?.first }

    /// What all targets say; nil if they do not agree, or say nothing.
    private func saidType(_ name: String) -> String? {
        let types = Set((metadata[name] ?? []).map(\.type))
        return types.count == 1 ? types.first : nil
    }

    /// OpenMetrics describes counters and information without their endings.
    private func type(of name: String) -> String {
        if let type = saidType(name) {
            return ["histogram", "summary", "gaugehistogram"].contains(type) ? "unknown" : type
        }
        for (ending, type) in [("_total", "counter"), ("_info", "info")] where name.hasSuffix(ending) {
            if saidType(String(name.dropLast(ending.count))) == type { return type }
        }
        return "unknown"
    }

    // MARK: Families of several names

    /// A histogram whose buckets there are. One that is native besides has samples of its own name, too.
    private mutating func histogram(_ name: String) {
        let parts = ["_bucket", "_count", "_sum"].map { name + $0 }
        guard !left.contains(name), !shown.values(of: "le", in: parts[0]).isEmpty || saidType(name) == "histogram"
        else { return }
        add(name, of: parts, type: "histogram")
    }

    private mutating func described(_ name: String) {
        guard saidType(name) == "summary" else { return }
        let parts = [name, name + "_count", name + "_sum"]
        guard parts.contains(where: left.contains) else { return }
        add(name, of: parts, type: "summary")
    }

    /// What a target describes and has no series of yet.
    private mutating func promised(_ name: String, _ names: Set<String>) {
        let endings = ["", "_total", "_info", "_bucket", "_count", "_sum"]
        guard !Self.isOwn(name), !endings.contains(where: { names.contains(name + $0) }) else { return }
        let type = saidType(name) ?? "unknown"
        add(name, of: [name], type: type)
        // The ending is there in OpenMetrics and need not be elsewhere.
        for (ending, ended) in [("_total", "counter"), ("_info", "info")] where type == ended && !name.hasSuffix(ending)
        {
            add(name + ending, of: [name + ending], type: type)
        }
    }

    private mutating func add(_ name: String, of parts: [String], type: String) {
        left.subtract(parts)
        let own: Set<String> =
            switch type {
            case "histogram": ["le"]
            case "summary": ["quantile"]
            default: []
            }
        let labels = shown.labels(of: parts, without: own)
        let said = entry(name) ?? entry(Self.stem(name))
        var family = Catalogue.Family(name: name, type: type, help: said?.help ?? "", labels: labels ?? [])
        family.unit = said?.unit.flatMap { $0.isEmpty ? nil : $0 } ?? Catalogue.Family.unit(of: name)
        if labels == nil { family.otherLabels = true }
        if type == "histogram", labels != nil { family.buckets = bounds(parts[0]) }
        families.append(family)
    }

    private static func stem(_ name: String) -> String {
        let ending = ["_total", "_info"].first { name.hasSuffix($0) }
        return String(name.dropLast(ending?.count ?? 0))
    }

    /// Nil if not all series are known, as bounds may be missing then.
    private func bounds(_ buckets: String) -> [Double]? {
        guard !shown.unasked.contains(buckets) else { return nil }
        let bounds = shown.values(of: "le", in: buckets).compactMap(Double.init).filter(\.isFinite)
        return bounds.isEmpty ? nil : bounds.sorted()
    }
}
