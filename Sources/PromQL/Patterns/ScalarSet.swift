/// A set of characters.
struct ScalarSet: Sendable {
    /// Sorted by nobody; a set is small.
    var ranges: [ClosedRange<UInt32>] = []
    /// `\p{…}`, and whether it is the complement.
    var properties: [(name: String, isNegated: Bool)] = []
    var isNegated = false
    var ignoresCase = false

    init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

    static let any = ScalarSet([0...0x10FFFF])
    static let anyButLineFeed = ScalarSet([0...0x09, 0x0B...0x10FFFF])

    /// Whether the character is in the set; nil when that takes knowledge of Unicode's scripts.
    func contains(_ scalar: Unicode.Scalar) -> Bool? {
        var isKnown = true
        for variant in ignoresCase ? Self.cases(of: scalar) : [scalar] {
            if ranges.contains(where: { $0.contains(variant.value) }) { return !isNegated }
            for property in properties {
                guard let has = UnicodeProperty.has(variant, property.name) else {
                    isKnown = false
                    continue
                }
                if has != property.isNegated { return !isNegated }
            }
        }
        return isKnown ? isNegated : nil
    }

    /// The character in upper and lower case, as far as each is one character.
    private static func cases(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let mapped = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
        return [scalar] + mapped.compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
    }

    /// The ranges between those of the set, which are sorted.
    static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return gaps
    }

    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let spaces: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
    static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]

    /// `[:alpha:]` and its like, sorted.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
        "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": digits,
        "graph": [0x21...0x7E], "lower": [0x61...0x7A], "print": [0x20...0x7E],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E], "space": [0x09...0x0D, 0x20...0x20],
        "upper": [0x41...0x5A], "word": words, "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
