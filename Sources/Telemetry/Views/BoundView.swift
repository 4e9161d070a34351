import Instruments

/// A view that fits its signal: how the signal's attributes become the family's labels.
struct BoundView: Sendable {
    private enum Source: Sendable {
        case attribute(Int, renamed: [String: String])
        case constant(String)
    }

    let view: View
    let signal: SignalDescription
    let type: MetricType
    /// In order, with the values that each can have.
    let labels: [Label]
    /// The position of the measure that it shows, if it shows one.
    let measure: Int?
    private let sources: [Source]
    private let conditions: [(attribute: Int, values: Set<String>)]

    init(_ view: View, of signal: SignalDescription) throws(ViewError) {
        self.view = view
        self.signal = signal
        let (type, measure) = try view.shown(of: signal)
        (self.type, self.measure) = (type, measure)
        try view.checkConditions(of: signal)
        try view.checkLabelNames()
        var labels: [Label] = []
        var sources: [Source] = []
        for label in view.labels {
            labels.append(Label(label.name, try view.domain(of: label, signal)))
            switch label.source {
            case .constant(let value): sources.append(.constant(value))
            case .attribute(let name, let renamed):
                let index = signal.attributes.firstIndex { $0.name == name } ?? 0
                sources.append(.attribute(index, renamed: renamed))
            }
        }
        (self.labels, self.sources) = (labels, sources)
        conditions = view.conditions.map { name, values in
            (signal.attributes.firstIndex { $0.name == name } ?? 0, values)
        }
    }

    /// What the instruments of the family show of the signal's.
    var aspect: DerivedInstrument.Aspect {
        switch view.shows {
        case .count, .current, .value: .count
        case .sum: .sum
        case .distribution(_, let buckets): .buckets(buckets)
        }
    }

    /// The label values for the values of all attributes; nil if the view does not show what has these.
    func values(of attributes: [String]) -> [String]? {
        guard attributes.count == signal.attributes.count,
            conditions.allSatisfy({ $0.values.contains(attributes[$0.attribute]) })
        else { return nil }
        return sources.map { source in
            switch source {
            case .attribute(let index, let renamed): renamed[attributes[index]] ?? attributes[index]
            case .constant(let value): value
            }
        }
    }

    /// Whether something with these values is shown.
    func isShown(where known: [String: String]) -> Bool {
        conditions.allSatisfy { attribute, values in
            known[signal.attributes[attribute].name].map(values.contains) ?? true
        }
    }

    /// The label values of all series that there can be where these attributes have these values; none if another
    /// attribute that the family shows is not bounded by a list.
    func combinations(where known: [String: String]) -> [[String]] {
        guard isShown(where: known) else { return [] }
        var combinations: [[String]] = [[]]
        for (label, source) in zip(labels, sources) {
            let values: [String]
            switch source {
            case .constant(let value): values = [value]
            case .attribute(let index, let renamed):
                if let value = known[signal.attributes[index].name] {
                    values = [renamed[value] ?? value]
                } else if case .closed(let all) = label.domain {
                    values = all
                } else {
                    return []
                }
            }
            combinations = combinations.flatMap { head in values.map { head + [$0] } }
        }
        return combinations
    }

    /// The labels that show these attributes, with their values; nil if the family does not tell one of them.
    func labelValues(of attributes: [String: String]) -> [String: String]? {
        var values: [String: String] = [:]
        for (name, value) in attributes {
            let position = zip(labels, sources).first { _, source in
                guard case .attribute(let index, _) = source else { return false }
                return signal.attributes[index].name == name
            }
            guard case (let label, .attribute(_, let renamed))? = position else { return nil }
            values[label.name] = renamed[value] ?? value
        }
        return values
    }
}

extension View {
    /// The family's type, and the position of the measure that it shows.
    fileprivate func shown(of signal: SignalDescription) throws(ViewError) -> (MetricType, measure: Int?) {
        switch (shows, signal.kind) {
        case (.count, .occurrence): return (.counter, nil)
        case (.current, .activity): return (.gauge, nil)
        case (.sum(let name), .occurrence): return (.counter, try measure(name, of: signal))
        case (.distribution(let name, _), .occurrence): return (.histogram, try measure(name, of: signal))
        case (.sum(let name), .observed):
            let measure = try measure(name, of: signal)
            guard signal.measures[measure].isSum else { throw error(.notASum(measure: name)) }
            return (.counter, measure)
        case (.value(let name), .observed): return (.gauge, try measure(name, of: signal))
        default: throw error(.notShowable(shows.word, kind: signal.kind))
        }
    }

    private func measure(_ name: String, of signal: SignalDescription) throws(ViewError) -> Int {
        guard let index = signal.measure(name) else {
            throw error(.unknownMeasure(name, known: signal.measures.map(\.name)))
        }
        let unit = signal.measures[index].unit
        if unit != .count, !family.hasUnit(unit.rawValue) { throw error(.unit(unit)) }
        return index
    }

    fileprivate func checkConditions(of signal: SignalDescription) throws(ViewError) {
        for (name, values) in conditions.sorted(by: { $0.key < $1.key }) {
            let attribute = try attribute(name, of: signal)
            try check(values, of: attribute)
        }
    }

    fileprivate func checkLabelNames() throws(ViewError) {
        var seen: Set<String> = []
        for label in labels where !seen.insert(label.name).inserted { throw error(.labelTwice(label.name)) }
    }

    /// The values that a label can have.
    fileprivate func domain(of label: ViewLabel, _ signal: SignalDescription) throws(ViewError) -> Label.Domain {
        guard case .attribute(let name, let renamed) = label.source else {
            guard case .constant(let value) = label.source else { return .declared }
            return .closed(label.values ?? [value])
        }
        let attribute = try attribute(name, of: signal)
        try check(Set(renamed.keys), of: attribute)
        if let values = label.values { return .closed(values) }
        if let shown = conditions[name] {
            let all = attribute.domain.listed ?? shown.sorted()
            return .closed(all.filter(shown.contains).map { renamed[$0] ?? $0 }.unique)
        }
        guard let all = attribute.domain.listed else { return attribute.domain }
        return .closed(all.map { renamed[$0] ?? $0 }.unique)
    }

    private func attribute(_ name: String, of signal: SignalDescription) throws(ViewError) -> Label {
        guard let attribute = signal.attribute(name) else {
            throw error(.unknownAttribute(name, known: signal.attributes.map(\.name)))
        }
        return attribute
    }

    private func check(_ values: Set<String>, of attribute: Label) throws(ViewError) {
        guard let known = attribute.domain.listed else { return }
        for value in values.sorted() where !known.contains(value) {
            throw error(.unknownValue(value, attribute: attribute.name, known: known))
        }
    }

    private func error(_ problem: ViewError.Problem) -> ViewError {
        ViewError(family: family, signal: signal, problem: problem)
    }
}

extension View.Shows {
    /// In messages, after `a`.
    var word: String {
        switch self {
        case .count: "counter"
        case .current: "gauge of how many there are"
        case .sum: "counter of a measure"
        case .value: "gauge of a measure"
        case .distribution: "histogram"
        }
    }
}

extension Label.Domain {
    /// The values of a closed domain.
    var listed: [String]? {
        guard case .closed(let values) = self else { return nil }
        return values
    }
}

extension String {
    /// Whether the name of a family says that it is in this unit.
    fileprivate func hasUnit(_ unit: String) -> Bool {
        hasSuffix("_\(unit)") || hasSuffix("_\(unit)_total")
    }
}

extension [String] {
    /// Each once, in the order in which they come first.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
