/// A metric of a workflow author's own, which steps of type `metric` record.
///
/// Definitions that declare a metric of the same name share it, and must declare it alike.
public struct MetricDeclaration: Sendable, Hashable {
    /// Without the dialect's prefix and, of a counter, without `_total`.
    public var name: String
    public var kind: Kind
    /// One sentence for people.
    public var help: String
    /// In the order of the definition.
    public var labels: [Label]

    public enum Kind: Sendable, Hashable {
        case counter
        case gauge
        /// With these finite upper bounds, rising.
        case histogram(buckets: [Double])

        /// The word that a definition uses for it.
        public var word: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// A label of the metric: which values are told apart; any other is shown as `other`.
    public struct Label: Sendable, Hashable {
        public var name: String
        public var values: Values

        public init(name: String, values: Values) { (self.name, self.values) = (name, values) }

        public enum Values: Sendable, Hashable {
            case listed([String])
            /// The first ones that come, up to this many.
            case limited(Int)
        }
    }

    /// Whether a record means it by this name; `_total` may stand after that of a counter.
    public func isCalled(_ name: String) -> Bool {
        name == self.name || kind == .counter && name == self.name + Self.counterEnding
    }

    static let counterEnding = "_total"

    /// The series that it can have at most.
    public var maximumSeries: Int {
        labels.reduce(1) { series, label in
            let values: Int =
                switch label.values {
                case .listed(let values): values.count
                case .limited(let limit): limit
                }
            return series * (values + 1)
        }
    }
}

extension Definition {
    /// A metric that both definitions declare, each in its own way.
    public func metricDeclaredOtherwise(in other: Definition) -> MetricDeclaration? {
        metrics.first { metric in other.metrics.contains { $0.name == metric.name && $0 != metric } }
    }
}
