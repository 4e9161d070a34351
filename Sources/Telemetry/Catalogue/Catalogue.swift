import Instruments

/// All families of the dialects that are on, as data: what a scrape can ever show.
///
/// Its JSON is published: see `docs/catalogue.schema.json`.
public struct Catalogue: Sendable, Hashable, Codable {
    /// The version of the JSON's shape, by the rules of semantic versioning.
    public static let schemaVersion = "1.0.0"

    /// The version of the shape that this one has.
    public var schemaVersion = Catalogue.schemaVersion
    /// By name.
    public var families: [Family]
    /// Whether it is what somebody saw, so that there may be more: metrics whose first event has not come yet. Not part of
    /// the JSON.
    public var isObserved = false

    /// A catalogue of these families.
    public init(families: [Family]) { self.families = families.sorted { $0.name < $1.name } }

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case families
    }

    /// The family of this name.
    public subscript(name: String) -> Family? { families.first { $0.name == name } }

    /// One family.
    public struct Family: Sendable, Hashable, Codable {
        /// The name, suffix included.
        public var name: String
        /// `counter`, `gauge`, `histogram`, `summary`, `info`, `stateset`; `unknown` where nobody said.
        public var type: String
        /// `seconds`, `bytes`, `ratio`, or nothing where it counts things.
        public var unit: String?
        /// One sentence for people.
        public var help: String
        /// In order.
        public var labels: [CatalogueLabel]
        /// The finite upper bounds of a histogram.
        public var buckets: [Double]?
        /// The signal that it shows; the library itself where there is none.
        public var signal: String?
        /// The dialect that it belongs to.
        public var dialect: String?
        /// The version of Flowmeter that first had it.
        public var since: String?
        /// The family to use instead, as this one is to go.
        public var deprecatedBy: String?
        /// The series that there can be; nothing where it is not known.
        public var maximumSeries: Int?
        /// Whether series may have labels besides these; nothing stands for no.
        public var otherLabels: Bool?

        /// A family of which only this is known.
        public init(name: String, type: String, help: String = "", labels: [CatalogueLabel]) {
            (self.name, self.type, self.help, self.labels) = (name, type, help, labels)
        }

        private enum CodingKeys: String, CodingKey {
            case name, type, unit, help, labels, buckets, signal, dialect, since
            case deprecatedBy = "deprecated_by"
            case maximumSeries = "maximum_series"
            case otherLabels = "other_labels"
        }
    }
}

/// A label of a family.
public struct CatalogueLabel: Sendable, Hashable, Codable {
    /// What values there can be.
    public enum Domain: String, Sendable, Hashable, Codable {
        /// Those that are listed.
        case closed
        /// Templates of routes.
        case route
        /// What definitions and configuration declare.
        case declared
        /// Anything, up to a cap.
        case open
    }

    /// Its name.
    public var name: String
    /// What values there can be.
    public var domain: Domain
    /// All values of a closed domain; of others, those that are known.
    public var values: [String]?
    /// How many values of an open domain are told apart.
    public var cap: Int?

    /// A label with this domain.
    public init(name: String, domain: Domain, values: [String]? = nil, cap: Int? = nil) {
        (self.name, self.domain, self.values, self.cap) = (name, domain, values, cap)
    }
}

extension Catalogue {
    /// All families that a server shows with these dialects.
    ///
    /// - Parameter census: what is known of the values that no list bounds; without it, series are not counted.
    /// - Throws: when the dialects do not fit together.
    public init(_ dialects: [Dialect], census: Census? = nil) throws(ViewError) {
        var families: [Family] = []
        for view in try Recorders.bind(dialects) {
            let dialect = dialects.first { $0.views.contains(view.view) }
            families.append(Family(view, dialect: dialect?.name, maximumSeries: census?.series(of: view)))
        }
        families += Self.declared(census?.declared ?? [], in: dialects)
        families += Self.library
        if census != nil { Self.countOwn(&families) }
        self.init(families: families)
    }

    /// What dialects of the same prefix show is the same family.
    private static func declared(_ metrics: [DeclaredMetric], in dialects: [Dialect]) -> [Family] {
        var prefixes: Set<String> = []
        return dialects.flatMap { dialect -> [Family] in
            guard let prefix = dialect.declaredPrefix, prefixes.insert(prefix).inserted else { return [] }
            return metrics.map { Family($0, dialect: dialect, prefix: prefix) }
        }
    }

    /// How many series the registry has about itself: one for each label of a family, or for each thing that can go wrong
    /// with what is observed.
    private static func countOwn(_ families: inout [Family]) {
        let labels = families.reduce(0) { $0 + $1.labels.count + 1 }
        let observed = families.count { family in
            family.isOfLibrary
                || Signals.all.contains { $0.name == family.signal && $0.kind == .observed }
        }
        for index in families.indices where families[index].isOfLibrary {
            switch families[index].name {
            case Registry.overflowName: families[index].maximumSeries = labels
            case Registry.failuresName: families[index].maximumSeries = observed * families[index].listedSeries
            default: families[index].maximumSeries = families[index].listedSeries
            }
        }
    }

    /// The families of the process and of the registry itself, whatever the dialect.
    private static var library: [Family] {
        let registry = Registry()
        // An empty registry refuses nothing.
        try? ProcessMetrics.register(in: registry)
        return registry.registered.map(Family.init)
    }
}

extension Catalogue.Family {
    init(_ view: BoundView, dialect: String?, maximumSeries: Int?) {
        self.init(
            name: view.view.family, type: view.type.rawValue, help: view.view.help,
            labels: view.labels.map(CatalogueLabel.init))
        unit = Self.unit(of: name)
        if case .distribution(_, let bounds) = view.view.shows { buckets = bounds }
        signal = view.signal.name
        self.dialect = dialect
        since = view.view.since
        deprecatedBy = view.view.deprecatedBy
        self.maximumSeries = maximumSeries
    }

    init(_ family: RegisteredFamily) {
        self.init(
            name: family.name, type: family.type.rawValue, help: family.help,
            labels: family.labels.map(CatalogueLabel.init))
        unit = Self.unit(of: name)
        if family.type == .histogram { buckets = family.buckets }
        since = "0.1.0"
    }

    /// Whether it is about the process or the registry itself.
    fileprivate var isOfLibrary: Bool { signal == nil && dialect == nil }

    /// The combinations of the values that are listed.
    fileprivate var listedSeries: Int { labels.reduce(1) { $0 * ($1.values?.count ?? 1) } }

    /// The unit that a name tells.
    static func unit(of name: String) -> String? {
        let stem = name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
        return ["seconds", "bytes", "ratio"].first { stem.hasSuffix("_\($0)") }
    }
}

extension CatalogueLabel {
    init(_ label: Label) {
        switch label.domain {
        case .closed(let values): self.init(name: label.name, domain: .closed, values: values)
        case .route: self.init(name: label.name, domain: .route)
        case .declared: self.init(name: label.name, domain: .declared)
        case .open(let cap, _, let reserved):
            self.init(name: label.name, domain: .open, values: reserved.isEmpty ? nil : reserved, cap: cap)
        }
    }
}
