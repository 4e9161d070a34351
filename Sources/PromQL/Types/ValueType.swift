/// What an expression gives.
public enum ValueType: Sendable, Hashable {
    /// One number.
    case scalar
    /// Series with one value each: an instant vector.
    case vector
    /// Series with several values each: a range vector.
    case matrix
    /// A text.
    case string

    var phrase: String {
        switch self {
        case .scalar: "a scalar"
        case .vector: "an instant vector"
        case .matrix: "a range vector"
        case .string: "a string"
        }
    }

    /// How to make another type of this.
    func remedy(toBecome expected: ValueType) -> String {
        switch (self, expected) {
        case (.vector, .matrix): "add a range such as [5m], or [5m:] after what is no selector"
        case (.matrix, .vector): "apply a function over the range, such as rate(…)"
        case (.scalar, .vector): "write vector(…)"
        case (.vector, .scalar): "write scalar(…)"
        case (_, .string): "write a text in quotes"
        default: "write \(expected.phrase)"
        }
    }
}
