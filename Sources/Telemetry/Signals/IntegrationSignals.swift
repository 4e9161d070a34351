public import Instruments

extension Signals {
    /// A call to an integration has ended, or was not made. Duration: from its start, redirects and the waiting for a
    /// rate limit included.
    public static let integrationCall = Signal<IntegrationCallAttributes>(
        "integration.call", .occurrence, measures: [Measure("duration", .seconds)],
        "A call to an integration that has ended, or was not made.")

    /// The circuit breaker of an integration. State: 0 closed, 1 open, 2 half-open.
    public static let circuitBreaker = Signal<IntegrationAttributes>(
        "circuit_breaker", .observed, measures: [Measure("state", .count)],
        "The circuit breaker of an integration: 0 closed, 1 open, 2 half-open.")

    /// A call has been held back before it was made.
    public static let integrationHold = Signal<IntegrationHoldAttributes>(
        "integration.hold", .occurrence, "A call to an integration that has been held back.")
}

/// What holds a call back.
public enum IntegrationHold: String, CaseIterable, LabelValue {
    /// Steps may not call the address; the call is not made.
    case address
    /// The circuit is open; the call is not made.
    case circuit
    /// The rate limit has no room in time; the call is not made.
    case rate
    /// The call waits for the rate limit, and is made then.
    case delay
}

/// What tells calls that are held back apart.
public struct IntegrationHoldAttributes: LabelSet {
    let integration: DeclaredName
    let reason: IntegrationHold

    /// - Parameter integration: as in ``IntegrationAttributes``.
    public init(integration: DeclaredName, reason: IntegrationHold) {
        (self.integration, self.reason) = (integration, reason)
    }

    /// Their names.
    public static var labels: [Label] {
        [Label("integration.name", DeclaredName.self), Label("integration.hold", IntegrationHold.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(integration)
        encoder.add(reason)
    }
}

/// How a call to an integration ended.
public enum IntegrationOutcome: String, CaseIterable, LabelValue {
    case success, error, timeout
    /// It was not made.
    case rejected
}

/// What tells integrations apart.
public struct IntegrationAttributes: LabelSet {
    let integration: DeclaredName

    /// - Parameter integration: its name, or the host that a definition names; everything else is to be `other`.
    public init(integration: DeclaredName) { self.integration = integration }

    /// Their names.
    public static var labels: [Label] { [Label("integration.name", DeclaredName.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(integration) }
}

/// What tells calls to integrations apart.
public struct IntegrationCallAttributes: LabelSet {
    let integration: DeclaredName
    let operation: DeclaredName
    let outcome: IntegrationOutcome

    /// - Parameters:
    ///   - integration: as in ``IntegrationAttributes``.
    ///   - operation: what was called for, such as the HTTP method.
    public init(integration: DeclaredName, operation: DeclaredName, outcome: IntegrationOutcome) {
        (self.integration, self.operation, self.outcome) = (integration, operation, outcome)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("integration.name", DeclaredName.self), Label("integration.operation", DeclaredName.self),
            Label("integration.outcome", IntegrationOutcome.self),
        ]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(integration)
        encoder.add(operation)
        encoder.add(outcome)
    }
}
