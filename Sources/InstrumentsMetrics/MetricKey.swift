/// What a library asked swift-metrics for: a kind of instrument and its label.
///
/// The same label under two kinds is two families.
public struct MetricKey: Sendable, Hashable {
    enum Kind: String, Sendable {
        case counter, gauge, recorder, timer
    }

    let kind: Kind
    /// The label as the library spells it.
    public let label: String

    /// A `Counter` or a `FloatingPointCounter`.
    public static func counter(_ label: String) -> MetricKey { MetricKey(kind: .counter, label: label) }

    /// A `Meter`, a `Gauge`, or a `Recorder` that does not aggregate.
    public static func gauge(_ label: String) -> MetricKey { MetricKey(kind: .gauge, label: label) }

    /// A `Recorder` that aggregates.
    public static func recorder(_ label: String) -> MetricKey { MetricKey(kind: .recorder, label: label) }

    /// A `Timer`.
    public static func timer(_ label: String) -> MetricKey { MetricKey(kind: .timer, label: label) }
}
