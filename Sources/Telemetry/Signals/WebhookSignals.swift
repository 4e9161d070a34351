public import Instruments

extension Signals {
    /// A delivery of a webhook has been answered. Duration: from when it was here whole. Size: of its body as it came.
    public static let webhookDelivery = Signal<WebhookAttributes>(
        "webhook.delivery", .occurrence,
        measures: [Measure("duration", .seconds), Measure("payload_size", .bytes)],
        "A delivery of a webhook that has been answered.")

    /// Deliveries that are verified and not answered yet.
    public static let webhookQueue = Signal<NoAttributes>(
        "webhook.queue", .observed, measures: [Measure("depth", .count)],
        "Deliveries of webhooks that are verified and not answered yet.")
}

/// What becomes of a delivery.
public enum WebhookOutcome: String, CaseIterable, LabelValue {
    /// It is on disk.
    case success
    /// It was refused.
    case error
}

/// What tells deliveries of webhooks apart.
public struct WebhookAttributes: LabelSet {
    let source: DeclaredName
    let event: DeclaredName
    let outcome: WebhookOutcome

    /// - Parameters:
    ///   - source: its name, or `other` where no workflow names it.
    ///   - event: what the sender calls it, or `other` where no workflow names it.
    public init(source: DeclaredName, event: DeclaredName, outcome: WebhookOutcome) {
        (self.source, self.event, self.outcome) = (source, event, outcome)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("webhook.source", DeclaredName.self), Label("webhook.event", DeclaredName.self),
            Label("webhook.outcome", WebhookOutcome.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(source)
        encoder.add(event)
        encoder.add(outcome)
    }
}
