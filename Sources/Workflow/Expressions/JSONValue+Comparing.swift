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
        var endless: Work?
        return isEqual(to: other, &endless)
    }

    /// Whether they are equal; false as well when the work is over, which the caller has to look at.
    func isEqual(to other: JSONValue, _ work: inout Work) -> Bool {
        var counted: Work? = work
        defer { if let counted { work = counted } }
        return isEqual(to: other, &counted)
    }

    private func isEqual(to other: JSONValue, _ work: inout Work?) -> Bool {
        work?.spend(5)
        if work?.isOver == true { return false }
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            work?.spend(left.utf8.count / 8)
            return left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return false }
            for (ours, theirs) in zip(left, right) where !ours.isEqual(to: theirs, &work) { return false }
            return true
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            for (key, ours) in left {
                work?.spend(10)
                guard let theirs = right[key], theirs.isEqual(to: ours, &work) else { return false }
            }
            return true
        default: return numericOrder(to: other) == .equal
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
