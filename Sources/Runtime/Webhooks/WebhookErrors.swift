import Workflow

/// Why there can be no verifier or signer of the settings. It shows nothing of a secret.
public enum WebhookSetupError: Error, Sendable, Hashable {
    case noSecret
    /// Which secret, from 1.
    case secret(position: Int, WebhookSecretError)
    case tolerance
}

extension WebhookSetupError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSecret: "there is no secret; set one: without it nothing is accepted"
        case .secret(let position, let error): "secret \(position): \(error)"
        case .tolerance: "the tolerance is negative; write a duration such as 5m"
        }
    }
}

/// Why a delivery is not accepted. It shows nothing of a secret nor of the signature that was expected.
public enum WebhookRejection: Error, Sendable, Hashable {
    case missingHeader(String)
    case repeatedHeader(String)
    case malformedHeader(String, expected: String)
    /// No secret makes any of the signatures of this body.
    case wrongSignature
    case tooOld(tolerance: Duration)
    case fromTheFuture(tolerance: Duration)
    /// Stripe's event has no `id`.
    case noEventID
}

extension WebhookRejection: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .missingHeader(let name): "the header \(name) is missing"
        case .repeatedHeader(let name): "the header \(name) stands there several times"
        case .malformedHeader(let name, let expected): "the header \(name) is not \(expected)"
        case .wrongSignature: "the signature does not fit the body"
        case .tooOld(let tolerance): "the delivery was signed more than \(tolerance.shortText) ago"
        case .fromTheFuture(let tolerance): "the delivery was signed more than \(tolerance.shortText) ahead of now"
        case .noEventID: "the body is not an event with an id"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .missingHeader: "check that the sender signs, and follows the convention set for this webhook"
        case .repeatedHeader: "send it once"
        case .malformedHeader: "check the convention set for this webhook"
        case .wrongSignature: "check that both sides have the same secret, and that the body arrives unchanged"
        case .tooOld: "deliver it again with a new time, and check both clocks"
        case .fromTheFuture: "check both clocks"
        case .noEventID: "send Stripe's event as it is"
        }
    }
}
