public import PromQL
public import Telemetry

/// The metrics that queries can read, by the names of their samples.
public struct MetricIndex: Sendable {
    /// A name of samples, and what is known of them.
    public struct Metric: Sendable {
        /// What of its family the samples are.
        public enum Part: Sendable, Hashable {
            /// The family itself.
            case whole
            case bucket, count, sum
        }

        /// The family; that of a recording rule is made up.
        public let family: Catalogue.Family
        public let part: Part
        /// What is known of the labels, those of the target included.
        public let labels: SeriesLabels

        /// Whether it only grows.
        public var isCounter: Bool {
            switch part {
            case .whole: family.type == "counter"
            case .bucket, .count, .sum: true
            }
        }
    }

    /// Labels that Prometheus or its targets may add to all series.
    static let targetLabels: Set<String> = [
        "job", "instance", "cluster", "namespace", "pod", "container", "node", "service", "endpoint", "env",
        "environment", "region", "zone", "prometheus", "replica", "team", "app", "host", "hostname",
    ]
    private static let own = [
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added", "scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes",
        "ALERTS", "ALERTS_FOR_STATE",
    ]

    private var metrics: [String: Metric] = [:]
    /// What recording rules of the checked files make.
    private var recorded: Set<String> = []
    /// Whether there may be metrics that nobody has seen yet.
    let isObserved: Bool

    public init(_ catalogue: Catalogue) {
        isObserved = catalogue.isObserved
        for family in catalogue.families { add(family) }
        for name in Self.own {
            metrics[name] = Metric(
                family: Catalogue.Family(name: name, type: "gauge", labels: []), part: .whole,
                labels: .atLeast(["job", "instance"]))
        }
    }

    private mutating func add(_ family: Catalogue.Family) {
        for (suffix, part) in Self.parts(of: family.type) {
            metrics[family.name + suffix] = Metric(family: family, part: part, labels: Self.labels(of: family, part))
        }
    }

    /// How the names of a family's samples end.
    private static func parts(of type: String) -> [(suffix: String, Metric.Part)] {
        switch type {
        case "histogram": [("_bucket", .bucket), ("_count", .count), ("_sum", .sum)]
        case "summary": [("", .whole), ("_count", .count), ("_sum", .sum)]
        default: [("", .whole)]
        }
    }

    /// The names of a family's samples.
    static func sampleNames(of family: Catalogue.Family) -> [String] {
        parts(of: family.type).map { family.name + $0.suffix }
    }

    private static func labels(of family: Catalogue.Family, _ part: Metric.Part) -> SeriesLabels {
        if family.otherLabels == true { return .unknown }
        let listed = Set(family.labels.map(\.name))
        // A label that is empty is one that is not there.
        let always = family.labels.filter { $0.values?.contains("") != true }.map(\.name)
        var labels = Set(["job", "instance"]).subtracting(listed).union(always)
        let optional = targetLabels.union(listed).subtracting(labels)
        if part == .bucket { labels.insert("le") }
        if part == .whole, family.type == "summary" { labels.insert("quantile") }
        return .exactly(labels, possible: optional)
    }

    /// Adds what a recording rule makes. Several may make series of one name.
    mutating func add(recorded name: String, labels: SeriesLabels) {
        guard metrics[name] == nil || recorded.contains(name) else { return }
        recorded.insert(name)
        let labels = metrics[name]?.labels.either(labels) ?? labels
        let family = Catalogue.Family(name: name, type: "unknown", labels: [])
        metrics[name] = Metric(family: family, part: .whole, labels: labels)
    }

    /// The samples of this name.
    public subscript(name: String) -> Metric? { metrics[name] }

    /// The family of this name where no sample has it: a histogram's.
    func base(_ name: String) -> Catalogue.Family? {
        metrics[name] == nil ? metrics[name + "_bucket"]?.family ?? metrics[name + "_count"]?.family : nil
    }

    /// All names.
    public var names: [String] { metrics.keys.sorted() }

    /// Whether the pattern of a matcher of `__name__` may pick any.
    func hasName(matching pattern: Pattern) -> Bool {
        if let values = pattern.values { return values.contains { metrics[$0] != nil } }
        return metrics.keys.contains { pattern.matches($0) ?? true }
    }
}
