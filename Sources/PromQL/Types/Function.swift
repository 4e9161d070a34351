/// A function of PromQL.
public struct Function: Sendable, Hashable {
    /// As it is called; case counts.
    public let name: String
    /// The types of the arguments; of those beyond the last, the last.
    public let parameters: [ValueType]
    /// The fewest arguments.
    public let minimum: Int
    /// The most arguments; nil is any number.
    public let maximum: Int?
    /// The type of what it gives.
    public let result: ValueType
    /// The release of Prometheus that had it first; nil for those of 2.42 and before.
    public let since: Release?
    /// The release that has it no more.
    public let removed: Release?
    /// Whether a server takes it only with `--enable-feature=promql-experimental-functions`.
    public let isExperimental: Bool

    /// - Parameters:
    ///   - minimum: the fewest arguments; all parameters, if nothing is said.
    ///   - maximum: the most arguments; one for each parameter, if nothing is said.
    ///   - unbounded: whether there may be any number.
    init(
        _ name: String, _ parameters: [ValueType], minimum: Int? = nil, maximum: Int? = nil, unbounded: Bool = false,
        result: ValueType = .vector, since: Release? = nil, removed: Release? = nil, isExperimental: Bool = false
    ) {
        self.name = name
        self.parameters = parameters
        self.minimum = minimum ?? parameters.count
        self.maximum = unbounded ? nil : maximum ?? parameters.count
        self.result = result
        self.since = since
        self.removed = removed
        self.isExperimental = isExperimental
    }
}

extension Function {
    /// The type of an argument, from 0; nil when the function has none at all.
    public func parameter(_ index: Int) -> ValueType? {
        parameters.indices.contains(index) ? parameters[index] : parameters.last
    }

    /// `2`, `1 to 2`, `3 or more`.
    var countPhrase: String {
        guard let maximum else { return "\(minimum) or more" }
        return minimum == maximum ? String(minimum) : "\(minimum) to \(maximum)"
    }

    /// `round(instant vector, [scalar])`.
    var usage: String {
        var parts = parameters.enumerated().map { index, type in
            let word = String(type.phrase.drop { $0 != " " }.dropFirst())
            return index < minimum ? word : "[\(word)]"
        }
        if maximum.map({ $0 > parameters.count }) ?? true { parts.append("…") }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }
}

extension AggregationOperator {
    var usage: String {
        switch self {
        case .countValues: "write count_values(\"label\", instant vector)"
        case _ where takesParameter: "write \(rawValue)(scalar, instant vector)"
        default: "write \(rawValue)(instant vector)"
        }
    }
}
