import Workflow

/// Something about calls to the outside that is worth recording.
public enum EgressFact: Sendable, Hashable {
    case call(EgressCall)
    /// A call was held back; the integration is nil when the URL names no host that can be called.
    case held(integration: String?, EgressHold)
    /// The circuit breaker of an integration has changed its state.
    case breaker(integration: String, from: CircuitBreaker.State, to: CircuitBreaker.State)
}

/// A call that has ended.
public struct EgressCall: Sendable, Hashable {
    /// The name of the integration; where it has none, the host that was called; nil when the URL names none that can be.
    public let integration: String?
    /// What was called for: the HTTP method.
    public let operation: String
    public let outcome: EgressOutcome
    /// From its start to its end, the waiting for a rate limit, all addresses and all redirects included.
    public let duration: Duration
}

/// What held a call back.
public enum EgressHold: String, Sendable, Hashable, CaseIterable {
    /// Its address may not be called.
    case address
    /// The circuit is open.
    case circuit
    /// The rate limit has no room in time.
    case rate
    /// The rate limit had room after a while: the call was made then.
    case delay
}

/// How a call to the outside ended.
public enum EgressOutcome: String, Sendable, Hashable, CaseIterable {
    /// With an answer below status 400.
    case success
    /// With another answer, with one that cannot be taken in, or with none.
    case error
    /// With no complete answer in time.
    case timeout
    /// It was not made: the address may not be called, the circuit is open, or the rate limit is used up.
    case rejected
}
