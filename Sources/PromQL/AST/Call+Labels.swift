extension Call {
    /// The label that the function makes: the target of `label_replace` and `label_join`, that of
    /// `histogram_quantiles`. Nil when it makes none, or its name is not written out.
    public var madeLabel: StringLiteral? {
        switch function.text {
        case "label_replace", "label_join", "histogram_quantiles": text(of: 1)
        default: nil
        }
    }

    /// The labels that the function reads, where their names are written out: the sources of `label_replace` and
    /// `label_join`, those that `sort_by_label` sorts by.
    public var readLabels: [StringLiteral] {
        switch function.text {
        case "label_replace": [text(of: 3)].compactMap(\.self)
        case "label_join": arguments.indices.dropFirst(3).compactMap(text)
        case "sort_by_label", "sort_by_label_desc": arguments.indices.dropFirst(1).compactMap(text)
        default: []
        }
    }

    /// An argument that is a text, in parentheses or not.
    public func text(of index: Int) -> StringLiteral? {
        guard arguments.indices.contains(index), case .string(let text) = arguments[index].unwrapped else { return nil }
        return text
    }
}

extension Aggregation {
    /// The label that `count_values` makes; nil when it is another, or the name is not written out.
    public var madeLabel: StringLiteral? {
        guard operation == .countValues, case .string(let text)? = parameter?.unwrapped else { return nil }
        return text
    }
}
