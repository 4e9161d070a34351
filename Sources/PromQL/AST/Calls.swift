/// `rate(http_requests_total[5m])`.
public struct Call: Sendable, Hashable {
    /// Of a function that may not exist: the type checker says so.
    public var function: Name
    /// In the order of the text.
    public var arguments: [Expression]
    /// The whole of it.
    public var range: SourceRange

    public init(function: Name, arguments: [Expression], range: SourceRange) {
        self.function = function
        self.arguments = arguments
        self.range = range
    }
}

/// `sum by (job) (expression)`, `topk(5, expression)`.
public struct Aggregation: Sendable, Hashable {
    /// What makes one series of many.
    public var operation: AggregationOperator
    /// The word `sum`.
    public var operationRange: SourceRange
    /// Which series become one; nil makes one of all.
    public var grouping: Grouping?
    /// What stands before the operand: `5` in `topk(5, x)`. There exactly when ``AggregationOperator/takesParameter``.
    public var parameter: Expression?
    /// What is aggregated.
    public var operand: Expression
    /// The whole of it.
    public var range: SourceRange

    public init(
        operation: AggregationOperator, operationRange: SourceRange, grouping: Grouping? = nil,
        parameter: Expression? = nil, operand: Expression, range: SourceRange
    ) {
        self.operation = operation
        self.operationRange = operationRange
        self.grouping = grouping
        self.parameter = parameter
        self.operand = operand
        self.range = range
    }
}

/// `by (job)` or `without (job)`.
public struct Grouping: Sendable, Hashable {
    /// Whether the labels are those that go, and not those that stay.
    public var isWithout: Bool
    /// In the order of the text.
    public var labels: [Name]
    /// From the word to the closing parenthesis.
    public var range: SourceRange

    public init(isWithout: Bool, labels: [Name], range: SourceRange) {
        self.isWithout = isWithout
        self.labels = labels
        self.range = range
    }
}

/// What makes one series of many.
public enum AggregationOperator: String, Sendable, Hashable, CaseIterable {
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile
    case countValues = "count_values"
    case limitk
    case limitRatio = "limit_ratio"

    /// Whether a number or a text stands before the operand.
    public var takesParameter: Bool {
        switch self {
        case .topk, .bottomk, .quantile, .countValues, .limitk, .limitRatio: true
        default: false
        }
    }

    /// The release of Prometheus that had it first; nil for those of 2.42 and before.
    public var since: Release? {
        switch self {
        case .limitk, .limitRatio: Release(2, 54)
        default: nil
        }
    }

    /// Whether a server takes it only with `--enable-feature=promql-experimental-functions`.
    public var isExperimental: Bool { self == .limitk || self == .limitRatio }
}
