import PromQL
import Wording

/// What the values of a label are called in the other dialect.
struct CarriedValues: Hashable {
    /// What becomes of something that picks values.
    enum Selection {
        /// It picks the same as it is.
        case same
        /// It must pick these.
        case values([String])
        /// It cannot pick the same, or that is not known.
        case unknown
    }

    /// By the name in the first dialect; empty if all keep their names. Several if the other dialect tells more apart.
    private let names: [String: Set<String>]
    /// Whether there are no other values.
    private let isClosed: Bool

    /// All values keep their names.
    static let same = CarriedValues([], from: [:], to: [:])

    /// - Parameters:
    ///   - all: the values of the attribute; nil if no list bounds them.
    ///   - from: what they are called in the first dialect, where that is something else.
    ///   - to: what they are called in the second, where that is something else.
    init(_ all: [String]?, from: [String: String], to: [String: String]) {
        let known = all ?? (Array(from.keys) + Array(to.keys) + Array(from.values) + Array(to.values))
        var names: [String: Set<String>] = [:]
        for value in known { names[from[value] ?? value, default: []].insert(to[value] ?? value) }
        self.names = names.allSatisfy { $0.value == [$0.key] } ? [:] : names
        isClosed = all != nil && !self.names.isEmpty
    }

    var isSame: Bool { names.isEmpty }

    /// Whether there is such a value, and it is called otherwise.
    func isChanged(_ value: String) -> Bool { names[value].map { $0 != [value] } ?? false }

    /// The values instead of these; nil if one of them is one there with a value that is not among these.
    func carried(_ values: [String]) -> [String]? {
        var carried: [String] = []
        for value in values {
            for name in (names[value] ?? [value]).sorted() where !carried.contains(name) {
                guard values.contains(allOf: names.filter { $0.value.contains(name) }.keys) else { return nil }
                carried.append(name)
            }
        }
        return carried
    }

    /// What a value becomes that is compared with.
    func selection(value: String) -> Selection {
        guard !isSame else { return .same }
        guard let carried = carried([value]) else { return .unknown }
        return carried == [value] ? .same : .values(carried)
    }

    /// What a pattern becomes that values are held against.
    func selection(pattern text: String) -> Selection {
        guard !isSame else { return .same }
        guard let pattern = try? Pattern(parsing: text) else { return .unknown }
        guard isTold(by: pattern) else { return .same }
        let listed = pattern.values ?? (isClosed ? picked(by: pattern) : nil)
        return listed.flatMap(carried).map { .values($0) } ?? .unknown
    }

    /// Whether a pattern takes a value for something else where it is called otherwise, as far as is known.
    func isTold(by pattern: Pattern) -> Bool {
        names.contains { value, names in
            guard let isPicked = pattern.matches(value) else { return true }
            return names.contains { pattern.matches($0) != isPicked }
        }
    }

    /// Nil when it is not known.
    private func picked(by pattern: Pattern) -> [String]? {
        var picked: [String] = []
        for value in names.keys.sorted() {
            guard let isPicked = pattern.matches(value) else { return nil }
            if isPicked { picked.append(value) }
        }
        return picked
    }

    /// Whether a pattern takes the values for the same before and after, those that are called otherwise not at all.
    func isForeign(to pattern: Pattern) -> Bool {
        names.allSatisfy { value, names in
            names == [value] || ([value] + names).allSatisfy { pattern.matches($0) == false }
        }
    }

    /// In what they differ, as clauses: values that are one there, or are several.
    func differences(of label: String) -> [String] {
        let joined = Set(names.values.joined()).sorted().compactMap { name -> String? in
            let values = names.filter { $0.value.contains(name) }.keys.sorted()
            guard values.count > 1 else { return nil }
            return "\(Prose.list(values.map { Prose.quote($0) }, "and")) of \(Prose.quote(label)) are one there"
        }
        let split = names.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { value, names in
            "\(Prose.quote(value)) of \(Prose.quote(label)) is \(Prose.list(names.sorted().map { Prose.quote($0) }))"
                + " there"
        }
        return joined + split
    }
}

extension [String] {
    /// A pattern that matches these texts alone.
    var asPattern: String { map(Pattern.escaped).joined(separator: "|") }

    fileprivate func contains(allOf others: some Sequence<String>) -> Bool { others.allSatisfy(contains) }
}
