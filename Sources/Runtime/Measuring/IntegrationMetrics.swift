import Instruments
import Synchronization
public import Telemetry
import Workflow

/// Measures calls to the outside, and shows the circuit breakers of what is called.
///
/// What neither a deployed definition nor the configuration names is shown as `other`: a host may be made of an event.
public final class IntegrationMetrics: Sendable {
    /// By name, the operations; what metrics call each.
    private typealias Known = [String: (name: DeclaredName, operations: [String: DeclaredName])]

    private struct WeakClient: Sendable {
        weak let client: EgressClient?
    }

    private static let unnamed = DeclaredName(Label.overflowValue)
    private let calls: Recorder<IntegrationCallAttributes>
    private let holds: Recorder<IntegrationHoldAttributes>
    private let configured: [IntegrationUse]
    private let known: Mutex<Known>
    private let client = Mutex<WeakClient?>(nil)

    /// - Parameter configured: what the configuration has the server call.
    public init(recorders: Recorders, configured: [IntegrationUse] = []) throws {
        calls = try recorders.recorder(of: Signals.integrationCall)
        holds = try recorders.recorder(of: Signals.integrationHold)
        self.configured = configured
        known = Mutex(Self.known(configured))
        announce(configured + [.unnamed])
        try recorders.observe(Signals.circuitBreaker) { [weak self] in self?.breakers ?? [] }
    }

    /// Whose circuit breakers are shown.
    public func watch(_ client: EgressClient) { self.client.withLock { $0 = WeakClient(client: client) } }

    /// What the deployed definitions call from now on.
    func show(_ definitions: [Definition]) {
        let uses = configured + definitions.flatMap(\.integrationUses)
        known.withLock { $0 = Self.known(uses) }
        announce(uses)
    }

    /// Takes in what an ``EgressClient`` observes.
    public func record(_ fact: EgressFact) {
        switch fact {
        case .call(let call):
            let known = call.integration.flatMap { name in self.known.withLock { $0[name] } }
            calls.record(
                IntegrationCallAttributes(
                    integration: known?.name ?? Self.unnamed,
                    operation: known?.operations[call.operation] ?? Self.unnamed,
                    outcome: IntegrationOutcome(call.outcome)),
                call.duration.inSeconds)
        case .held(let integration, let hold):
            let known = integration.flatMap { name in self.known.withLock { $0[name] } }
            holds.record(
                IntegrationHoldAttributes(integration: known?.name ?? Self.unnamed, reason: IntegrationHold(hold)))
        case .breaker: break
        }
    }

    private func announce(_ uses: [IntegrationUse]) {
        let census = EngineCensus.integrations(uses)
        census[Signals.integrationCall.description.name]?.forEach(calls.announce)
        census[Signals.integrationHold.description.name]?.forEach(holds.announce)
    }

    private static func known(_ uses: [IntegrationUse]) -> Known {
        uses.reduce(into: [:]) { known, use in
            known[use.name, default: (DeclaredName(use.name), [:])].operations[use.operation] =
                DeclaredName(use.operation)
        }
    }

    /// Of those without a name together, the worst.
    private var breakers: [Observed<IntegrationAttributes>] {
        let states = client.withLock { $0?.client }?.breakers ?? [:]
        let known = known.withLock { $0 }
        let others = states.filter { known[$0.key] == nil }.values
        let worst: CircuitBreaker.State =
            others.contains(.open) ? .open : others.contains(.halfOpen) ? .halfOpen : .closed
        return known.map { Observed(IntegrationAttributes(integration: $1.name), (states[$0] ?? .closed).number) }
            + [Observed(IntegrationAttributes(integration: Self.unnamed), worst.number)]
    }
}

extension CircuitBreaker.State {
    fileprivate var number: Double {
        switch self {
        case .closed: 0
        case .open: 1
        case .halfOpen: 2
        }
    }
}

extension IntegrationOutcome {
    fileprivate init(_ outcome: EgressOutcome) {
        self =
            switch outcome {
            case .success: .success
            case .error: .error
            case .timeout: .timeout
            case .rejected: .rejected
            }
    }
}

extension IntegrationHold {
    fileprivate init(_ hold: EgressHold) {
        self =
            switch hold {
            case .address: .address
            case .circuit: .circuit
            case .rate: .rate
            case .delay: .delay
            }
    }
}
