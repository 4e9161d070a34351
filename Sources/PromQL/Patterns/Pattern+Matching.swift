extension Pattern {
    /// Whether a value matches as a whole, as the values of labels must.
    ///
    /// Properties of Unicode (`\p{…}`) are not looked up: what depends on one is taken to match.
    public func matches(_ value: String) -> Bool {
        let scalars = value.unicodeScalars.map(\.value)
        return PatternMatcher(scalars: scalars).ends(of: tree, from: [0]).contains(scalars.count)
    }

    /// The alternatives of which the pattern consists, each a pattern by itself: `a`, `b.*` of `a|b.*`; one if it is not
    /// made of alternatives. Nil if a part of it cannot be cut out as text.
    public var alternatives: [String]? {
        var parts: [[Character]] = [[]]
        var depth = 0
        var isEscaped = false
        for character in source {
            if isEscaped {
                isEscaped = false
            } else {
                switch character {
                case "\\": isEscaped = true
                case "[": return source.contains("|") ? nil : [source]
                case "(": depth += 1
                case ")": depth -= 1
                case "|" where depth == 0:
                    parts.append([])
                    continue
                default: break
                }
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map { String($0) }
    }
}

/// Finds where a match can end, for all starts at once; so no pattern takes more than the product of its size and that of
/// the value.
private struct PatternMatcher {
    let scalars: [UInt32]

    func ends(of tree: PatternTree, from starts: Set<Int>) -> Set<Int> {
        switch tree {
        case .empty: return starts
        case .set(let set):
            return Set(starts.filter { $0 < scalars.count && set.contains(scalars[$0]) }.map { $0 + 1 })
        case .assertion(let assertion): return starts.filter { holds(assertion, at: $0) }
        case .sequence(let parts): return parts.reduce(starts) { ends(of: $1, from: $0) }
        case .alternatives(let parts): return parts.reduce(into: []) { $0.formUnion(ends(of: $1, from: starts)) }
        case .repeated(let part, let lower, let upper): return ends(of: part, from: starts, lower, upper)
        }
    }

    private func ends(of part: PatternTree, from starts: Set<Int>, _ lower: Int, _ upper: Int?) -> Set<Int> {
        var current = starts
        for _ in 0..<lower where !current.isEmpty { current = ends(of: part, from: current) }
        var all = current
        var count = lower
        while !current.isEmpty, upper.map({ count < $0 }) ?? true {
            current = ends(of: part, from: current).subtracting(all)
            all.formUnion(current)
            count += 1
        }
        return all
    }

    private func holds(_ assertion: PatternAssertion, at position: Int) -> Bool {
        switch assertion {
        case .textStart: position == 0
        case .textEnd: position == scalars.count
        case .lineStart: position == 0 || scalars[position - 1] == 0x0A
        case .lineEnd: position == scalars.count || scalars[position] == 0x0A
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }

    private func isWord(_ position: Int) -> Bool {
        guard scalars.indices.contains(position) else { return false }
        return ScalarSet.words.contains { $0.contains(scalars[position]) }
    }
}

extension ScalarSet {
    /// Whether the character is in the set; taken to be so if a property of Unicode says.
    fileprivate func contains(_ scalar: UInt32) -> Bool {
        guard properties.isEmpty else { return true }
        let forms = ignoresCase ? [scalar, Self.otherCase(scalar)] : [scalar]
        return ranges.contains { range in forms.contains(where: range.contains) } != isNegated
    }

    private static func otherCase(_ scalar: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(scalar) else { return scalar }
        let properties = scalar.properties
        let other = properties.isLowercase ? properties.uppercaseMapping : properties.lowercaseMapping
        return other.unicodeScalars.first?.value ?? scalar.value
    }
}
