import PromQL
import Telemetry
import Wording

/// A selector of the first dialect, carried over to the second.
///
/// What a selector picks is a set of values for each attribute of its signal. The other dialect's selector must pick the
/// same, or there is none.
struct SelectorTranslation {
    let samples: Samples
    /// One for each matcher.
    let changes: [MatcherChange]
    /// Matchers besides.
    let added: [String]
    let labels: CarriedLabels
}

extension SelectorTranslation {
    /// - Parameters:
    ///   - isPaired: whether other samples of the same histogram are asked for too.
    ///   - isLiteral: whether a part of the query is known as it stands, and not a variable's value.
    /// - Throws: why there is no such selector; of several reasons the first.
    init(
        _ selector: VectorSelector, _ source: Samples, at name: SourceRange, to table: SampleTable, isPaired: Bool,
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
                if best.map({ found.isCloser(than: $0, to: source, isPaired: isPaired) }) ?? true { best = found }
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
    /// Fewer labels that come or go; of samples that tell the same, those that are made alike. Of two that belong to one
    /// histogram, those that belong to one there.
    fileprivate func isCloser(than other: SelectorTranslation, to source: Samples, isPaired: Bool) -> Bool {
        distance(to: source, isPaired).lexicographicallyPrecedes(other.distance(to: source, isPaired))
    }

    private func distance(to source: Samples, _ isPaired: Bool) -> [Int] {
        let isAlike = samples.view.shows.measure == source.view.shows.measure
        let isHistogram = if case .distribution = samples.view.shows { isAlike } else { false }
        return [
            isPaired && !isHistogram ? 1 : 0,
            labels.lost.count, labels.splitting.count, isAlike ? 0 : 1,
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
