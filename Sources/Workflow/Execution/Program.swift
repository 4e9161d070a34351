/// A definition made ready to run: all steps, nested ones too, in one list, with their targets resolved.
public struct Program: Sendable {
    public let definition: Definition
    let nodes: [Node]
    /// Whether steps may run side by side.
    let hasBranches: Bool

    struct Node: Sendable {
        let step: Step
        /// The step whose list this one stands in; nil at the top.
        let parent: Int?
        /// Where it goes on success; nil is the end of its list.
        var next: Int?
        var onTrue: Int?
        var onFalse: Int?
        var onError: Int?
        var onTimeout: Int?
        /// The steps of a parallel or a foreach, in order.
        var children: [Int] = []
        let activities: [ActivityCall]
    }

    /// - Throws: ``ProgramError`` when a target does not exist, which a validated definition rules out.
    public init(_ definition: Definition) throws(ProgramError) {
        self.definition = definition
        var builder = Builder()
        _ = builder.add(definition.steps, parent: nil)
        try builder.resolveTargets()
        nodes = builder.nodes
        hasBranches = builder.nodes.contains { if case .parallel = $0.step.kind { true } else { false } }
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
    private struct Builder {
        var nodes: [Node] = []
        var index: [String: Int] = [:]

        /// Adds a list of steps, each followed by the one after it, and returns their positions.
        mutating func add(_ steps: [Step], parent: Int?) -> [Int] {
            let positions = steps.map { add($0, parent: parent) }
            guard !runsTogether(parent) else { return positions }
            for (position, following) in zip(positions, positions.dropFirst()) {
                nodes[position].next = following
            }
            return positions
        }

        private func runsTogether(_ parent: Int?) -> Bool {
            guard let parent, case .parallel = nodes[parent].step.kind else { return false }
            return true
        }

        private mutating func add(_ step: Step, parent: Int?) -> Int {
            let position = nodes.count
            nodes.append(Node(step: step, parent: parent, activities: step.kind.activities))
            index[step.id] = position
            switch step.kind {
            case .parallel(let steps, _), .foreach(_, _, let steps):
                let children = add(steps, parent: position)
                nodes[position].children = children
            case .condition, .decision, .execute, .wait: break
            }
            return position
        }

        mutating func resolveTargets() throws(ProgramError) {
            for position in nodes.indices {
                let step = nodes[position].step
                if let next = step.next { nodes[position].next = try target(next, of: step) }
                if let onError = step.onError { nodes[position].onError = try target(onError, of: step) }
                let following = nodes[position].next
                switch step.kind {
                case .condition(_, let onTrue, let onFalse):
                    nodes[position].onTrue = try onTrue.map { t throws(ProgramError) in try target(t, of: step) } ?? following
                    nodes[position].onFalse = try onFalse.map { t throws(ProgramError) in try target(t, of: step) } ?? following
                case .wait(.event(_, _, _, let onTimeout)):
                    nodes[position].onTimeout = try onTimeout.map { t throws(ProgramError) in try target(t, of: step) }
                case .decision, .execute, .parallel, .foreach, .wait(.duration): break
                }
            }
        }

        private func target(_ id: String, of step: Step) throws(ProgramError) -> Int {
            guard let position = index[id] else { throw ProgramError(step: step.id, target: id) }
            return position
        }
    }
}

extension Step.Kind {
    /// The activities of the step, in order.
    var activities: [ActivityCall] {
        switch self {
        case .decision(_, _, let activities), .execute(let activities): activities
        case .condition, .parallel, .foreach, .wait: []
        }
    }

    /// The word that a definition uses for this kind.
    public var word: String {
        switch self {
        case .condition: "condition"
        case .decision: "decision"
        case .execute: "execute"
        case .parallel: "parallel"
        case .foreach: "foreach"
        case .wait: "wait"
        }
    }
}
