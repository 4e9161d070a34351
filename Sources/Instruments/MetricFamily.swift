/// The type of a family, as the exposition formats name it.
public enum MetricType: String, Sendable, Hashable {
    case counter, gauge, histogram
}

/// A family and its series at one moment, as plain values: for tests, and for whoever writes a format of their own.
public struct MetricFamily: Sendable, Hashable {
    /// One combination of label values and what was measured for it.
    public struct Series: Sendable, Hashable {
        /// In the order in which the family declares its labels.
        public let labels: [LabelPair]
        /// What the instrument showed.
        public let reading: Reading

        public init(labels: [LabelPair], reading: Reading) {
            self.labels = labels
            self.reading = reading
        }

        /// The value of a counter or gauge; of a histogram, the number of observations.
        public var value: Double {
            switch reading {
            case .number(let value): value
            case .histogram(let histogram): Double(histogram.count)
            }
        }

        /// The value of a label, or nil if the family has no such label.
        public subscript(label: String) -> String? {
            labels.first { $0.name == label }?.value
        }
    }

    /// A label with its value.
    public struct LabelPair: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name as registered: a counter's ends in `_total`.
    public let name: String
    public let type: MetricType
    public let help: String
    /// Ordered by label values, byte by byte. Empty when nothing has been recorded under a label whose values are not
    /// known beforehand.
    public let series: [Series]

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
