import Instruments
public import Telemetry
public import Workflow

/// Which values of attributes occur together in what the engine records.
public enum EngineCensus {
    static let queue = "default"

    /// What executions of these definitions can record.
    /// - Parameters:
    ///   - configured: what the configuration has the server call.
    ///   - caches: the names of the caches.
    public static func census(
        of definitions: [Definition], configured: [IntegrationUse] = [], caches: [String] = []
    ) -> Census {
        var all: [String: [[String: String]]] = [
            Signals.taskQueue.description.name: [["queue.name": queue]],
            Signals.activity.description.name: ActivityKind.allCases.filter { $0 != .set }.map {
                ["activity.type": $0.rawValue]
            },
        ]
        for definition in definitions {
            for (signal, values) in of(definition) { all[signal, default: []] += values }
        }
        for (signal, values) in integrations(configured + [.unnamed]) { all[signal, default: []] += values }
        for signal in [
            Signals.cacheLookup.description, Signals.cacheEviction.description, Signals.cacheContent.description,
        ] {
            all[signal.name] = Self.caches(caches)
        }
        all[Signals.scheduleOccurrence.description.name, default: []] += []
        let events = Signals.event.description.name
        all[events, default: []].append(["event.name": "other"])
        all[Signals.webhookDelivery.description.name, default: []].append(webhook(nil, nil))
        for signal in Signals.all where signal.name.hasPrefix("workflow.") { all[signal.name, default: []] += [] }
        return Census(all, declared: MetricDeclaration.distinct(in: definitions).map(DeclaredMetric.init))
    }

    /// By the name of the signal, what is recorded for one workflow.
    static func of(_ definition: Definition) -> [String: [[String: String]]] {
        let id = ["workflow.id": definition.id]
        let starts = definition.triggerTypes.map { id.merging(["workflow.trigger": $0.rawValue]) { $1 } }
        return [
            Signals.workflowActive.description.name: [id],
            Signals.workflowStart.description.name: starts,
            Signals.workflowExecution.description.name: starts,
            Signals.workflowStep.description.name: Set(definition.stepNames.values).sorted().map {
                id.merging(["workflow.step": $0]) { $1 }
            },
            Signals.workflowDeployed.description.name: [
                id.merging(["workflow.name": definition.name, "workflow.version": definition.version]) { $1 }
            ],
            Signals.approval.description.name: definition.asks ? [id] : [],
            Signals.approvalPending.description.name: definition.asks ? [id] : [],
            Signals.event.description.name: definition.emittedEvents.map { ["event.name": $0] },
            Signals.scheduleOccurrence.description.name: definition.isScheduled ? [id] : [],
            Signals.limit.description.name: definition.isLimited ? [id] : [],
            Signals.held.description.name: definition.isLimited ? [id] : [],
            Signals.webhookDelivery.description.name: webhooks(of: definition),
        ].merging(integrations(Array(definition.integrationUses))) { $1 }
    }

    /// By the name of the signal, what is recorded of calls to the outside.
    static func integrations(_ uses: [IntegrationUse]) -> [String: [[String: String]]] {
        let names = Set(uses.map(\.name)).sorted().map { ["integration.name": $0] }
        let operations = uses.map { IntegrationUse(name: $0.name, operation: Label.overflowValue) }
        return [
            Signals.integrationCall.description.name: Set(uses + operations).map {
                ["integration.name": $0.name, "integration.operation": $0.operation]
            },
            Signals.integrationHold.description.name: names,
            Signals.circuitBreaker.description.name: names,
        ]
    }

    static func caches(_ names: [String]) -> [[String: String]] { Set(names).sorted().map { ["cache.name": $0] } }

    private static func webhooks(of definition: Definition) -> [[String: String]] {
        guard case .webhook(let source, let event, _) = definition.trigger else { return [] }
        return [webhook(source, event), webhook(source, nil)]
    }

    static func webhook(_ source: String?, _ event: String?) -> [String: String] {
        ["webhook.source": source ?? Label.overflowValue, "webhook.event": event ?? Label.overflowValue]
    }
}

extension Definition {
    /// What can start it.
    var triggerTypes: [TriggerType] {
        switch trigger {
        case .event: [.event, .manual, .workflow]
        case .manual: [.manual, .workflow]
        case .schedule: [.schedule, .manual, .workflow]
        case .webhook: [.webhook, .manual, .workflow]
        case .workflow: [.workflow, .manual]
        }
    }

    var isScheduled: Bool { if case .schedule = trigger { true } else { false } }

    /// Whether its executions may have to wait for one another.
    var isLimited: Bool { concurrency != nil || isScheduled }

    /// What metrics call each step, nested ones too, by its id.
    var stepNames: [String: String] {
        Dictionary(allSteps.map { ($0.id, $0.name ?? $0.id) }) { first, _ in first }
    }

    /// The events that it emits by a name that is not made at run time.
    var emittedEvents: [String] {
        activityCalls.filter { $0.kind == .emit }.compactMap { call in
            let name = call.arguments.source.object?["event"]?.string
            return name?.contains("{{") == true ? nil : name
        }
    }

    /// The calls to the outside whose host is not made at run time.
    var integrationUses: Set<IntegrationUse> {
        Set(
            activityCalls.compactMap { call -> IntegrationUse? in
                guard call.kind == .httpRequest || call.kind == .webhook,
                    var arguments = call.arguments.source.object
                else { return nil }
                if call.kind == .webhook, arguments["method"] == nil { arguments["method"] = "POST" }
                return IntegrationUse(arguments)
            })
    }

    private var activityCalls: [ActivityCall] {
        allSteps.flatMap { $0.kind.activities + $0.kind.asideActivities + $0.compensation }
    }

    /// Whether it has steps that people decide.
    var asks: Bool { allSteps.contains { if case .approval = $0.kind { true } else { false } } }

    private var allSteps: [Step] { steps.flatMap(\.withDescendants) }
}

extension Step {
    fileprivate var withDescendants: [Step] {
        switch kind {
        case .parallel(let steps, _), .foreach(_, _, let steps), .loop(_, _, let steps):
            [self] + steps.flatMap(\.withDescendants)
        case .condition, .decision, .execute, .wait, .workflow, .approval: [self]
        }
    }
}
