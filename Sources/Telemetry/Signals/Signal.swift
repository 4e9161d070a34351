public import Instruments

/// One thing that is measured, with its attributes: named once in the code, shown by as many views as one likes.
///
/// The attributes are a ``LabelSet`` whose labels are named as attributes are (`http.request.method`).
public struct Signal<Attributes: LabelSet>: Sendable {
    /// What it is, without its type.
    public let description: SignalDescription

    /// - Parameters:
    ///   - name: such as `http.server.request`.
    ///   - summary: one sentence for people.
    init(_ name: String, _ kind: SignalDescription.Kind, measures: [Measure] = [], _ summary: String) {
        description = SignalDescription(
            name: name, summary: summary, kind: kind, attributes: Attributes.labels, measures: measures)
    }
}

/// A signal as data.
public struct SignalDescription: Sendable, Hashable {
    /// How a signal comes about.
    public enum Kind: String, Sendable, Hashable {
        /// Things happen, one after the other, and each has its measures.
        case occurrence
        /// Things begin and end; what shows is how many there are.
        case activity
        /// Somebody knows the measures at any time, and is asked at each scrape.
        case observed
    }

    /// Such as `http.server.request`.
    public let name: String
    /// One sentence for people.
    public let summary: String
    /// How it comes about.
    public let kind: Kind
    /// The attributes, in order, with the values that each can have.
    public let attributes: [Label]
    /// What is measured of each occurrence, or of the state; an activity has none, it is only counted.
    public let measures: [Measure]

    /// All values that the attribute of this name can have; nil if no list bounds them.
    public func values(of attribute: String) -> [String]? { self.attribute(attribute)?.domain.listed }

    /// The attribute of this name.
    func attribute(_ name: String) -> Label? { attributes.first { $0.name == name } }

    /// The position of the measure of this name.
    func measure(_ name: String) -> Int? { measures.firstIndex { $0.name == name } }
}

/// A number that belongs to a signal.
public struct Measure: Sendable, Hashable {
    /// In what it is measured. Base units only.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Time.
        case seconds
        /// Sizes.
        case bytes
        /// Parts of a whole, 0 to 1.
        case ratio
        /// Numbers of things.
        case count
    }

    /// Such as `duration`.
    public let name: String
    /// In what it is measured.
    public let unit: Unit
    /// Whether it only grows; of an observed signal alone.
    public let isSum: Bool

    init(_ name: String, _ unit: Unit, isSum: Bool = false) {
        self.name = name
        self.unit = unit
        self.isSum = isSum
    }
}
