extension Expression {
    /// Which labels the series of the result carry, from the labels of the metrics that it reads.
    ///
    /// The expression is taken to be right: see ``typing``. Scalars and texts have no labels.
    ///
    /// - Parameter metric: what is known of a metric's labels, its name not counted; nil when it is unknown.
    public func seriesLabels(of metric: (String) -> SeriesLabels?) -> SeriesLabels {
        withoutActuallyEscaping(metric) { metric in LabelFlow(metric: metric).labels(of: self) }
    }

    /// Which labels the series have that a recording rule makes of the expression, its name not counted.
    ///
    /// - Parameter labels: those that the rule adds; one with an empty value takes the label away.
    public func recordedLabels(
        adding labels: [String: String] = [:], of metric: (String) -> SeriesLabels?
    ) -> SeriesLabels {
        var result = seriesLabels(of: metric).withoutName
        for (label, value) in labels { result.set(label, value.isEmpty ? .never : .always) }
        return result
    }
}

/// Follows labels from the selectors of a tree to its root.
struct LabelFlow {
    let metric: (String) -> SeriesLabels?

    func labels(of expression: Expression) -> SeriesLabels {
        switch expression {
        case .number, .string: .none
        case .selector(let node): labels(of: node)
        case .range(let node): labels(of: node.selector)
        case .subquery(let node): labels(of: node.expression)
        case .call(let node): labels(of: node)
        case .aggregation(let node): labels(of: node)
        case .unary(let node): node.isNegation ? labels(of: node.operand).withoutName : labels(of: node.operand)
        case .binary(let node): labels(of: node)
        case .parentheses(let node): labels(of: node.expression)
        }
    }

    // MARK: Selectors

    private func labels(of selector: VectorSelector) -> SeriesLabels {
        let name = selector.name?.text ?? selector.matchers.first(where: \.isName)?.value.value
        var labels = name.flatMap(metric) ?? .unknown
        labels.set(SeriesLabels.name, .always)
        for matcher in selector.matchers where matcher.label.text != SeriesLabels.name {
            if let presence = matcher.presence { labels.set(matcher.label.text, presence) }
        }
        return labels
    }

    // MARK: Aggregations

    private func labels(of aggregation: Aggregation) -> SeriesLabels {
        let labels = labels(of: aggregation.operand)
        switch aggregation.operation {
        case .topk, .bottomk, .limitk, .limitRatio: return labels
        default: break
        }
        let names = aggregation.grouping?.labels.map(\.text) ?? []
        let isWithout = aggregation.grouping?.isWithout == true
        var grouped = isWithout ? labels.dropping(names).withoutName : labels.keeping(names)
        if aggregation.operation == .countValues, case .string(let label) = aggregation.parameter?.unwrapped {
            grouped.set(label.value, .always)
        }
        return grouped
    }
}

extension Matcher {
    /// Whether it says the metric's name.
    fileprivate var isName: Bool { label.text == SeriesLabels.name && operation == .equal && !value.value.isEmpty }

    /// What the matcher says of its label's presence; nil when nothing.
    fileprivate var presence: SeriesLabels.Presence? {
        guard let allowsEmpty = try? allowsEmpty else { return nil }
        if !allowsEmpty { return .always }
        return operation == .equal ? .never : nil
    }
}
