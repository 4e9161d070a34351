public import Instruments

/// How an ``InstrumentsFactory`` shapes the families that it registers.
public struct BridgeOptions: Sendable {
    /// What is known beforehand of one family. Nil leaves it to the factory.
    public struct Family: Sendable {
        /// The name in the registry, suffix included, in place of the one made from the label.
        public var name: String?
        /// One sentence for people.
        public var help: String?
        /// All labels of the family, named as the factory would name the dimension keys. The factory otherwise takes the
        /// keys of the first instrument, with open domains.
        public var labels: [Label]?
        /// Upper bounds of a recorder or timer; for a timer in seconds.
        public var buckets: [Double]?

        /// What is known of a family; what is left out is the factory's choice.
        public init(name: String? = nil, help: String? = nil, labels: [Label]? = nil, buckets: [Double]? = nil) {
            self.name = name
            self.help = help
            self.labels = labels
            self.buckets = buckets
        }
    }

    /// Families of which something is known beforehand.
    public var families: [MetricKey: Family] = [:]
    /// How many values a label may take whose domain ``families`` does not give; a new one past it becomes `other`.
    public var valueCap = 100
    /// How many families libraries may make. Labels with an id in them make one after another.
    public var familyLimit = 500
    /// Bounds of timers, and of recorders whose name ends in `_seconds`.
    public var secondsBuckets: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Bounds of recorders whose name ends in `_bytes`.
    public var bytesBuckets: [Double] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
    /// Bounds of all other recorders.
    public var otherBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000]

    /// The defaults that the properties name.
    public init() {}
}

/// A family as it is about to be registered.
struct FamilyPlan: Sendable {
    let name: String
    let help: String
    let labels: [Label]
    let buckets: [Double]
}

extension BridgeOptions {
    /// - Parameter dimensions: the keys of the first instrument; not looked at if the labels are given.
    func plan(for key: MetricKey, dimensions: [String]) -> FamilyPlan {
        let given = families[key]
        let name = given?.name ?? NameMapping.family(key)
        let names = Set(dimensions.map(NameMapping.label)).sorted()
        return FamilyPlan(
            name: name, help: given?.help ?? "The \(key.kind.rawValue) \(key.label) of swift-metrics.",
            labels: given?.labels ?? names.map { Label($0, .open(cap: valueCap)) },
            buckets: given?.buckets ?? buckets(for: name))
    }

    private func buckets(for name: String) -> [Double] {
        if name.hasSuffix("_seconds") { return secondsBuckets }
        return name.hasSuffix("_bytes") ? bytesBuckets : otherBuckets
    }

    /// Throws what a registration with these options would throw, as far as that can be known beforehand.
    func validate() throws(RegistrationError) {
        let trial = Registry()
        _ = try trial.gauge("trial", help: "", labels: [Label("dimension", .open(cap: valueCap))])
        for (name, buckets) in [
            ("trial_seconds", secondsBuckets), ("trial_bytes", bytesBuckets), ("trial_other", otherBuckets),
        ] {
            _ = try trial.histogram(name, help: "", buckets: buckets)
        }
        let families = Registry()
        for key in orderedKeys {
            let plan = plan(for: key, dimensions: [])
            switch key.kind {
            case .counter: _ = try families.counter(plan)
            case .gauge: _ = try families.gauge(plan)
            case .recorder, .timer: _ = try families.histogram(plan)
            }
        }
    }

    /// In one order each time, so that the same mistake is the same error.
    private var orderedKeys: [MetricKey] {
        families.keys.sorted { ($0.label, $0.kind.rawValue) < ($1.label, $1.kind.rawValue) }
    }
}

extension Registry {
    func counter(_ plan: FamilyPlan) throws(RegistrationError) -> Family<Counter> {
        try counter(plan.name, help: plan.help, labels: plan.labels)
    }

    func gauge(_ plan: FamilyPlan) throws(RegistrationError) -> Family<Gauge> {
        try gauge(plan.name, help: plan.help, labels: plan.labels, allowingTotal: true)
    }

    func histogram(_ plan: FamilyPlan) throws(RegistrationError) -> Family<Histogram> {
        try histogram(plan.name, help: plan.help, labels: plan.labels, buckets: plan.buckets)
    }
}
