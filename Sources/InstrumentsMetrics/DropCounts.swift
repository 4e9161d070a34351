import Instruments

/// What was asked for and is not shown as asked, by reason.
final class DropCounts: Sendable {
    static let name = "instruments_bridge_dropped_total"
    /// How many labels and dimension keys are told apart.
    private static let cap = 100

    enum Reason: String, CaseIterable {
        /// Another family has the name, or one that this family's samples would have.
        case nameTaken = "name_taken"
        /// The options for the family do not fit together.
        case invalid
        /// The family has no label for a dimension key.
        case extraDimension = "extra_dimension"
        /// There are as many families as there may be.
        case familyLimit = "family_limit"
        /// A counter was given a negative or infinite amount, a timer a negative one, or anything NaN.
        case amount
    }

    private let drops: Family<Counter>

    init(registry: Registry) throws(RegistrationError) {
        drops = try registry.counter(
            Self.name,
            help: "Instruments of swift-metrics that are not shown, dimensions left out, amounts ignored, by reason.",
            labels: [
                Label("metric", .open(cap: Self.cap)), Label("reason", .closed(Reason.allCases.map(\.rawValue))),
                Label("dimension", .open(cap: Self.cap)),
            ])
    }

    /// - Parameters:
    ///   - metric: the label as the library spells it.
    ///   - dimension: the key that was left out.
    func count(_ reason: Reason, of metric: String, dimension: String = "") {
        drops.with(metric, reason.rawValue, dimension).increment()
    }
}
