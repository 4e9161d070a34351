import PromQL

/// Writes a tree in the language of Prometheus 2.42: what it lacks is replaced by something of the same type.
struct OlderForm {
    static func of(_ expression: Expression) -> Expression {
        switch expression {
        case .number(var node):
            node.nanoseconds = nil
            return .number(node)
        case .string: return expression
        case .selector(let node): return .selector(selector(node))
        case .range(var node):
            node.selector = selector(node.selector)
            node.duration = duration(node.duration)
            return .range(node)
        case .subquery(var node):
            node.expression = of(node.expression)
            node.duration = duration(node.duration)
            node.step = node.step.map(duration)
            node.offset = offset(node.offset)
            return .subquery(node)
        case .call(let node): return call(node)
        case .aggregation(var node):
            if node.operation.since != nil { node.operation = .topk }
            let grouped = labels(node.grouping?.labels ?? [])
            node.grouping?.labels = grouped
            node.parameter = node.parameter.map(of)
            node.operand = of(node.operand)
            return .aggregation(node)
        case .unary(var node):
            node.operand = of(node.operand)
            return .unary(node)
        case .binary(let node): return binary(node)
        case .parentheses(var node):
            node.expression = of(node.expression)
            return .parentheses(node)
        }
    }

    private static func selector(_ node: VectorSelector) -> VectorSelector {
        var node = node
        node.hasNameInBraces = false
        node.edges = nil
        if let name = node.name, !Name.isPlainMetric(name.text) || words.contains(name.text.lowercased()) {
            node.name?.text = "up"
        }
        // A name in braces may have another beside it.
        if node.name != nil { node.matchers.removeAll { $0.label.text == "__name__" } }
        for index in node.matchers.indices {
            if !Name.isPlainLabel(node.matchers[index].label.text) { node.matchers[index].label.text = "a" }
            let value = node.matchers[index].value.value
            node.matchers[index].value.value = value.replacing("(?<", with: "(?P<")
        }
        node.offset = offset(node.offset)
        return node
    }

    private static let words = ["on", "ignoring", "group_left", "group_right", "bool", "atan2", "inf", "nan"]

    private static func offset(_ offset: Offset?) -> Offset? {
        guard var offset, offset.duration.nanoseconds != 0 else { return nil }
        let sign: Int64 = offset.duration.nanoseconds < 0 ? -1 : 1
        offset.duration.nanoseconds = sign * duration(offset.duration).nanoseconds
        return offset
    }

    /// A whole number of milliseconds, above 0.
    private static func duration(_ duration: DurationLiteral) -> DurationLiteral {
        var duration = duration
        let milliseconds = Int64(duration.nanoseconds.magnitude / 1_000_000)
        duration.nanoseconds = max(1, milliseconds) * 1_000_000
        return duration
    }

    private static func labels(_ labels: [Name]) -> [Name] {
        labels.map { label in
            var label = label
            if !Name.isPlainLabel(label.text) || ["without", "inf", "nan"].contains(label.text.lowercased()) {
                label.text = "a"
            }
            return label
        }
    }

    private static func call(_ node: Call) -> Expression {
        var node = node
        node.arguments = node.arguments.map(of)
        guard let function = Function.named(node.function.text), function.since != nil else { return .call(node) }
        switch (function.name, function.parameters.first) {
        case ("info", _), ("histogram_quantiles", _), ("sort_by_label", _), ("sort_by_label_desc", _):
            node.arguments = Array(node.arguments.prefix(1))
            node.function.text = "abs"
        case ("double_exponential_smoothing", _): node.function.text = "holt_winters"
        case ("integral", _): node.function.text = node.arguments.count == 1 ? "rate" : "predict_linear"
        case (_, .matrix): node.function.text = "rate"
        case (_, .vector): node.function.text = "abs"
        default: node.function.text = "time"
        }
        return .call(node)
    }

    private static func binary(_ node: BinaryOperation) -> Expression {
        var node = node
        node.left = of(node.left)
        node.right = of(node.right)
        let matched = labels(node.matching?.labels ?? [])
        node.matching?.labels = matched
        node.matching?.group?.include = []
        node.fill = nil
        return .binary(node)
    }
}
