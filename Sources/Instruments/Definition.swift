/// What a registration says about a family; two registrations with equal definitions are the same family.
struct Definition: Sendable, Hashable {
    /// What only some types have.
    enum Shape: Sendable, Hashable {
        case plain
        /// Of a native histogram.
        case native(NativeBuckets)
        /// Of a summary.
        case quantiles(QuantileWindow)
        /// Of a state set.
        case states([String])
    }

    var name: String
    let type: MetricType
    let help: String
    var labels: [Label]
    /// How many of the labels, the last ones, get their values from a scope.
    var supplied = 0
    /// The finite upper bounds of a histogram.
    let buckets: [Double]
    /// What its type needs besides.
    let shape: Shape
    /// Whether a callback supplies the values.
    let observed: Bool

    init(
        name: String, type: MetricType, help: String, labels: [Label], buckets: [Double] = [], shape: Shape = .plain,
        observed: Bool = false
    ) {
        self.name = name
        self.type = type
        self.help = help
        self.labels = labels
        self.buckets = buckets
        self.shape = shape
        self.observed = observed
    }

    /// The name in OpenMetrics, which counts `_total` and `_info` to the sample and not to the family.
    var openMetricsName: Substring {
        switch type {
        case .counter: Substring(name.utf8.dropLast(NameRules.total.utf8.count))
        case .info: Substring(name.utf8.dropLast(NameRules.info.utf8.count))
        case .gauge, .histogram, .summary, .stateSet: name[...]
        }
    }

    /// All names under which a family or sample of this one can be shown, in any format: no other family may have them.
    var claimedNames: [String] {
        switch type {
        case .gauge, .stateSet: [name]
        case .info: [name, String(openMetricsName)]
        case .counter: [name, String(openMetricsName), openMetricsName + "_created"]
        case .histogram: [name] + ["_bucket", "_count", "_sum", "_created"].map { name + $0 }
        case .summary: [name] + ["_count", "_sum", "_created"].map { name + $0 }
        }
    }

    /// The labels that callers supply the values of.
    var ownLabels: ArraySlice<Label> { labels.dropLast(supplied) }

    /// The combinations of label values that exist from the start: all of them if every domain is closed, else none.
    ///
    /// - Parameter constants: the values of the last labels, which a scope supplies.
    func initialValues(constants: [String]) -> [LabelValues] {
        var combinations: [[String]] = [[]]
        for label in ownLabels {
            guard case .closed(let values) = label.domain else { return [] }
            combinations = combinations.flatMap { head in values.map { head + [$0] } }
        }
        return combinations.map { LabelValues($0 + constants) }
    }

    /// How long a series may show the same before it goes; nil for ever.
    var idleLimit: Duration? {
        let limits = labels.compactMap { label -> Duration? in
            guard case .open(_, let idle, _) = label.domain else { return nil }
            return idle
        }
        return limits.min()
    }

    /// Such as `histogram "wait_seconds" with labels queue (declared), buckets 0.1, 1.0, help "Time in the queue."`.
    var summary: String {
        var parts = ["\(observed ? "observed " : "")\(type.rawValue) \"\(name)\""]
        parts.append(
            labels.isEmpty
                ? "without labels" : "with labels " + labels.map(\.description).joined(separator: ", "))
        var text = parts.joined(separator: " ")
        if type == .histogram {
            text += "; buckets " + (buckets.isEmpty ? "none" : buckets.map(\.description).joined(separator: ", "))
        }
        switch shape {
        case .plain: break
        case .native(let native): text += "; native buckets \(native)"
        case .quantiles(let window): text += "; \(window)"
        case .states(let states): text += "; states \(states.joined(separator: ", "))"
        }
        return text + "; help \"\(help)\""
    }

    /// In what the two differ, in words.
    func differences(from other: Definition) -> [String] {
        var differences: [String] = []
        if type != other.type { differences.append("type") }
        if help != other.help { differences.append("help") }
        if labels != other.labels { differences.append("labels") }
        if supplied != other.supplied, labels == other.labels {
            differences.append("which labels a scope supplies")
        }
        if buckets != other.buckets { differences.append("buckets") }
        if shape != other.shape, type == other.type { differences.append(shapeName(comparedWith: other)) }
        if observed != other.observed { differences.append("callback") }
        return differences
    }

    /// What to call the shape of two that have the same type.
    private func shapeName(comparedWith other: Definition) -> String {
        switch (shape, other.shape) {
        case (.native, _), (_, .native): "native buckets"
        case (.quantiles, _), (_, .quantiles): "quantiles"
        case (.states, _), (_, .states), (.plain, .plain): "states"
        }
    }
}
