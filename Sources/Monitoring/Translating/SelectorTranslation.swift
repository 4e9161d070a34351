import PromQL
import Telemetry
import Wording

/// A selector of the first dialect, carried over to the second.
///
/// What a selector picks is a set of values for each attribute of its signal. The other dialect's selector must pick the
/// same, or there is none.
struct SelectorTranslation {
    /// What becomes of a matcher.
    enum Change {
        /// Only its label is called otherwise.
        case label(String)
        /// It is written anew.
        case text(String)
        /// The family picks just that by itself.
        case gone
    }

    let samples: Samples
    /// One for each matcher.
    let changes: [Change]
    /// Matchers besides.
    let added: [String]
    let labels: CarriedLabels
}

extension SelectorTranslation {
    /// - Parameter isLiteral: whether a part of the query is known as it stands, and not a variable's value.
    /// - Throws: why there is no such selector; of several reasons the first.
    init(
        _ selector: VectorSelector, _ source: Samples, at name: SourceRange, to table: SampleTable,
        isLiteral: (SourceRange) -> Bool
    ) throws(Loss) {
        let picked = try PickedValues(selector, source, isLiteral: isLiteral)
        var reason: Loss?
        var best: SelectorTranslation?
        // Families that show none of what is picked have nothing to say.
        let candidates = table.telling(source)
        try picked.checkNames(candidates)
        let near = candidates.filter(picked.overlaps).sorted {
            $0.view.conditions.count > $1.view.conditions.count
        }
        for target in near.isEmpty ? candidates : near {
            do throws(Loss) {
                let found = try picked.selector(target, at: name)
                if best.map({ found.isCloser(than: $0, to: source) }) ?? true { best = found }
            } catch {
                reason = reason ?? error
            }
        }
        guard let best else {
            throw reason
                ?? Loss(
                    range: name, message: "no metric there shows what \(Prose.quote(source.name)) does",
                    remedy: "leave it out, or add a view of \(source.view.signal) to the dialect")
        }
        self = best
    }
}

extension SelectorTranslation {
    /// Fewer labels that come or go; of samples that tell the same, those that are made alike.
    fileprivate func isCloser(than other: SelectorTranslation, to source: Samples) -> Bool {
        distance(to: source).lexicographicallyPrecedes(other.distance(to: source))
    }

    private func distance(to source: Samples) -> [Int] {
        let isAlike = samples.view.shows.measure == source.view.shows.measure
        return [
            labels.lost.count, labels.added.count, isAlike ? 0 : 1,
            // A signal's first measure is what it is mostly about.
            samples.view.shows.measure.flatMap { name in
                Signals.all.first { $0.name == samples.view.signal }?.measures.firstIndex { $0.name == name }
            } ?? -1,
        ]
    }
}

extension View.Shows {
    fileprivate var measure: String? {
        switch self {
        case .count, .current: nil
        case .sum(let measure), .value(let measure), .distribution(let measure, _): measure
        }
    }
}

/// What a selector picks, in terms of its signal.
private struct PickedValues {
    let source: Samples
    private let matchers: [Matcher]
    /// Of each matcher, the attribute that it is about.
    private var attributes: [String?] = []
    /// The values of attributes whose values are listed, where not all are picked.
    private var picked: [String: Set<String>] = [:]
    private let signal: SignalDescription?
    private let isLiteral: [Bool]

    init(_ selector: VectorSelector, _ source: Samples, isLiteral: (SourceRange) -> Bool) throws(Loss) {
        self.source = source
        signal = Signals.all.first { $0.name == source.view.signal }
        matchers = selector.matchers
        self.isLiteral = selector.matchers.map { isLiteral($0.value.range) && isLiteral($0.label.range) }
        picked = source.view.conditions
        for (matcher, isLiteral) in zip(matchers, self.isLiteral) {
            attributes.append(try pick(matcher, isLiteral: isLiteral))
        }
    }

    /// Takes a matcher into account, and says what attribute it is about.
    private mutating func pick(_ matcher: Matcher, isLiteral: Bool) throws(Loss) -> String? {
        guard let label = source.view.labels.first(where: { $0.name == matcher.label.text }) else { return nil }
        switch label.source {
        case .constant(let value):
            guard isLiteral, matcher.admits(value) == true else {
                throw Loss(
                    range: matcher.range,
                    message: "the label \(Prose.quote(label.name)) always is \(Prose.quote(value))",
                    remedy: "leave the matcher out")
            }
            return nil
        case .attribute(let attribute, let renamed):
            guard label.values == nil else {
                throw Loss(
                    range: matcher.range,
                    message: "the label \(Prose.quote(label.name)) shows some values only, and others as one",
                    remedy: "carry it over by hand")
            }
            guard let all = signal?.values(of: attribute), isLiteral else { return attribute }
            let admitted = all.filter { matcher.admits(renamed[$0] ?? $0) ?? true }
            picked[attribute] = picked[attribute, default: Set(all)].intersection(admitted)
            return attribute
        }
    }

    /// The selector that picks the same of other samples.
    func selector(_ target: Samples, at name: SourceRange) throws(Loss) -> SelectorTranslation {
        try checkConditions(target, at: name)
        var changes: [SelectorTranslation.Change] = []
        for (index, matcher) in matchers.enumerated() { changes.append(try change(matcher, index, target)) }
        return SelectorTranslation(
            samples: target, changes: changes, added: try additions(target, changes, at: name), labels: labels(target))
    }

    /// A label that the family does not have, and another one has, would mean something else.
    func checkNames(_ targets: [Samples]) throws(Loss) {
        let own = Set(source.view.labels.map(\.name))
        let others = Set(targets.flatMap { $0.view.labels.map(\.name) }).subtracting(own)
        guard let matcher = matchers.first(where: { others.contains($0.label.text) }) else { return }
        throw Loss(
            range: matcher.range, message: "the label \(Prose.quote(matcher.label.text)) means something else there",
            remedy: "leave the matcher out, or carry it over by hand")
    }

    /// Whether the other family shows a part of what is picked.
    func overlaps(_ target: Samples) -> Bool {
        target.view.conditions.allSatisfy { attribute, shown in
            picked[attribute].map { !$0.isDisjoint(with: shown) } ?? true
        }
    }

    /// What the other family shows must include what is picked.
    private func checkConditions(_ target: Samples, at name: SourceRange) throws(Loss) {
        for (attribute, shown) in target.view.conditions.sorted(by: { $0.key < $1.key }) {
            let needed = picked[attribute] ?? signal?.values(of: attribute).map(Set.init)
            guard needed?.isSubset(of: shown) != true else { continue }
            let missing = needed.map { $0.subtracting(shown).sorted().map { Prose.quote($0) } } ?? ["all"]
            throw Loss(
                range: name,
                message: "\(Prose.quote(target.view.family)) does not count \(attribute) \(Prose.list(missing[...]))",
                remedy: "ask only for what it counts")
        }
    }

    private func change(_ matcher: Matcher, _ index: Int, _ target: Samples) throws(Loss) -> SelectorTranslation.Change
    {
        if matcher.label.text == "le" {
            try checkBound(matcher, target)
            return .label("le")
        }
        guard let attribute = attributes[index] else {
            let isConstant = source.view.labels.contains { $0.name == matcher.label.text }
            return isConstant ? .gone : .label(matcher.label.text)
        }
        if isExact(attribute, target) { return .gone }
        guard let label = target.label(of: attribute) else { throw untold(matcher, target) }
        let names = renamings(of: attribute)
        if names == label.renamed { return .label(label.name) }
        // The values have other names there.
        guard isLiteral[index], let picked = picked[attribute] else { throw untold(matcher, target) }
        let isFirst = attributes.firstIndex(of: attribute) == index
        return isFirst ? .text(text(picked, attribute, label, target)) : .gone
    }

    /// Whether the other family picks just the values that are picked.
    private func isExact(_ attribute: String, _ target: Samples) -> Bool {
        guard let picked = picked[attribute], let shown = target.view.conditions[attribute] else { return false }
        return picked == shown && isLiteralThroughout(attribute)
    }

    private func isLiteralThroughout(_ attribute: String) -> Bool {
        zip(attributes, isLiteral).allSatisfy { $0 != attribute || $1 }
    }

    /// What the values of an attribute are called in the first dialect.
    private func renamings(of attribute: String) -> [String: String] { source.label(of: attribute)?.renamed ?? [:] }

    private func checkBound(_ matcher: Matcher, _ target: Samples) throws(Loss) {
        let bound = matcher.value.value == "+Inf" ? Double.infinity : Double(matcher.value.value)
        let isKnown = bound.map { target.bounds.contains($0) || $0 == .infinity } ?? false
        guard !isKnown || matcher.operation.isRegex else { return }
        throw Loss(
            range: matcher.value.range,
            message: "\(Prose.quote(target.view.family)) has no bucket \(Prose.quote(matcher.value.value))",
            remedy: "use one of \(Prose.list(target.bounds.map { "\($0)" }[...]))")
    }

    private func untold(_ matcher: Matcher, _ target: Samples) -> Loss {
        Loss(
            range: matcher.range,
            message: "\(Prose.quote(target.view.family)) does not tell what \(Prose.quote(matcher.label.text)) does",
            remedy: "leave the matcher out, if all may be counted")
    }

    /// Matchers for what the first family picked by itself and the other does not.
    private func additions(
        _ target: Samples, _ changes: [SelectorTranslation.Change], at name: SourceRange
    ) throws(Loss) -> [String] {
        var added: [String] = []
        for (attribute, shown) in source.view.conditions.sorted(by: { $0.key < $1.key }) {
            let picked = picked[attribute] ?? shown
            guard picked != target.view.conditions[attribute] else { continue }
            guard !says(attribute, only: shown, changes) else { continue }
            guard let label = target.label(of: attribute) else {
                throw Loss(
                    range: name,
                    message: "\(Prose.quote(target.view.family)) does not tell the \(attribute) that "
                        + "\(Prose.quote(source.view.family)) is of",
                    remedy: "leave it out")
            }
            added.append(text(shown, attribute, label, target))
        }
        return added
    }

    /// Whether the matchers that there are admit no more than these values of an attribute.
    private func says(
        _ attribute: String, only shown: Set<String>, _ changes: [SelectorTranslation.Change]
    ) -> Bool {
        var admitted = Set(signal?.values(of: attribute) ?? [])
        for index in matchers.indices where attributes[index] == attribute && isLiteral[index] {
            // One that is written anew says all.
            if case .text = changes[index] { return true }
            let renamed = renamings(of: attribute)
            admitted = admitted.filter { matchers[index].admits(renamed[$0] ?? $0) ?? true }
        }
        return !admitted.isEmpty && admitted.isSubset(of: shown)
    }

    /// A matcher for these values.
    private func text(
        _ values: Set<String>, _ attribute: String, _ label: (name: String, renamed: [String: String]),
        _ target: Samples
    ) -> String {
        let all = (signal?.values(of: attribute) ?? []).filter {
            target.view.conditions[attribute]?.contains($0) ?? true
        }
        let others = all.filter { !values.contains($0) }
        let isFew = others.count == 1
        let named = (isFew ? others : all.filter(values.contains)).map { label.renamed[$0] ?? $0 }
        let pattern = named.count == 1 ? named[0] : named.map(Pattern.escaped).joined(separator: "|")
        let sign = named.count == 1 ? (isFew ? "!=" : "=") : "=~"
        return "\(label.name)\(sign)\(StringLiteral.quoted(pattern))"
    }

    private func labels(_ target: Samples) -> CarriedLabels {
        var labels = CarriedLabels()
        var told: Set<String> = []
        for label in source.view.labels {
            guard case .attribute(let attribute, _) = label.source else {
                labels.lost.insert(label.name)
                continue
            }
            if label.values == nil, let name = target.label(of: attribute)?.name {
                labels.names[label.name] = name
                told.insert(name)
            } else {
                labels.lost.insert(label.name)
            }
        }
        for label in target.view.labels where !told.contains(label.name) {
            if case .attribute = label.source { labels.added.insert(label.name) }
        }
        return labels
    }
}

extension Matcher {
    /// Whether the matcher admits a value; nil if that is not known.
    fileprivate func admits(_ text: String) -> Bool? {
        switch operation {
        case .equal: text == value.value
        case .notEqual: text != value.value
        case .matches, .notMatches:
            (try? Pattern(parsing: value.value))?.matches(text).map { $0 == (operation == .matches) }
        }
    }
}
