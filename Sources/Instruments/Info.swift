/// A series that is there for its labels: version, commit, configuration.
///
/// Always 1. In a family with one series at a time, take the old one out by ``Family/remove(_:)-([String])``.
public final class Info: Instrument {
    init() {}

    /// Always 1: what an info says is in its labels.
    public var reading: Reading { .number(1) }
}

extension Family where Member == Info {
    /// Shows a series with these label values, in the order of the labels.
    public func show(_ values: String...) { _ = with(values) }
}
