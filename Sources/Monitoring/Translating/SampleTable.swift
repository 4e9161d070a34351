import Telemetry

/// Samples as queries name them, and what they say of a signal.
struct Samples: Hashable {
    /// What is told of a signal. Samples of two dialects that tell the same can stand for each other.
    enum Fact: Hashable {
        /// How often something happened.
        case count
        /// How much there is now.
        case current
        /// A measure, added up.
        case total(measure: String)
        /// A measure as it is now.
        case value(measure: String)
        /// How often a measure was at most a bound.
        case bucket(measure: String)
    }

    let name: String
    let fact: Fact
    let view: View

    /// The bounds of the buckets.
    var bounds: [Double] {
        guard case .distribution(_, let bounds) = view.shows else { return [] }
        return bounds
    }

    /// The label that shows an attribute, and what its values are called there.
    func label(of attribute: String) -> (name: String, renamed: [String: String])? {
        for label in view.labels {
            guard case .attribute(let name, let renamed) = label.source, name == attribute else { continue }
            // A label that tells some values only cannot stand for one that tells all.
            return label.values == nil ? (label.name, renamed) : nil
        }
        return nil
    }
}

/// All samples of a dialect.
struct SampleTable {
    let views: [View]
    private var samples: [String: Samples] = [:]

    init(_ dialect: Dialect) {
        views = dialect.views
        for view in dialect.views {
            for (suffix, fact) in view.facts {
                let name = view.family + suffix
                samples[name] = Samples(name: name, fact: fact, view: view)
            }
        }
    }

    /// The samples of this name.
    subscript(name: String) -> Samples? { samples[name] }

    /// All names, sorted.
    var names: [String] { samples.keys.sorted() }

    /// Those that tell the same of the same signal, by name.
    func telling(_ samples: Samples) -> [Samples] {
        self.samples.values.filter { $0.fact == samples.fact && $0.view.signal == samples.view.signal }
            .sorted { $0.name < $1.name }
    }

    /// The attributes that labels of this name show.
    func attributes(of label: String) -> Set<String> {
        var found: Set<String> = []
        for view in samples.values.map(\.view) {
            for case .attribute(let name, _) in view.labels.filter({ $0.name == label }).map(\.source) {
                found.insert(name)
            }
        }
        return found
    }

    /// What labels that show an attribute are called.
    func labels(of attribute: String) -> Set<String> {
        Set(samples.values.compactMap { $0.label(of: attribute)?.name })
    }
}

extension View {
    /// How the names of the samples end, and what each says.
    var facts: [(suffix: String, Samples.Fact)] {
        switch shows {
        case .count: [("", .count)]
        case .current: [("", .current)]
        case .sum(let measure): [("", .total(measure: measure))]
        case .value(let measure): [("", .value(measure: measure))]
        case .distribution(let measure, _):
            [("_bucket", .bucket(measure: measure)), ("_count", .count), ("_sum", .total(measure: measure))]
        }
    }
}
