/// What an exemplar points at: a trace, mostly.
///
/// ```swift
/// if let trace = ExemplarLabels(traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7") {
///     durations.only.observe(0.31, exemplar: trace)
/// }
/// ```
public struct ExemplarLabels: Sendable, Hashable {
    /// How many characters (Unicode scalars) all names and values may have together, by OpenMetrics.
    public static let longest = 128

    /// Names and values, in the order given.
    public let pairs: [MetricFamily.LabelPair]

    /// The labels `trace_id` and `span_id`; nil if they are too long together.
    public init?(traceID: String, spanID: String? = nil) {
        var pairs = [MetricFamily.LabelPair(name: "trace_id", value: traceID)]
        if let spanID { pairs.append(MetricFamily.LabelPair(name: "span_id", value: spanID)) }
        self.init(pairs)
    }

    /// Any labels; nil if they are too long together, or if a name does not match `[a-zA-Z_][a-zA-Z0-9_]*` or comes twice.
    public init?(_ pairs: [MetricFamily.LabelPair]) {
        guard pairs.reduce(0, { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }) <= Self.longest,
            pairs.allSatisfy({ NameRules.isLabelName($0.name) }), Set(pairs.map(\.name)).count == pairs.count
        else { return nil }
        self.pairs = pairs
    }
}

/// One example of what a counter counted or a bucket took up.
public struct Exemplar: Sendable, Hashable {
    /// What it points at.
    public let labels: ExemplarLabels
    /// The amount added or the value observed, in the unit of the family.
    public let value: Double
    /// When, in seconds since 1970 (UTC), to the millisecond.
    public let time: Double

    /// An example as it was kept: its labels, the value it stands for, and when, in seconds since 1970 (UTC).
    public init(labels: ExemplarLabels, value: Double, time: Double) {
        self.labels = labels
        self.value = value
        self.time = time
    }
}
