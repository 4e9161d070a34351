public import Instruments

/// Turns signals into families: those of the dialects that are on.
///
/// A family exists as soon as the part of the program that records its signal asks for a recorder, and not before: what
/// is not there is absent, not present and dead. Each signal has one recorder.
public final class Recorders: Sendable {
    /// What shows which signal, by its name.
    private let views: [String: [BoundView]]
    let registry: Registry
    /// What the dialects put before the names of metrics that users declare, each once.
    let declaredPrefixes: [String]

    /// - Throws: when a view does not fit its signal, or two that differ make families of the same name.
    public init(registry: Registry, dialects: [Dialect]) throws(ViewError) {
        self.registry = registry
        declaredPrefixes = Set(dialects.compactMap(\.declaredPrefix)).sorted()
        views = Dictionary(grouping: try Self.bind(dialects), by: \.signal.name)
    }

    /// The views of the dialects, each once, bound to their signals.
    static func bind(_ dialects: [Dialect]) throws(ViewError) -> [BoundView] {
        var known: [String: View] = [:]
        var bound: [BoundView] = []
        for view in dialects.flatMap(\.views) {
            if let other = known.updateValue(view, forKey: view.family) {
                if other == view { continue }
                throw ViewError(family: view.family, signal: view.signal, problem: .familyTwice)
            }
            bound.append(try bind(view))
        }
        return bound
    }

    /// The view, bound to its signal.
    static func bind(_ view: View) throws(ViewError) -> BoundView {
        guard let signal = Signals.all.first(where: { $0.name == view.signal }) else {
            throw ViewError(
                family: view.family, signal: view.signal, problem: .unknownSignal(known: Signals.all.map(\.name)))
        }
        return try BoundView(view, of: signal)
    }

    /// The recorder of a signal whose occurrences happen one after the other.
    ///
    /// - Throws: when the registry has other families under the names of the views.
    public func recorder<Attributes>(
        of signal: Signal<Attributes>
    ) throws(RegistrationError) -> Recorder<Attributes> {
        let shown = try shown(signal.description)
        let bounds = signal.description.measures.indices.map { shown.bounds(of: $0) }
        let isCounted = !shown.all.isEmpty
        let table = registry.table(signal.description.name, by: Attributes.self) { attributes in
            let occurrences = Occurrences(buckets: bounds, isCounted: isCounted)
            shown.show(attributes) { $0.measure.map(occurrences.measure) ?? occurrences.counting }
            return occurrences
        }
        return Recorder(table: table, views: shown)
    }

    /// The count of a signal that begins and ends.
    ///
    /// - Throws: when the registry has other families under the names of the views.
    public func count<Attributes>(
        of signal: Signal<Attributes>
    ) throws(RegistrationError) -> ActivityCount<Attributes> {
        let shown = try shown(signal.description)
        let table = registry.table(signal.description.name, by: Attributes.self) { attributes in
            let inFlight = InFlight()
            shown.show(attributes) { _ in inFlight }
            return inFlight
        }
        return ActivityCount(table: table, views: shown)
    }

    /// Has an observed signal looked at in each scrape.
    ///
    /// - Parameter read: what there is now; called at every scrape, from any thread, once for each family.
    /// - Throws: when the registry has families under the names of the views.
    public func observe<Attributes>(
        _ signal: Signal<Attributes>, _ read: @escaping @Sendable () -> [Observed<Attributes>]
    ) throws(RegistrationError) {
        for view in views[signal.description.name] ?? [] {
            let measure = view.measure ?? 0
            let observations: @Sendable () -> [Observation] = {
                read().compactMap { observed in
                    guard observed.measures.indices.contains(measure) else { return nil }
                    return view.values(of: observed.attributeValues).map { Observation($0, observed.measures[measure]) }
                }
            }
            switch view.type {
            case .counter:
                try registry.observedCounter(
                    view.view.family, help: view.view.help, labels: view.labels, observations)
            default:
                try registry.observedGauge(
                    view.view.family, help: view.view.help, labels: view.labels, allowingTotal: true, observations)
            }
        }
    }

    private func shown(_ signal: SignalDescription) throws(RegistrationError) -> ShownViews {
        var all: [ShownViews.Shown] = []
        for view in views[signal.name] ?? [] {
            let family = try registry.derived(
                view.view.family, view.type, help: view.view.help, labels: view.labels, showing: view.aspect,
                allowingTotal: view.type == .gauge)
            all.append(.init(view: view, family: family))
        }
        return ShownViews(all)
    }
}

/// What an observed signal says at one moment, for one combination of attributes.
public struct Observed<Attributes: LabelSet>: Sendable {
    /// The values of all attributes, in order.
    let attributeValues: [String]
    let measures: [Double]

    /// - Parameter measures: all, in the signal's order and its units.
    public init(_ attributes: Attributes, _ measures: Double...) {
        var texts = AttributeTexts()
        attributes.encode(to: &texts)
        attributeValues = texts.values
        self.measures = measures
    }
}

private struct AttributeTexts: LabelEncoder {
    var values: [String] = []

    mutating func add(_ value: some LabelValue) { values.append(value.labelValue) }
}

extension ShownViews {
    /// The bounds that the views of a measure have among them; nil if none shows it.
    fileprivate func bounds(of measure: Int) -> [Double]? {
        let shown = all.map(\.view).filter { $0.measure == measure }
        guard !shown.isEmpty else { return nil }
        let bounds = shown.flatMap { view -> [Double] in
            guard case .distribution(_, let buckets) = view.view.shows else { return [] }
            return buckets
        }
        return Set(bounds).sorted()
    }
}
