import PromQL
import Telemetry
import Wording

/// What a selector picks, in terms of its signal.
struct PickedValues {
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
        var changes: [MatcherChange] = []
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

    private func change(_ matcher: Matcher, _ index: Int, _ target: Samples) throws(Loss) -> MatcherChange {
        if matcher.label.text == "le" {
            try checkBounds(matcher, index, target)
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
        return isFirst ? .text(try text(picked, attribute, label, target, at: matcher.range)) : .gone
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

    /// A matcher of `le` must pick the same buckets.
    private func checkBounds(_ matcher: Matcher, _ index: Int, _ target: Samples) throws(Loss) {
        guard source.bounds != target.bounds else { return }
        let family = Prose.quote(target.view.family)
        guard isLiteral[index] else {
            throw Loss(
                range: matcher.value.range, message: "\(family) has other buckets for the variable to choose from",
                remedy: "leave the matcher out")
        }
        let picked = target.bounds(admittedBy: matcher)
        if let picked, !picked.isEmpty, picked == source.bounds(admittedBy: matcher) { return }
        throw Loss(
            range: matcher.value.range,
            message: matcher.operation.isRegex
                ? "\(family) has other buckets that \(Prose.quote(matcher.value.value)) picks"
                : "\(family) has no bucket \(Prose.quote(matcher.value.value))",
            remedy: "use one of \(Prose.list(target.bounds.map(BucketText.text)))")
    }

    private func untold(_ matcher: Matcher, _ target: Samples) -> Loss {
        Loss(
            range: matcher.range,
            message: "\(Prose.quote(target.view.family)) does not tell what \(Prose.quote(matcher.label.text)) does",
            remedy: "leave the matcher out, if all may be counted")
    }

    /// Matchers for what the first family picked by itself and the other does not.
    private func additions(
        _ target: Samples, _ changes: [MatcherChange], at name: SourceRange
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
            added.append(try text(shown, attribute, label, target, at: name))
        }
        return added
    }

    /// Whether the matchers that there are admit no more than these values of an attribute.
    private func says(
        _ attribute: String, only shown: Set<String>, _ changes: [MatcherChange]
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
    ///
    /// - Throws: when one of them is one there with another.
    private func text(
        _ values: Set<String>, _ attribute: String, _ label: (name: String, renamed: [String: String]),
        _ target: Samples, at range: SourceRange
    ) throws(Loss) -> String {
        let all = (signal?.values(of: attribute) ?? []).filter {
            target.view.conditions[attribute]?.contains($0) ?? true
        }
        let picked = all.filter(values.contains).map { label.renamed[$0] ?? $0 }.unique
        let others = all.filter { !values.contains($0) }.map { label.renamed[$0] ?? $0 }.unique
        if let both = picked.first(where: others.contains) {
            let joined = all.filter { (label.renamed[$0] ?? $0) == both }.map { Prose.quote($0) }
            throw Loss(
                range: range,
                message: "\(Prose.list(joined, "and")) are one there, \(Prose.quote(both)), and only some are picked",
                remedy: "pick all of them, or none")
        }
        guard !picked.isEmpty else {
            throw Loss(range: range, message: "there is no such value", remedy: "leave the query out")
        }
        let isFew = others.count == 1
        let named = isFew ? others : picked
        let pattern = named.count == 1 ? named[0] : named.asPattern
        let sign = named.count == 1 ? (isFew ? "!=" : "=") : "=~"
        return "\(label.name)\(sign)\(StringLiteral.quoted(pattern))"
    }

    // MARK: Labels

    private func labels(_ target: Samples) -> CarriedLabels {
        var labels = CarriedLabels()
        var told: Set<String> = []
        for label in source.view.labels {
            if let found = counterpart(of: label, target) {
                labels.names[label.name] = found.name
                if !found.values.isSame { labels.values[label.name] = found.values }
                told.insert(found.name)
            } else {
                labels.lost.insert(label.name)
                if tellsApart(label) { labels.merging.insert(label.name) }
            }
        }
        for label in target.view.labels where !told.contains(label.name) {
            labels.added.insert(label.name)
            if tellsApart(label) { labels.splitting.insert(label.name) }
        }
        return labels
    }

    /// The label of the other family that says the same.
    private func counterpart(
        of label: View.ViewLabel, _ target: Samples
    ) -> (name: String, values: CarriedValues)? {
        switch label.source {
        case .constant:
            return target.view.labels.contains(label) ? (label.name, .same) : nil
        case .attribute(let attribute, let renamed):
            guard label.values == nil, let found = target.label(of: attribute) else { return nil }
            return (found.name, CarriedValues(signal?.values(of: attribute), from: renamed, to: found.renamed))
        }
    }

    /// Whether one process has series that differ in this label alone.
    private func tellsApart(_ label: View.ViewLabel) -> Bool {
        guard case .attribute(let attribute, _) = label.source, !Signals.ofProcess.contains(attribute) else {
            return false
        }
        return picked[attribute].map { $0.count > 1 } ?? true
    }
}

extension Signals {
    /// Attributes that have one value only in each process.
    fileprivate static let ofProcess: Set<String> = [
        "service.name", "service.version", "swift.version", "vcs.revision",
    ]
}

extension Samples {
    /// The bounds that a matcher of `le` picks, by each way to write them; nil if that is not known.
    fileprivate func bounds(admittedBy matcher: Matcher) -> [[Double]]? {
        // Prometheus 3 has `1.0` where older ones have what is scraped.
        let spellings: [(Double) -> String] = [BucketText.text, { "\($0)" }]
        var admitted: [[Double]] = []
        for spelling in spellings {
            var picked: [Double] = []
            for bound in bounds + [.infinity] {
                let text = bound == .infinity ? "+Inf" : spelling(bound)
                guard let isAdmitted = matcher.admits(bound, text) else { return nil }
                if isAdmitted { picked.append(bound) }
            }
            admitted.append(picked)
        }
        return admitted.allSatisfy(\.isEmpty) ? [] : admitted
    }
}

extension Matcher {
    /// Whether the matcher of `le` admits a bound that is written so; nil if that is not known.
    fileprivate func admits(_ bound: Double, _ text: String) -> Bool? {
        guard !operation.isRegex, let value = Double(value.value) else { return admits(text) }
        return (value == bound) == (operation == .equal)
    }

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
