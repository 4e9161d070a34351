extension LabelFlow {
    func labels(of call: Call) -> SeriesLabels {
        switch call.function.text {
        case "vector", "scalar", "time", "pi", "start", "end", "range", "step": return .none
        case "absent", "absent_over_time": return absence(of: call.arguments.first)
        case "label_replace": return replaced(call.arguments)
        case "label_join": return joined(call.arguments)
        case "info": return informed(call.arguments)
        default: break
        }
        guard let labels = vector(call.arguments) else { return .none }
        switch call.function.text {
        case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "last_over_time", "first_over_time":
            return labels
        case "histogram_quantile", "histogram_fraction": return labels.dropping(["le"]).withoutName
        case "histogram_quantiles":
            let quantiles = labels.dropping(["le"]).withoutName
            return text(call.arguments, 1).map { quantiles.setting($0, .always) } ?? quantiles.opened
        default: return labels.withoutName
        }
    }

    /// The labels of the argument that is a vector; nil without one, as in `hour()`.
    private func vector(_ arguments: [Expression]) -> SeriesLabels? {
        arguments.first { argument in
            switch argument.type {
            case .vector, .matrix, nil: true
            case .scalar, .string: false
            }
        }.map { labels(of: $0) }
    }

    private func text(_ arguments: [Expression], _ index: Int) -> String? {
        guard arguments.indices.contains(index), case .string(let text) = arguments[index].unwrapped else { return nil }
        return text.value
    }

    /// Of a selector that finds nothing, the labels that one `=` alone says.
    private func absence(of argument: Expression?) -> SeriesLabels {
        let selector: VectorSelector
        switch argument?.unwrapped {
        case .selector(let node): selector = node
        case .range(let node): selector = node.selector
        default: return .none
        }
        let counts = Dictionary(selector.matchers.map { ($0.label.text, 1) }, uniquingKeysWith: +)
        return .exactly(
            selector.matchers.filter { matcher in
                matcher.operation == .equal && !matcher.value.value.isEmpty && counts[matcher.label.text] == 1
                    && matcher.label.text != SeriesLabels.name
            }.map(\.label.text))
    }

    // MARK: Labels made of others

    /// `label_replace(vector, target, replacement, source, pattern)`.
    private func replaced(_ arguments: [Expression]) -> SeriesLabels {
        guard let vector = arguments.first else { return .unknown }
        let labels = labels(of: vector)
        guard let target = text(arguments, 1), let replacement = text(arguments, 2), let pattern = text(arguments, 4)
        else {
            return labels.opened
        }
        let before = labels.presence(of: target)
        let matchesAll = pattern == ".*" || pattern == "(.*)"
        let after: SeriesLabels.Presence =
            if replacement.isEmpty {
                .never
            } else {
                Self.hasLiteral(replacement) ? .always : .possible
            }
        return labels.setting(target, matchesAll || before == after ? after : .possible)
    }

    /// Whether something of the replacement stays when all its references, such as `$1`, are empty.
    private static func hasLiteral(_ replacement: String) -> Bool {
        replacement.split(separator: "$", omittingEmptySubsequences: false).enumerated().contains { index, part in
            guard index > 0 else { return !part.isEmpty }
            if part.hasPrefix("{") { return part.split(separator: "}", maxSplits: 1).count > 1 }
            return part.contains { !($0.isLetter || $0.isNumber || $0 == "_") }
        }
    }

    /// `label_join(vector, target, separator, source…)`.
    private func joined(_ arguments: [Expression]) -> SeriesLabels {
        guard let vector = arguments.first else { return .unknown }
        let labels = labels(of: vector)
        guard let target = text(arguments, 1), let separator = text(arguments, 2) else { return labels.opened }
        let sources = arguments.indices.dropFirst(3).map { text(arguments, $0) }
        let presences = sources.map { $0.map(labels.presence) ?? .possible }
        if presences.contains(.always) || sources.count > 1 && !separator.isEmpty {
            return labels.setting(target, .always)
        }
        return labels.setting(target, presences.allSatisfy { $0 == .never } ? .never : .possible)
    }

    /// `info(vector, {selector})` adds the labels of info metrics: those that the selector names, or any.
    private func informed(_ arguments: [Expression]) -> SeriesLabels {
        guard let vector = arguments.first else { return .unknown }
        var labels = labels(of: vector)
        guard arguments.count > 1 else { return labels.opened }
        guard case .selector(let selector) = arguments[1] else { return labels.opened }
        let names = selector.matchers.map(\.label.text).filter { $0 != SeriesLabels.name }
        guard !names.isEmpty else { return labels.opened }
        for name in names where labels.presence(of: name) == .never { labels.set(name, .possible) }
        return labels
    }
}
