extension Pattern {
    /// Whether the whole text matches, as Prometheus asks of a label's value.
    ///
    /// Nil when it is not known: for the scripts of Unicode, such as `\p{Greek}`, and when it would take more than
    /// 1,000,000 steps. A dot matches a line feed too, as it does since Prometheus 3.0.
    public func matches(_ text: String) -> Bool? {
        var matcher = PatternMatcher(text)
        var start = [Bool](repeating: false, count: matcher.scalars.count + 1)
        start[0] = true
        let ends = matcher.ends(of: tree, from: start)
        return matcher.isKnown ? ends.last : nil
    }

    /// The texts that match, when these are few and none of them is left open: `GET|POST`, `v[12]`, `colou?r`. Nil when
    /// there are more than 100, or when case does not count.
    public var values: [String]? {
        tree.values(limit: 100).map { values in
            var seen: Set<String> = []
            return values.filter { seen.insert($0).inserted }
        }
    }
}

/// Follows a tree through a text, from all places where it can begin to all where it can end.
private struct PatternMatcher {
    let scalars: [Unicode.Scalar]
    var isKnown = true
    private var steps = 0

    private static let maximumSteps = 1_000_000

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func ends(of tree: PatternTree, from starts: [Bool]) -> [Bool] {
        steps += starts.count
        if steps > Self.maximumSteps { isKnown = false }
        guard isKnown else { return starts }
        switch tree {
        case .empty: return starts
        case .set(let set): return step(set, starts)
        case .assertion(let assertion):
            return starts.indices.map { starts[$0] && assertion.holds(at: $0, in: scalars) }
        case .sequence(let parts): return parts.reduce(starts) { ends(of: $1, from: $0) }
        case .alternatives(let parts):
            return parts.reduce([Bool](repeating: false, count: starts.count)) {
                Self.union($0, ends(of: $1, from: starts))
            }
        case .repeated(let part, let lower, let upper): return repeated(part, lower, upper, starts)
        }
    }

    private mutating func step(_ set: ScalarSet, _ starts: [Bool]) -> [Bool] {
        var ends = [Bool](repeating: false, count: starts.count)
        for index in scalars.indices where starts[index] {
            guard let contains = set.contains(scalars[index]) else {
                isKnown = false
                continue
            }
            ends[index + 1] = contains
        }
        return ends
    }

    private mutating func repeated(_ part: PatternTree, _ lower: Int, _ upper: Int?, _ starts: [Bool]) -> [Bool] {
        var ends = starts
        for _ in 0..<lower { ends = self.ends(of: part, from: ends) }
        var last = ends
        var count = lower
        while count < upper ?? .max, isKnown {
            last = self.ends(of: part, from: last)
            let more = Self.union(ends, last)
            if more == ends { break }
            ends = more
            count += 1
        }
        return ends
    }

    private static func union(_ one: [Bool], _ other: [Bool]) -> [Bool] { zip(one, other).map { $0 || $1 } }
}

extension PatternAssertion {
    fileprivate func holds(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let isFirst = index == 0
        let isLast = index == scalars.count
        switch self {
        case .textStart: return isFirst
        case .textEnd: return isLast
        case .lineStart: return isFirst || scalars[index - 1] == "\n"
        case .lineEnd: return isLast || scalars[index] == "\n"
        case .wordBoundary, .noWordBoundary:
            let isBoundary = (!isFirst && Self.isWord(scalars[index - 1])) != (!isLast && Self.isWord(scalars[index]))
            return isBoundary == (self == .wordBoundary)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ScalarSet.words.contains { $0.contains(scalar.value) }
    }
}

extension PatternTree {
    /// The texts that match; nil when there are more than the limit, or when that is not plain to see.
    fileprivate func values(limit: Int) -> [String]? {
        switch self {
        case .empty: return [""]
        case .set(let set): return set.values(limit: limit)
        // At the ends of a pattern, which matches as a whole anyway, these say nothing; elsewhere hardly anyone writes them.
        case .assertion: return nil
        case .sequence(let parts):
            return parts.reduce([""]) { before, part in
                guard let before, let after = part.values(limit: limit), before.count * after.count <= limit else {
                    return nil
                }
                return before.flatMap { start in after.map { start + $0 } }
            }
        case .alternatives(let parts):
            return parts.reduce([]) { before, part in
                guard let before, let more = part.values(limit: limit), before.count + more.count <= limit else {
                    return nil
                }
                return before + more
            }
        case .repeated(let part, 0, 1): return part.values(limit: limit - 1).map { [""] + $0 }
        case .repeated: return nil
        }
    }
}

extension ScalarSet {
    fileprivate func values(limit: Int) -> [String]? {
        let count = ranges.reduce(0) { $0 + $1.count }
        guard properties.isEmpty, !isNegated, !ignoresCase, count <= limit else { return nil }
        return ranges.flatMap { $0.compactMap { Unicode.Scalar($0).map { String(Character($0)) } } }
    }
}
