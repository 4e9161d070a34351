import PromQL

/// Follows units from the selectors of a query to its root. Where it is not certain there is none.
struct UnitFlow {
    /// The unit of a metric; nil of one that is not known.
    let metric: (VectorSelector) -> Unit?
    /// The family's unit of a histogram's buckets.
    let buckets: (VectorSelector) -> Unit?
    /// Whether a number is known as it stands.
    let isLiteral: (SourceRange) -> Bool

    func unit(of expression: Expression) -> Unit? {
        switch expression {
        case .number, .string: nil
        case .selector(let node): metric(node)
        case .range(let node): metric(node.selector)
        case .subquery(let node): unit(of: node.expression)
        case .call(let node): unit(of: node)
        case .aggregation(let node): unit(of: node)
        case .unary(let node): unit(of: node.operand)
        case .binary(let node): unit(of: node)
        case .parentheses(let node): unit(of: node.expression)
        }
    }

    // MARK: Calls and aggregations

    private static let keeping: Set<String> = [
        "abs", "ceil", "floor", "round", "clamp", "clamp_max", "clamp_min", "sort", "sort_desc", "sort_by_label",
        "sort_by_label_desc", "label_replace", "label_join", "increase", "delta", "idelta", "avg_over_time",
        "min_over_time", "max_over_time", "sum_over_time", "last_over_time", "first_over_time", "stddev_over_time",
        "mad_over_time", "predict_linear", "holt_winters", "double_exponential_smoothing", "scalar", "vector", "info",
    ]

    private func unit(of call: Call) -> Unit? {
        let arguments = call.arguments
        guard isLiteral(call.function.range) else { return nil }
        switch call.function.text {
        case "time", "timestamp": return .seconds
        case "changes", "resets", "count_over_time": return .count
        case "rate", "irate", "deriv": return arguments.first.flatMap(unit).flatMap(\.perSecond)
        case "quantile_over_time": return arguments.count == 2 ? unit(of: arguments[1]) : nil
        case "histogram_quantile": return arguments.count == 2 ? quantile(arguments[1]) : nil
        case "histogram_fraction": return .ratio
        case let name where Self.keeping.contains(name): return arguments.first.flatMap(unit)
        default: return nil
        }
    }

    /// The one unit of all buckets that are read.
    private func quantile(_ expression: Expression) -> Unit? {
        let units = Set(expression.selectors.map(buckets))
        return units.count == 1 ? units.first ?? nil : nil
    }

    private func unit(of aggregation: Aggregation) -> Unit? {
        guard isLiteral(aggregation.operationRange) else { return nil }
        return switch aggregation.operation {
        case .sum, .avg, .min, .max, .topk, .bottomk, .limitk, .limitRatio, .quantile, .stddev:
            unit(of: aggregation.operand)
        case .count, .countValues: .count
        case .group, .stdvar: nil
        }
    }

    // MARK: Operators

    private func unit(of node: BinaryOperation) -> Unit? {
        guard isLiteral(node.operationRange) else { return nil }
        switch node.operation {
        case .and, .unless: return unit(of: node.left)
        case .or: return either(node.left, node.right)
        case .multiply: return product(node)
        case .divide: return quotient(node)
        case .add, .subtract: return either(node.left, node.right)
        case .power, .modulo, .atan2: return nil
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard !node.returnsBool else { return nil }
            return unit(of: node.left.type == .scalar ? node.right : node.left)
        }
    }

    /// The unit of both; a number, also in `vector(0)`, has any.
    private func either(_ left: Expression, _ right: Expression) -> Unit? {
        if constant(left) != nil { return unit(of: right) }
        guard let one = unit(of: left) else { return nil }
        if constant(right) != nil { return one }
        guard var other = unit(of: right), one.isLike(other) else { return nil }
        other.isScaled = one.isScaled || other.isScaled
        other.isGuess = one.isGuess || other.isGuess
        return other
    }

    private func product(_ node: BinaryOperation) -> Unit? {
        if let factor = constant(node.left) { return scaled(node.right, by: factor) }
        if let factor = constant(node.right) { return scaled(node.left, by: factor) }
        guard let left = unit(of: node.left), let right = unit(of: node.right) else { return nil }
        if left.quantity == .one { return right }
        return right.quantity == .one ? left : nil
    }

    /// What an increase is divided by may be its own time, which makes a rate of it.
    private func scaled(_ expression: Expression, by factor: Double) -> Unit? {
        guard let unit = unit(of: expression) else { return nil }
        let isOfTime = unit.quantity == .time && [60, 3600, 86400].contains((1 / factor).rounded())
        return isOfTime && expression.hasIncrease ? nil : unit.multiplied(by: factor)
    }

    private func quotient(_ node: BinaryOperation) -> Unit? {
        if let divisor = constant(node.right) {
            return divisor == 0 ? nil : scaled(node.left, by: 1 / divisor)
        }
        guard let left = unit(of: node.left), let right = unit(of: node.right) else { return nil }
        return left.divided(by: right)
    }

    /// The value of a number that is written out, with the signs and operators between its parts.
    func constant(_ expression: Expression) -> Double? {
        switch expression {
        case .number(let node): isLiteral(node.range) ? node.value : nil
        case .parentheses(let node): constant(node.expression)
        case .unary(let node): constant(node.operand).map { node.isNegation ? -$0 : $0 }
        case .call(let node) where ["vector", "scalar"].contains(node.function.text):
            node.arguments.first.flatMap(constant)
        case .binary(let node): constant(node)
        default: nil
        }
    }

    private func constant(_ node: BinaryOperation) -> Double? {
        guard let left = constant(node.left), let right = constant(node.right) else { return nil }
        switch node.operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide: return left / right
        case .power: return Self.power(left, right)
        default: return nil
        }
    }

    /// Of small whole exponents, as in `1024^3`.
    private static func power(_ base: Double, _ exponent: Double) -> Double? {
        guard (0...10).contains(exponent), exponent == exponent.rounded() else { return nil }
        return (0..<Int(exponent)).reduce(1.0) { value, _ in value * base }
    }
}

extension Expression {
    fileprivate var hasIncrease: Bool {
        var found = false
        walk { part in
            if case .call(let call) = part,
                ["increase", "delta", "idelta", "sum_over_time"].contains(call.function.text)
            {
                found = true
            }
            return !found
        }
        return found
    }
}

extension Unit {
    fileprivate var perSecond: Unit? {
        guard !isPerSecond else { return nil }
        var unit = self
        unit.isPerSecond = true
        return unit
    }

    /// Only with numbers that turn one unit into another; what others mean is not known.
    func multiplied(by factor: Double) -> Unit? {
        if factor == 1 { return self }
        let larger = max(factor, 1 / factor)
        let isConversion =
            switch quantity {
            case .time:
                [60, 3600, 86400, 1e3, 1e6, 1e9].contains { Self.isEqual($0, larger) }
                    || isPerSecond && Self.isEqual(100, larger)
            case .bytes:
                ([8, 1e3, 1e6, 1e9, 1e12] + [1, 2, 3, 4].map(Self.kibi)).contains { Self.isEqual($0, larger) }
            case .ratio, .count, .own: Self.isEqual(100, larger)
            case .one: false
            }
        guard isConversion, factor > 0 else { return nil }
        var unit = self
        unit.scale /= factor
        unit.isScaled = true
        return unit
    }

    private static func kibi(_ power: Int) -> Double { (0..<power).reduce(1.0) { value, _ in value * 1024 } }

    private static func isEqual(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= one * 1e-9 }

    fileprivate func divided(by other: Unit) -> Unit? {
        if other.quantity == .one { return self }
        let isScaled = isScaled || other.isScaled
        if quantity == other.quantity, isPerSecond == other.isPerSecond {
            return quantity == .one ? nil : Unit(quantity: .ratio, scale: scale / other.scale, isScaled: isScaled)
        }
        // So much for each thing.
        guard other.quantity == .count, quantity == .time || quantity == .bytes, isPerSecond || !other.isPerSecond
        else { return nil }
        return Unit(
            quantity: quantity, scale: scale / other.scale, isPerSecond: isPerSecond && !other.isPerSecond,
            isScaled: isScaled)
    }
}
