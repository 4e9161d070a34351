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

    public init(_ catalogue: Catalogue) {
        for family in catalogue.families { add(family) }
        for name in Self.own {
            metrics[name] = Metric(
                family: Catalogue.Family(name: name, type: "gauge", labels: []), part: .whole,
                labels: .atLeast(["job", "instance"]))
        }
    }

    private mutating func add(_ family: Catalogue.Family) {
        let labels = Set(family.labels.map(\.name))
        let optional = Self.targetLabels.subtracting(labels).subtracting(["job", "instance"])
        if family.otherLabels == true { return addOpen(family) }
        let known = SeriesLabels.exactly(labels.union(["job", "instance"]), possible: optional)
        let buckets = SeriesLabels.exactly(labels.union(["job", "instance", "le"]), possible: optional)
        let quantiles = SeriesLabels.exactly(labels.union(["job", "instance", "quantile"]), possible: optional)
        switch family.type {
        case "histogram":
            metrics[family.name + "_bucket"] = Metric(family: family, part: .bucket, labels: buckets)
            metrics[family.name + "_count"] = Metric(family: family, part: .count, labels: known)
            metrics[family.name + "_sum"] = Metric(family: family, part: .sum, labels: known)
        case "summary":
            metrics[family.name] = Metric(family: family, part: .whole, labels: quantiles)
            metrics[family.name + "_count"] = Metric(family: family, part: .count, labels: known)
            metrics[family.name + "_sum"] = Metric(family: family, part: .sum, labels: known)
        default: metrics[family.name] = Metric(family: family, part: .whole, labels: known)
        }
    }

    /// A family of whose labels not all are known.
    private mutating func addOpen(_ family: Catalogue.Family) {
        let parts: [(String, Metric.Part)] =
            switch family.type {
            case "histogram": [("_bucket", .bucket), ("_count", .count), ("_sum", .sum)]
            case "summary": [("", .whole), ("_count", .count), ("_sum", .sum)]
            default: [("", .whole)]
            }
        for (suffix, part) in parts {
            metrics[family.name + suffix] = Metric(family: family, part: part, labels: .unknown)
        }
    }

    /// Adds what a recording rule makes.
    mutating func add(recorded name: String, labels: SeriesLabels) {
        guard metrics[name] == nil else { return }
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

    /// Those that the pattern of a matcher of `__name__` picks.
    func names(matching pattern: Pattern) -> [String] { names.filter { pattern.matches($0) ?? true } }
}
