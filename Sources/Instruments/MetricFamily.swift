/// The type of a family, as OpenMetrics names it.
public enum MetricType: String, Sendable, Hashable {
    case counter, gauge, histogram, summary, info
    case stateSet = "stateset"

    /// What the Prometheus text format calls it, which has no infos and state sets: both are gauges there.
    var nameInText004: String {
        switch self {
        case .info, .stateSet: MetricType.gauge.rawValue
        case .counter, .gauge, .histogram, .summary: rawValue
        }
    }

    /// Whether its series count from 0 at a moment that readers may want to know.
    var hasBeginning: Bool {
        switch self {
        case .counter, .histogram, .summary: true
        case .gauge, .info, .stateSet: false
        }
    }
}

/// A family and its series at one moment, as plain values: for tests, and for whoever writes a format of their own.
public struct MetricFamily: Sendable, Hashable {
    /// One combination of label values and what was measured for it.
    public struct Series: Sendable, Hashable {
        /// In the order in which the family declares its labels.
        public let labels: [LabelPair]
        /// What the instrument showed.
        public let reading: Reading
        /// When the series of a counter, histogram or summary began at 0, in seconds since 1970 (UTC), to the
        /// millisecond; nil for other types and where a callback supplies the values.
        public let created: Double?
        /// The latest examples: of a counter, one; of a histogram, by bucket, nil where there was none; of a native
        /// histogram, some, in no order. Empty if there were none.
        public let exemplars: [Exemplar?]

        /// A series with these values, taken as they come.
        public init(labels: [LabelPair], reading: Reading, created: Double? = nil, exemplars: [Exemplar?] = []) {
            self.labels = labels
            self.reading = reading
            self.created = created
            self.exemplars = exemplars
        }

        /// The value of a counter or gauge; of a histogram or summary, the number of observations; of an info, 1; of a
        /// state set, how many states hold.
        public var value: Double {
            switch reading {
            case .number(let value): value
            case .histogram(let histogram): Double(histogram.count)
            case .nativeHistogram(let histogram): Double(histogram.count)
            case .summary(let summary): Double(summary.count)
            case .states(let states): Double(states.count { $0.holds })
            }
        }

        /// The value of a label, or nil if the family has no such label.
        public subscript(label: String) -> String? {
            labels.first { $0.name == label }?.value
        }
    }

    /// A label with its value.
    public struct LabelPair: Sendable, Hashable {
        /// The label's name, as registered.
        public let name: String
        /// Any text, as recorded.
        public let value: String

        /// A label with this value, taken as it comes.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name as registered: a counter's ends in `_total`.
    public let name: String
    /// What its series are.
    public let type: MetricType
    /// One sentence for people, as registered.
    public let help: String
    /// Ordered by label values, byte by byte. Empty when nothing has been recorded under a label whose values are not
    /// known beforehand.
    public let series: [Series]

    /// A family with these series, taken as they come.
    public init(name: String, type: MetricType, help: String, series: [Series]) {
        self.name = name
        self.type = type
        self.help = help
        self.series = series
    }

    /// The series with exactly these label values, in the order of the labels; nil if there is none.
    public func series(_ values: String...) -> Series? {
        series.first { $0.labels.map(\.value) == values }
    }
}
