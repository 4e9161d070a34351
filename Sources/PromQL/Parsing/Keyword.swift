/// A word that means something of its own; upper and lower case are the same.
enum Keyword: Hashable {
    case aggregation(AggregationOperator)
    case operation(BinaryOperator)
    case offset, by, without, on, ignoring, groupLeft, groupRight, bool, start, end
    case step, range, anchored, smoothed
    case infinity, nan

    /// Whether a metric can be called so.
    var isMetricName: Bool {
        switch self {
        case .on, .ignoring, .groupLeft, .groupRight, .bool, .operation(.atan2), .infinity, .nan: false
        default: true
        }
    }

    /// Whether a label in a grouping can be called so; Prometheus forgot `without`.
    var isGroupingLabel: Bool { self != .without && self != .infinity && self != .nan }

    /// Whether a parenthesis after it makes it a function, as Prometheus has it since 3.11.
    var isFunctionName: Bool {
        switch self {
        case .start, .end, .step, .range: true
        default: false
        }
    }

    private static let words: [String: Keyword] = {
        var words: [String: Keyword] = [
            "offset": .offset, "by": .by, "without": .without, "on": .on, "ignoring": .ignoring,
            "group_left": .groupLeft, "group_right": .groupRight, "bool": .bool, "start": .start, "end": .end,
            "step": .step, "range": .range, "anchored": .anchored, "smoothed": .smoothed,
            "inf": .infinity, "nan": .nan,
        ]
        for operation in AggregationOperator.allCases { words[operation.rawValue] = .aggregation(operation) }
        for operation in [BinaryOperator.and, .or, .unless, .atan2] {
            words[operation.rawValue] = .operation(operation)
        }
        return words
    }()

    private static let table = Dictionary(
        uniqueKeysWithValues: words.map { (packed($0.key.utf8), $0.value) })

    private static let longest = 12

    /// The keyword that a word is.
    static func find(_ word: some Collection<UInt8>) -> Keyword? {
        guard 2...longest ~= word.count else { return nil }
        return table[packed(word)]
    }

    /// The letters in lower case.
    private static func packed(_ word: some Collection<UInt8>) -> UInt128 {
        var packed: UInt128 = 0
        for byte in word { packed = packed << 8 | UInt128(byte | (byte >= 0x41 && byte <= 0x5A ? 0x20 : 0)) }
        return packed
    }
}
