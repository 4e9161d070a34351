/// Which labels the series of a result carry. The metric's name counts as the label `__name__`.
public struct SeriesLabels: Sendable, Hashable {
    /// Whether series have a label.
    public enum Presence: Sendable, Hashable {
        /// All have it.
        case always
        /// Some may have it and some not; or it is not known.
        case possible
        /// None has it.
        case never
    }

    /// The labels of which something is known that ``others`` does not say.
    private var known: [String: Presence]
    /// All other labels: ``Presence/never``, or ``Presence/possible`` when it is not known what there is.
    private var others: Presence

    private init(_ known: [String: Presence], others: Presence) {
        self.known = known.filter { $0.value != others }
        self.others = others
    }

    /// These labels, and no others.
    ///
    /// - Parameter possible: labels that some series have and others not.
    public static func exactly(_ labels: some Sequence<String>, possible: some Sequence<String> = []) -> Self {
        var known = Dictionary(possible.map { ($0, Presence.possible) }) { first, _ in first }
        for label in labels { known[label] = .always }
        return Self(known, others: .never)
    }

    /// These labels, and perhaps others.
    public static func atLeast(_ labels: some Sequence<String>) -> Self {
        Self(Dictionary(labels.map { ($0, Presence.always) }) { first, _ in first }, others: .possible)
    }

    /// No labels at all.
    public static let none = Self([:], others: .never)

    /// Labels of which nothing is known.
    public static let unknown = Self([:], others: .possible)

    /// Whether series have this label.
    public func presence(of label: String) -> Presence { known[label] ?? others }

    /// The same, and this label on all series.
    public func adding(_ label: String) -> Self {
        var labels = self
        labels.set(label, .always)
        return labels
    }

    /// Whether there may be labels that nothing is known of.
    public var isOpen: Bool { others == .possible }

    /// The labels that all series have.
    public var always: Set<String> { Set(known.filter { $0.value == .always }.keys) }

    /// The labels that are known to be possible; in an open set any other is, too, that is not known to be absent.
    public var possible: Set<String> { Set(known.filter { $0.value == .possible }.keys) }
}

extension SeriesLabels {
    static let name = "__name__"

    mutating func set(_ label: String, _ presence: Presence) {
        known[label] = presence == others ? nil : presence
    }

    func setting(_ label: String, _ presence: Presence) -> Self {
        var labels = self
        labels.set(label, presence)
        return labels
    }

    /// Only these labels, as far as they are there.
    func keeping(_ labels: some Sequence<String>) -> Self {
        Self(Dictionary(labels.map { ($0, presence(of: $0)) }) { first, _ in first }, others: .never)
    }

    /// All but these labels.
    func dropping(_ labels: some Sequence<String>) -> Self {
        var rest = self
        for label in labels { rest.set(label, .never) }
        return rest
    }

    var withoutName: Self { dropping([Self.name]) }

    /// The labels of series that are of this set or of another.
    public func either(_ other: Self) -> Self {
        merged(other) { $0 == $1 ? $0 : .possible }
    }

    /// The labels of series that are in this set and have, but for some labels, the same values as one in the other.
    func matched(with other: Self, except labels: Set<String>) -> Self {
        var matched = merged(other) { mine, theirs in mine == .possible ? theirs : mine }
        for label in labels { matched.set(label, presence(of: label)) }
        return matched
    }

    /// Labels of which something may be there that is not known.
    var opened: Self { Self(known.filter { $0.value == .always }, others: .possible) }

    private func merged(_ other: Self, _ merge: (Presence, Presence) -> Presence) -> Self {
        var merged: [String: Presence] = [:]
        for label in Set(known.keys).union(other.known.keys) {
            merged[label] = merge(presence(of: label), other.presence(of: label))
        }
        return Self(merged, others: merge(others, other.others))
    }
}

extension SeriesLabels: CustomStringConvertible {
    /// Such as `{job, version?, le!, …}`: `?` marks what is possible, `!` what is absent, `…` that there may be more.
    public var description: String {
        var parts = known.sorted { $0.key < $1.key }.map { label, presence in
            switch presence {
            case .always: label
            case .possible: label + "?"
            case .never: label + "!"
            }
        }
        if isOpen { parts.append("…") }
        return "{\(parts.joined(separator: ", "))}"
    }
}
