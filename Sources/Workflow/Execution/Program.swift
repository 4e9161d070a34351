/// A definition made ready to run: all steps, nested ones too, in one list, with their targets resolved.
///
/// A class, as its nodes are, so that the executions that run on it share it at the cost of one reference.
public final class Program: Sendable {
    public let definition: Definition
    let nodes: [Node]
    /// Whether steps may run side by side.
    let hasBranches: Bool
    /// Whether an expression reads `steps`.
    let readsSteps: Bool
    /// Whether an expression reads `event`, `execution` or `workflow`.
    let readsIdentity: Bool
    /// The rules that its conditions ask, by id.
    public let rules: [String: Rule]

    final class Node: Sendable {
        let step: Step
        /// Where it goes on success; nil is the end of its list.
        let next: Int?
        let onTrue: Int?
        let onFalse: Int?
        let onError: Int?
        let onTimeout: Int?
        let onRejected: Int?
        /// The steps of a parallel, a foreach or a while, in order; what runs beside an approval.
        let children: [Int]
        let activities: [ActivityCall]
        /// What undoes the step.
        let compensation: [ActivityCall]
        /// What runs beside the parent, an approval; nil for a step of the definition.
        let aside: Approval.Aside?
        /// The rules that its condition asks, by id.
        let rules: [Rule.Version]

        fileprivate init(_ draft: Draft, _ targets: Targets) {
            step = draft.step
            next = targets.next
            onTrue = targets.onTrue
            onFalse = targets.onFalse
            onError = targets.onError
            onTimeout = targets.onTimeout
            onRejected = targets.onRejected
            children = draft.children
            activities = draft.step.kind.activities
            compensation = draft.step.compensation
            aside = draft.aside
            rules = draft.rules
        }
    }

    /// - Parameter rules: all rules that there are.
    /// - Throws: ``ProgramError`` when a rule does not exist, or a target, which a validated definition rules out.
    public init(_ definition: Definition, rules: [String: Rule] = [:]) throws(ProgramError) {
        self.definition = definition
        self.rules = rules.filter { definition.rules.contains($0.key) }
        var builder = Builder(rules: self.rules)
        _ = builder.add(definition.steps, parent: nil)
        nodes = try builder.nodes()
        hasBranches = nodes.contains { node in
            if case .parallel = node.step.kind { true } else { node.aside != nil }
        }
        let read = nodes.flatMap { $0.step.kind.paths + $0.compensation.flatMap { $0.arguments.paths } }
        let ends = (definition.output?.paths ?? []) + (definition.concurrency?.key?.paths ?? [])
        let roots = Set((read + ends).map(\.root))
        readsSteps = roots.contains("steps")
        readsIdentity = !roots.isDisjoint(with: ["event", "execution", "workflow"])
    }

    /// Which rules it runs on.
    public var ruleVersions: [String: String] { rules.mapValues(\.version) }

    /// The node of what runs beside an approval.
    func aside(_ aside: Approval.Aside, of node: Int) -> Int? {
        nodes[node].children.first { nodes[$0].aside == aside }
    }

    /// The context's object names that `context.load` asks for: the part before the first dot.
    var requiredObjects: [Substring] {
        definition.load.map { $0.prefix { $0 != "." } }
    }
}

/// A definition that cannot be run.
public struct ProgramError: Error, Sendable, Hashable {
    public var step: String
    public var target: String
}

extension Program {
    fileprivate struct Draft {
        let step: Step
        /// The step that follows in the list.
        var following: Int?
        var children: [Int] = []
        var aside: Approval.Aside?
        var rules: [Rule.Version] = []
    }

    fileprivate struct Targets {
        var next: Int?
        var onTrue: Int?
        var onFalse: Int?
        var onError: Int?
        var onTimeout: Int?
        var onRejected: Int?
    }

    private struct Builder {
        let rules: [String: Rule]
        private var drafts: [Draft] = []
        private var index: [String: Int] = [:]

        init(rules: [String: Rule]) { self.rules = rules }

        /// Adds a list of steps, each followed by the one after it, unless they are branches; returns their positions.
        mutating func add(_ steps: [Step], parent: Int?) -> [Int] {
            let positions = steps.map { add($0) }
            if let parent, case .parallel = drafts[parent].step.kind { return positions }
            for (position, following) in zip(positions, positions.dropFirst()) {
                drafts[position].following = following
            }
            return positions
        }

        private mutating func add(_ step: Step) -> Int {
            let position = drafts.count
            drafts.append(draft(of: step))
            index[step.id] = position
            switch step.kind {
            case .parallel(let steps, _), .foreach(_, _, let steps), .loop(_, _, let steps):
                drafts[position].children = add(steps, parent: position)
            case .approval(let approval):
                for (aside, activities) in approval.asides { add(aside, activities, to: step, at: position) }
            case .condition, .decision, .execute, .wait, .workflow: break
            }
            return position
        }

        private func draft(of step: Step) -> Draft {
            let asked = step.kind.rules
            if asked.isEmpty { return Draft(step: step) }
            var resolved = step
            resolved.kind = step.kind.resolved(rules)
            let versions = asked.sorted().compactMap { id in
                rules[id].map { Rule.Version(id: id, version: $0.version) }
            }
            return Draft(step: resolved, rules: versions)
        }

        /// A step that no other step can name: its id has a dot.
        private mutating func add(
            _ aside: Approval.Aside, _ activities: [ActivityCall], to step: Step, at position: Int
        ) {
            drafts[position].children.append(drafts.count)
            let step = Step(
                id: "\(step.id).\(aside.rawValue)", kind: .execute(activities), retry: step.retry, metadata: [:])
            drafts.append(Draft(step: step, aside: aside))
        }

        func nodes() throws(ProgramError) -> [Node] {
            var nodes: [Node] = []
            for draft in drafts {
                if let missing = draft.step.kind.rules.min() {
                    throw ProgramError(step: draft.step.id, target: missing)
                }
            }
            for draft in drafts { nodes.append(Node(draft, try targets(of: draft))) }
            return nodes
        }

        private func targets(of draft: Draft) throws(ProgramError) -> Targets {
            let step = draft.step
            var targets = Targets()
            targets.next = try target(step.next, of: step) ?? draft.following
            targets.onError = try target(step.onError, of: step)
            switch step.kind {
            case .condition(_, let onTrue, let onFalse):
                targets.onTrue = try target(onTrue, of: step) ?? targets.next
                targets.onFalse = try target(onFalse, of: step) ?? targets.next
            case .wait(.events(_, _, _, let onTimeout)):
                targets.onTimeout = try target(onTimeout, of: step)
            case .approval(let approval):
                targets.next = try target(approval.onApproved, of: step) ?? targets.next
                targets.onTimeout = try target(approval.onExpired, of: step)
                targets.onRejected = try target(approval.onRejected, of: step)
            case .decision, .execute, .parallel, .foreach, .loop, .wait, .workflow: break
            }
            return targets
        }

        private func target(_ id: String?, of step: Step) throws(ProgramError) -> Int? {
            guard let id else { return nil }
            guard let position = index[id] else { throw ProgramError(step: step.id, target: id) }
            return position
        }
    }
}
