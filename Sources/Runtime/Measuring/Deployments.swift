import Instruments
import Synchronization
import Telemetry
import Workflow

/// The workflows that are deployed, and the events that they name.
final class Deployments: Sendable {
    private struct State {
        var workflows: [WorkflowVersionAttributes] = []
        var events: [String: DeclaredName] = [:]
        var asking: Set<String> = []
        var limited: Set<String> = []
        /// By source.
        var webhooks: [String: (name: DeclaredName, events: [String: DeclaredName])] = [:]
    }

    private static let unnamed = DeclaredName(Label.overflowValue)
    private let state = Mutex(State())

    func show(_ definitions: [(definition: Definition, version: String)]) {
        var new = State()
        for (definition, version) in definitions {
            new.workflows.append(
                .init(
                    workflow: DeclaredName(definition.id), name: DeclaredName(definition.name),
                    version: DeclaredName(version)))
            if definition.asks { new.asking.insert(definition.id) }
            if definition.isLimited { new.limited.insert(definition.id) }
            for event in definition.emittedEvents { new.events[event] = DeclaredName(event) }
            guard case .webhook(let source, let event, _) = definition.trigger else { continue }
            var known = new.webhooks[source] ?? (DeclaredName(source), [:])
            if let event { known.events[event] = DeclaredName(event) }
            new.webhooks[source] = known
        }
        state.withLock { [new] in $0 = new }
    }

    var observed: [Observed<WorkflowVersionAttributes>] { state.withLock { $0.workflows }.map { Observed($0, 1) } }

    /// The workflows that ask for approvals.
    var asking: Set<String> { state.withLock { $0.asking } }

    /// The workflows whose executions may have to wait for one another.
    var limited: Set<String> { state.withLock { $0.limited } }

    func webhook(_ source: String, _ event: String?) -> (source: DeclaredName, event: DeclaredName) {
        guard let known = state.withLock({ $0.webhooks[source] }) else { return (Self.unnamed, Self.unnamed) }
        return (known.name, event.flatMap { known.events[$0] } ?? Self.unnamed)
    }

    func event(_ name: String) -> DeclaredName { state.withLock { $0.events[name] } ?? Self.unnamed }
}
