extension Step.Kind {
    /// The activities of the step, in order.
    public var activities: [ActivityCall] {
        switch self {
        case .decision(_, _, let activities), .execute(let activities): activities
        case .workflow(let call): [call.activity]
        case .approval(let approval): approval.activities
        case .condition, .parallel, .foreach, .loop, .wait: []
        }
    }

    /// What may run beside the step while people decide.
    public var asideActivities: [ActivityCall] {
        if case .approval(let approval) = self { approval.asides.flatMap(\.activities) } else { [] }
    }

    /// Every path that the step's own expressions read, those of its children not included.
    var paths: [Path] {
        let own: [Path] =
            switch self {
            case .condition(let condition, _, _): condition.paths
            case .decision(_, let reason, _): reason?.paths ?? []
            case .foreach(let items, _, _): items.paths
            case .loop(let condition, _, _): condition.paths
            case .wait(.events(let events, _, _, _)): events.flatMap { $0.match.flatMap { $0.value.paths } }
            case .wait(.until(let time)): time.paths
            case .approval(let approval): approval.paths
            case .execute, .parallel, .wait(.duration), .workflow: []
            }
        return own + activities.flatMap { $0.arguments.paths }
    }

    /// The word that a definition uses for this kind.
    public var word: String {
        switch self {
        case .condition: "condition"
        case .decision: "decision"
        case .execute: "execute"
        case .parallel: "parallel"
        case .foreach: "foreach"
        case .loop: "while"
        case .wait: "wait"
        case .workflow: "workflow"
        case .approval: "approval"
        }
    }
}

extension WorkflowCall {
    /// What starts the other workflow.
    var activity: ActivityCall { ActivityCall(kind: .startWorkflow, arguments: arguments) }
}
