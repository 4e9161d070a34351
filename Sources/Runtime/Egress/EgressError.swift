public import Workflow
import Wording

/// Why a call to the outside brought no answer. What it says of a URL is its origin: paths and queries hold secrets.
public enum EgressError: Error, Sendable, Hashable {
    /// The address may not be called; with the origin of the answer that redirected to it.
    case refused(EgressRefusal, redirectedBy: String?)
    /// The circuit breaker of the integration is open, until then.
    case circuitOpen(integration: String, until: Timestamp)
    /// The integration is called as often as it may be, until then.
    case rateLimited(integration: String, until: Timestamp)
    /// The system could not find out the addresses.
    case unresolvable(host: String, reason: String)
    /// No connection, or none that held; whether a connection had stood.
    case connection(origin: String, reason: String, wasConnected: Bool)
    /// No complete answer within the time.
    case timeout(origin: String, Duration)
    /// No connection within the time.
    case connectTimeout(origin: String, Duration)
    /// The answer's body has more bytes than may be taken in.
    case tooLarge(origin: String, limit: Int)
    /// More redirects, one after the other, than are followed.
    case redirects(origin: String, limit: Int)
    /// Whoever made the call wants no answer any more.
    case cancelled
    /// The client has been shut down.
    case closed
}

extension EgressError {
    /// How it counts.
    var outcome: EgressOutcome {
        switch self {
        case .refused(.unresolved, _): .error
        case .refused, .circuitOpen, .rateLimited, .closed: .rejected
        case .timeout, .connectTimeout: .timeout
        case .unresolvable, .connection, .tooLarge, .redirects, .cancelled: .error
        }
    }

    /// When the call was not made because it is known that none can be before a time: that time.
    var until: Timestamp? {
        switch self {
        case .circuitOpen(_, let until), .rateLimited(_, let until): until
        default: nil
        }
    }

    /// What held the call back; nil when nothing did.
    var hold: EgressHold? {
        switch self {
        case .refused(.unresolved, _): nil
        case .refused: .address
        case .circuitOpen: .circuit
        case .rateLimited: .rate
        case .unresolvable, .connection, .timeout, .connectTimeout, .tooLarge, .redirects, .cancelled, .closed: nil
        }
    }

    /// What it says of the service that was called: false that it fails, true that it answers; nil for nothing.
    var verdict: Bool? {
        switch self {
        case .refused(.unresolved, nil), .unresolvable, .connection, .timeout, .connectTimeout: false
        case .tooLarge, .redirects, .refused(_, .some): true
        case .refused(_, nil), .circuitOpen, .rateLimited, .cancelled, .closed: nil
        }
    }

    var isTimeout: Bool { if case .timeout = self { true } else { false } }

    /// Whether nothing has been sent, and another address of the host may do better.
    var isUnreached: Bool {
        switch self {
        case .connectTimeout, .connection(_, _, wasConnected: false): true
        default: false
        }
    }
}

extension EgressError: CustomStringConvertible {
    public var description: String { "\(message); \(remedy)" }

    /// What is wrong, as a clause without a full stop.
    public var message: String {
        switch self {
        case .refused(let refusal, let origin):
            (origin.map { "the answer of \($0) redirects to where steps may not call: " } ?? "") + refusal.message
        case .circuitOpen(let integration, let until):
            "calls to \(Prose.quote(integration)) have failed too often and are held back until \(until)"
        case .rateLimited(let integration, let until):
            "\(Prose.quote(integration)) is called as often as it may be; there is room again at \(until)"
        case .unresolvable(let host, let reason): "the addresses of \(Prose.quote(host)) cannot be found: \(reason)"
        case .connection(let origin, let reason, false): "no connection to \(origin): \(reason)"
        case .connection(let origin, let reason, true): "the connection to \(origin) broke off: \(reason)"
        case .timeout(let origin, let time): "no complete answer of \(origin) within \(time)"
        case .connectTimeout(let origin, let time): "no connection to \(origin) within \(time)"
        case .tooLarge(let origin, let limit): "the answer of \(origin) is larger than \(limit) bytes"
        case .redirects(let origin, let limit): "\(origin) answered with another redirect after \(limit) of them"
        case .cancelled: "the call was cancelled"
        case .closed: "the server is stopping"
        }
    }

    /// What to do about it, as a clause without a full stop.
    public var remedy: String {
        switch self {
        case .refused(let refusal, _): refusal.remedy
        case .circuitOpen: "see why they fail; after that time one is let through, to find out whether it succeeds"
        case .rateLimited: "raise its rate in the setting egress.rate_limits, or call it less often"
        case .unresolvable: "look at the name servers of this machine"
        case .connection: "see whether the service runs and can be reached from this machine"
        case .timeout: "see why the service is slow, or give the call a longer timeout"
        case .connectTimeout: "see whether the service can be reached, or raise the setting egress.connect_timeout"
        case .tooLarge:
            "ask the service for less, or raise max_response_bytes of the step or the setting egress.max_response_bytes"
        case .redirects: "call the address that they lead to"
        case .cancelled, .closed: "it is made again, if it is still wanted"
        }
    }
}
