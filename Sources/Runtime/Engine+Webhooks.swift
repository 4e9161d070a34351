public import Workflow

/// A delivery of a webhook that has been verified.
public struct IncomingDelivery: Sendable {
    /// The name of the source that it came to.
    public var source: String
    /// The sender's id of it; the same id again starts nothing again.
    public var id: String
    /// The sender's name for the event; nil where it gives none that can be used.
    public var event: String?
    public var data: JSONObject

    public init(source: String, id: String, event: String?, data: JSONObject) {
        (self.source, self.id, self.event, self.data) = (source, id, event, data)
    }
}

extension Engine {
    /// The time by the clock that the engine goes by.
    public var now: Timestamp { environment.now() }

    /// Takes a delivery in: starts the workflows that it triggers. What waits for an event ``WebhookName/event(_:of:)``
    /// is woken, too.
    ///
    /// When this returns, the delivery and all it started are on disk; without a workflow that it triggers, so is the
    /// delivery.
    ///
    /// - Throws: `event_conflict` when the source has used the id for another event or other data.
    public func ingest(_ delivery: IncomingDelivery) async throws(EngineError) -> Receipt {
        let (router, lease) = try router()
        let event = IncomingEvent(
            id: "\(Self.reservedPrefix)webhook/\(delivery.source)/\(delivery.id)",
            name: WebhookName.event(delivery.event, of: delivery.source), data: delivery.data)
        try event.check()
        let birth = await birth(
            of: event, from: router.matches(delivery, in: environment), trigger: .webhook, lease: lease)
        let outcome = try await receipts(for: [birth], wait: nil, lease: lease)[0]
        metrics.recordIngestion(outcome)
        return try outcome.get()
    }

    /// Measures a delivery that has been answered.
    ///
    /// - Parameters:
    ///   - event: nil, too, when it was not verified.
    ///   - bytes: the length of its body as it came.
    public func recordDelivery(
        to source: String, event: String?, isAccepted: Bool, bytes: Int, took duration: Duration
    ) {
        metrics.recordDelivery(to: source, event: event, isAccepted: isAccepted, bytes: bytes, took: duration)
    }
}
