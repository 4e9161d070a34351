extension LabelFlow {
    func labels(of node: BinaryOperation) -> SeriesLabels {
        let left = labels(of: node.left)
        let right = labels(of: node.right)
        switch node.operation {
        case .and, .unless: return left
        case .or: return left.either(right)
        default: break
        }
        let isScalar = (left: node.left.type == .scalar, right: node.right.typing.type == .scalar)
        if isScalar.left || isScalar.right {
            return afterOperation(node, isScalar.left ? right : left)
        }
        return matched(node, left, right)
    }

    /// Arithmetic takes the name away, and so does `bool`; a comparison that filters does not.
    private func afterOperation(_ node: BinaryOperation, _ labels: SeriesLabels) -> SeriesLabels {
        if node.operation.isComparison, !node.returnsBool { return labels }
        // Prometheus 2.42 leaves the name to the result of atan2.
        let keepsName = node.operation == .atan2 && labels.presence(of: SeriesLabels.name) != .never
        return keepsName ? labels.setting(SeriesLabels.name, .possible) : labels.withoutName
    }

    private func matched(_ node: BinaryOperation, _ left: SeriesLabels, _ right: SeriesLabels) -> SeriesLabels {
        let names = node.matching?.labels.map(\.text) ?? []
        let isOn = node.matching?.isOn == true
        guard let group = node.matching?.group else {
            let both = joined(left, right, names, isOn)
            return afterOperation(node, isOn ? both.keeping(names) : both.dropping(names))
        }
        let (many, one) = group.isLeft ? (left, right) : (right, left)
        var result = afterOperation(node, joined(many, one, names, isOn))
        for label in group.include { result.set(label.text, one.presence(of: label.text)) }
        return result
    }

    /// The labels of one side, with what the other says of those that must be equal on both.
    private func joined(
        _ labels: SeriesLabels, _ other: SeriesLabels, _ names: [String], _ isOn: Bool
    ) -> SeriesLabels {
        guard isOn else { return labels.matched(with: other, except: Set(names).union([SeriesLabels.name])) }
        return names.reduce(labels) { result, name in
            labels.presence(of: name) == .possible ? result.setting(name, other.presence(of: name)) : result
        }
    }
}
