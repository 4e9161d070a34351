public import Workflow

/// How a sender signs what it delivers.
public enum WebhookConvention: String, Sendable, Hashable, CaseIterable {
    /// `X-Hub-Signature-256: sha256=<hex>` over the body. No time is signed, and `X-GitHub-Delivery` is not signed either:
    /// nothing but remembering deliveries holds back a replay.
    /// Source: docs.github.com, "Validating webhook deliveries".
    case github
    /// `Stripe-Signature: t=<seconds>,v1=<hex>` over time and body. Source: docs.stripe.com, "Verify webhook signatures".
    case stripe
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>` over id, time and body.
    /// Source: the Standard Webhooks specification, standardwebhooks.com.
    case standard
}

/// What a verified delivery says about itself.
public struct WebhookDelivery: Sendable, Hashable {
    /// The same for every attempt to deliver the same thing: `X-GitHub-Delivery`, the `id` of Stripe's event, `webhook-id`.
    public let id: String
    /// When the sender says it was sent; nil for GitHub, which does not say.
    public let sentAt: Timestamp?

    public init(id: String, sentAt: Timestamp?) {
        self.id = id
        self.sentAt = sentAt
    }
}
