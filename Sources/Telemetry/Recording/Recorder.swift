public import Instruments

/// Records the occurrences of a signal.
///
/// However many families show it, recording costs one lookup and the atomics of one counter or of its measures. Nothing
/// here traps or throws; all methods may be called from any thread at any time.
public struct Recorder<Attributes: LabelSet>: Sendable {
    @usableFromInline let table: TypedFamily<Occurrences, Attributes>
    private let views: ShownViews

    init(table: TypedFamily<Occurrences, Attributes>, views: ShownViews) {
        self.table = table
        self.views = views
    }

    /// Records an occurrence of a signal without measures.
    @inlinable
    public func record(_ attributes: Attributes) { table.record(attributes) { $0.record() } }

    /// Records an occurrence by its measures, in the signal's order and its units.
    @inlinable
    public func record(_ attributes: Attributes, _ first: Double, _ second: Double = 0, _ third: Double = 0) {
        table.record(attributes) { $0.record(first, second, third) }
    }

    /// Shows, at 0 from now on, all series that there can be where these attributes have these values.
    ///
    /// - Parameter known: by attribute name: all whose values no list bounds.
    public func announce(_ known: [String: String]) { views.announce(known) }

    /// As ``announce(_:)``, yet only series that are one number: where there are many, histograms take too much room.
    public func announceCounts(_ known: [String: String]) { views.announce(known) { $0.type == .counter } }

    /// Takes what was recorded with these values out of the families that show these attributes. Others keep what they
    /// have, as a counter does not fall.
    public func remove(_ known: [String: String]) {
        table.family.remove(where: known)
        views.remove(known)
    }
}

/// Counts what has begun and not ended yet.
public struct ActivityCount<Attributes: LabelSet>: Sendable {
    private let table: TypedFamily<InFlight, Attributes>
    private let views: ShownViews

    init(table: TypedFamily<InFlight, Attributes>, views: ShownViews) {
        self.table = table
        self.views = views
    }

    /// One more; to be followed by an ``end(_:)`` with the same attributes.
    public func begin(_ attributes: Attributes) { table.record(attributes) { $0.begin() } }

    /// As many beginnings at once.
    public func begin(_ attributes: Attributes, count: Int) {
        table.record(attributes) { $0.begin(UInt64(clamping: count)) }
    }

    /// One less.
    public func end(_ attributes: Attributes) { table.record(attributes) { $0.end() } }

    /// The count of these attributes, to be kept: the fastest way.
    package func count(of attributes: Attributes) -> InFlight { table.with(attributes) }

    /// As ``Recorder/announce(_:)``.
    public func announce(_ known: [String: String]) { views.announce(known) }

    /// As ``Recorder/remove(_:)``.
    public func remove(_ known: [String: String]) {
        table.family.remove(where: known)
        views.remove(known)
    }
}

/// The views of a signal, with the families that they make.
final class ShownViews: Sendable {
    struct Shown: Sendable {
        let view: BoundView
        let family: Family<DerivedInstrument>
    }

    let all: [Shown]

    init(_ all: [Shown]) { self.all = all }

    /// Has the families show what the instruments record.
    ///
    /// - Parameters:
    ///   - attributes: the values of all attributes.
    ///   - part: what a view is to show; nil for nothing.
    func show(_ attributes: [String], _ part: (BoundView) -> (any Instrument)?) {
        for shown in all {
            guard let values = shown.view.values(of: attributes), let part = part(shown.view) else { continue }
            shown.family.with(values).add(part)
        }
    }

    func announce(_ known: [String: String], _ isWanted: (BoundView) -> Bool = { _ in true }) {
        for shown in all where isWanted(shown.view) {
            for values in shown.view.combinations(where: known) { _ = shown.family.with(values) }
        }
    }

    func remove(_ known: [String: String]) {
        for shown in all {
            guard let labels = shown.view.labelValues(of: known) else { continue }
            shown.family.remove(where: labels)
        }
    }
}
