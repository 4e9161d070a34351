public import Instruments

/// A metric that users declare at run time: it is no signal of the program's, and each dialect shows it by its own prefix.
public struct DeclaredMetric: Sendable, Hashable {
    /// What it measures with.
    public enum Kind: Sendable, Hashable {
        case counter
        case gauge
        case histogram(buckets: [Double])
    }

    /// Without prefix and, of a counter, without `_total`.
    public var name: String
    /// What it measures with.
    public var kind: Kind
    /// One sentence for people.
    public var help: String
    /// Closed or open.
    public var labels: [Label]

    /// A metric, checked when it is registered.
    public init(name: String, kind: Kind, help: String, labels: [Label]) {
        (self.name, self.kind, self.help, self.labels) = (name, kind, help, labels)
    }

    /// The name of the family with this prefix.
    public func family(_ prefix: String) -> String { prefix + name + (kind == .counter ? "_total" : "") }
}

extension Recorders {
    /// Shows a metric in all dialects, each by its own name.
    ///
    /// - Throws: when the registry has another family under one of the names; nothing is shown then.
    public func declare(_ metric: DeclaredMetric) throws(RegistrationError) -> DeclaredRecorder {
        var recorders: [DeclaredRecorder.Shown] = []
        do throws(RegistrationError) {
            for prefix in declaredPrefixes { recorders.append(try shown(metric, metric.family(prefix))) }
        } catch {
            for prefix in declaredPrefixes.prefix(recorders.count) { registry.unregister(metric.family(prefix)) }
            throw error
        }
        return DeclaredRecorder(all: recorders)
    }

    /// Shows a metric no longer, in no dialect; what records to it goes on unseen.
    public func withdraw(_ metric: DeclaredMetric) {
        for prefix in declaredPrefixes { registry.unregister(metric.family(prefix)) }
    }

    private func shown(_ metric: DeclaredMetric, _ name: String) throws(RegistrationError) -> DeclaredRecorder.Shown {
        switch metric.kind {
        case .counter: .counter(try registry.counter(name, help: metric.help, labels: metric.labels))
        case .gauge: .gauge(try registry.gauge(name, help: metric.help, labels: metric.labels))
        case .histogram(let buckets):
            .histogram(try registry.histogram(name, help: metric.help, labels: metric.labels, buckets: buckets))
        }
    }
}

/// Records a metric that was declared, in all dialects.
public struct DeclaredRecorder: Sendable {
    enum Shown: Sendable {
        case counter(Instruments.Family<Counter>)
        case gauge(Instruments.Family<Gauge>)
        case histogram(Instruments.Family<Histogram>)
    }

    let all: [Shown]

    /// Adds to the counter, sets the gauge, observes in the histogram.
    ///
    /// - Parameters:
    ///   - value: of a counter, at least 0.
    ///   - labels: in the order of the metric's labels.
    public func record(_ value: Double, labels: [String]) {
        for shown in all {
            switch shown {
            case .counter(let family): family.with(labels).add(value)
            case .gauge(let family): family.with(labels).set(value)
            case .histogram(let family): family.with(labels).observe(value)
            }
        }
    }
}

extension Catalogue.Family {
    /// The family by which a dialect shows a declared metric.
    init(_ metric: DeclaredMetric, dialect: Dialect, prefix: String) {
        self.init(
            name: metric.family(prefix), type: metric.kind.word, help: metric.help,
            labels: metric.labels.map(CatalogueLabel.init))
        unit = Self.unit(of: name)
        if case .histogram(let bounds) = metric.kind { buckets = bounds }
        self.dialect = dialect.name
        maximumSeries = metric.labels.reduce(1) { $0 * $1.mostValues }
    }
}

extension DeclaredMetric.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: MetricType.counter.rawValue
        case .gauge: MetricType.gauge.rawValue
        case .histogram: MetricType.histogram.rawValue
        }
    }
}

extension Label {
    /// The values that it can show, `other` among them.
    fileprivate var mostValues: Int {
        switch domain {
        case .closed(let values): values.contains(Self.overflowValue) ? values.count : values.count + 1
        case .open(let cap, _, _): cap + 1
        case .route, .declared: 1
        }
    }
}
