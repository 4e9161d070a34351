// `String` takes two spellings of an accented letter for equal; the readers of an exposition do not. Its hash is that of
// the coarser relation, which is enough.

/// Whether the two have the same UTF-8 bytes.
private func same(_ left: String, _ right: String) -> Bool {
    left == right && left.utf8.elementsEqual(right.utf8)
}

private func same(_ left: String?, _ right: String?) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (let left?, let right?): same(left, right)
    default: false
    }
}

extension ParsedExposition.Family: Hashable {
    /// Whether both say the same: text by its bytes, so that two spellings of an accented letter differ, and NaN as
    /// equal to NaN.
    public static func == (left: Self, right: Self) -> Bool {
        same(left.name, right.name) && left.type == right.type && same(left.help, right.help)
            && same(left.unit, right.unit) && left.samples == right.samples
    }

    /// Values that are equal have the same hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(type)
        hasher.combine(samples)
    }
}

extension ParsedExposition.Sample: Hashable {
    /// Whether both say the same: text by its bytes, so that two spellings of an accented letter differ, and NaN as
    /// equal to NaN.
    public static func == (left: Self, right: Self) -> Bool {
        same(left.name, right.name) && left.labels == right.labels && left.value == right.value
            && left.timestamp == right.timestamp && left.exemplar == right.exemplar
    }

    /// Values that are equal have the same hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(labels)
        hasher.combine(value)
    }
}

extension ParsedExposition.Label: Hashable {
    /// Whether both say the same: text by its bytes, so that two spellings of an accented letter differ, and NaN as
    /// equal to NaN.
    public static func == (left: Self, right: Self) -> Bool {
        same(left.name, right.name) && same(left.value, right.value)
    }

    /// Values that are equal have the same hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(value)
    }
}

extension ParsedExposition.Number: Hashable {
    /// Whether both say the same: text by its bytes, so that two spellings of an accented letter differ, and NaN as
    /// equal to NaN.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.natural(let left), .natural(let right)): left == right
        case (.real(let left), .real(let right)): left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        default: false
        }
    }

    /// Values that are equal have the same hash.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .natural(let value): hasher.combine(value)
        case .real(let value): hasher.combine(value.isNaN ? Double.nan.bitPattern : value.bitPattern)
        }
    }
}
