/// How one value stands to another in an order.
public enum ValueOrder: Sendable, Hashable {
    case less, equal, greater
}

extension JSONValue {
    /// Whether conditions hold the two for equal.
    ///
    /// Numbers are compared by value, exactly: `1` equals `1.0`, and 9007199254740993 does not equal 9007199254740992.0.
    /// Strings are equal when they have the same Unicode scalars. Lists are equal element by element, objects member by
    /// member in any order. Values of different kinds are never equal.
    public func isEqual(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { right[$0.key]?.isEqual(to: $0.value) ?? false }
        default: numericOrder(to: other) == .equal
        }
    }

    /// The order of two numbers, by exact value, or of two strings, by their Unicode scalars; nil for all else.
    public func order(to other: JSONValue) -> ValueOrder? {
        guard case .string(let left) = self, case .string(let right) = other else { return numericOrder(to: other) }
        // UTF-8 sorts as its scalars do.
        if left.utf8.elementsEqual(right.utf8) { return .equal }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? .less : .greater
    }

    private func numericOrder(to other: JSONValue) -> ValueOrder? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): Self.order(left, right)
        case (.number(let left), .number(let right)): left.isNaN || right.isNaN ? nil : Self.order(left, right)
        case (.integer(let left), .number(let right)): Self.order(left, right)
        case (.number(let left), .integer(let right)): Self.order(right, left)?.reversed
        default: nil
        }
    }

    private static func order<Number: Comparable>(_ left: Number, _ right: Number) -> ValueOrder {
        left < right ? .less : left > right ? .greater : .equal
    }

    /// Converts neither side to the other's type, as either conversion can round.
    private static func order(_ left: Int64, _ right: Double) -> ValueOrder? {
        if right.isNaN { return nil }
        if right >= 0x1p63 { return .less }
        if right < -0x1p63 { return .greater }
        let whole = right.rounded(.towardZero)
        let order = order(left, Int64(whole))
        return order == .equal ? Self.order(whole, right) : order
    }
}

extension ValueOrder {
    fileprivate var reversed: ValueOrder {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }
}
