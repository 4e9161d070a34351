import PromQL
import Telemetry

/// How many values a label has among the series of an expression, where its other labels have the same.
enum LabelVariety: Int, Comparable {
    /// A matcher leaves one.
    case one
    case unknown
    /// The query groups by it, which is of use only if there are several.
    case grouped
    /// The catalogue lists several; there need not be all of them at once.
    case listed
    /// Several at any time.
    case always

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension CheckedQuery {
    /// What is known of the values of a label on the series of a part of the query, which have it.
    func variety(of label: String, in expression: Expression) -> LabelVariety {
        switch expression {
        case .selector(let selector): variety(of: label, in: selector)
        case .range(let range): variety(of: label, in: range.selector)
        case .parentheses(let node): variety(of: label, in: node.expression)
        case .unary(let node): variety(of: label, in: node.operand)
        case .aggregation(let node): variety(of: label, in: node)
        case .call(let node): variety(of: label, in: node)
        case .binary(let node): variety(of: label, in: node)
        case .subquery, .number, .string: .unknown
        }
    }

    /// Which series these leave is not known.
    private static let choosing: Set<AggregationOperator> = [.topk, .bottomk, .limitk, .limitRatio, .countValues]

    private func variety(of label: String, in node: Aggregation) -> LabelVariety {
        guard !Self.choosing.contains(node.operation), isLiteral(node.operationRange) else { return .unknown }
        let variety = variety(of: label, in: node.operand)
        let isNamed = node.grouping.map { !$0.isWithout && $0.labels.contains { $0.text == label } } ?? false
        return variety == .unknown && isNamed ? .grouped : variety
    }

    private static let keeping: Set<String> = [
        "rate", "irate", "increase", "delta", "idelta", "deriv", "abs", "ceil", "floor", "round", "clamp", "clamp_min",
        "clamp_max", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "last_over_time",
        "histogram_quantile",
    ]

    private func variety(of label: String, in call: Call) -> LabelVariety {
        guard Self.keeping.contains(call.function.text), isLiteral(call.function.range),
            let vector = call.arguments.first(where: { $0.type != .scalar })
        else { return .unknown }
        return variety(of: label, in: vector)
    }

    /// A number changes no labels; a comparison may leave one series.
    private func variety(of label: String, in node: BinaryOperation) -> LabelVariety {
        guard !node.operation.isComparison, !node.operation.isSetOperator else { return .unknown }
        if node.right.type == .scalar { return variety(of: label, in: node.left) }
        return node.left.type == .scalar ? variety(of: label, in: node.right) : .unknown
    }

    private func variety(of label: String, in selector: VectorSelector) -> LabelVariety {
        let matchers = selector.matchers.filter { $0.label.text == label }
        guard matchers.allSatisfy({ isLiteral($0.value.range) && isLiteral($0.label.range) }) else { return .unknown }
        if matchers.contains(where: { $0.operation == .equal }) { return .one }
        guard let name = selector.name, isLiteral(name.range), let metric = metrics[name.text] else { return .unknown }
        if label == "le", metric.part == .bucket { return matchers.isEmpty ? .always : .unknown }
        if label == "quantile", metric.part == .whole, metric.family.type == "summary" {
            return matchers.isEmpty ? .always : .unknown
        }
        return listed(label, metric.family, matchers, isWhole: selector.matchers.isEmpty)
    }

    private func listed(
        _ label: String, _ family: Catalogue.Family, _ matchers: [Matcher], isWhole: Bool
    ) -> LabelVariety {
        guard let domain = family.labels.first(where: { $0.name == label }), domain.domain == .closed,
            let values = domain.values
        else { return .unknown }
        let left = values.filter { value in !value.isEmpty && matchers.allSatisfy { $0.allows(value) } }
        guard left.count > 1 else { return left.count == 1 ? .one : .unknown }
        // Of closed domains alone, Flowmeter shows all series from the start.
        let isComplete = isWhole && family.isOurs && family.labels.allSatisfy { $0.domain == .closed }
        return isComplete ? .always : .listed
    }
}

extension Matcher {
    /// Whether a value certainly passes.
    fileprivate func allows(_ value: String) -> Bool {
        switch operation {
        case .equal: value == self.value.value
        case .notEqual: value != self.value.value
        case .matches: (try? Pattern(parsing: self.value.value))?.matches(value) == true
        case .notMatches: (try? Pattern(parsing: self.value.value))?.matches(value) == false
        }
    }
}
