import Wording

/// A step as the graph sees it, whether or not the rest of it could be read.
struct StepOutline {
    var id: String?
    var cursor: DefinitionParser.Cursor
    var targets: [StepTarget]
    /// Whether an execution rests here, so that a circle through it does not spin.
    var isWait: Bool
    /// Whether the execution can go from here to the step that follows in the list.
    var fallsThrough: Bool
    /// The targets that can be taken.
    var taken: [String]

    init(_ members: DefinitionParser.Members, id: String?, type: String?, targets: [StepTarget]) {
        self.id = id
        self.targets = targets
        cursor = members["id"] ?? members.cursor
        isWait = ["wait", "sleep", "approval"].contains(type)
        let keys = Set(targets.map(\.key))
        let ends = type == "decision" || (type == "action" && Self.isVerdict(members["action"]))
        let branches =
            type == "condition" && keys.isSuperset(of: ["on_true", "on_false"])
            || type == "approval" && keys.contains("on_approved")
        fallsThrough = !ends && !branches && !keys.contains("next")
        let ignored = ends || branches ? "next" : ""
        taken = targets.filter { $0.key != ignored }.map(\.id)
    }

    /// Whether an action allows or blocks, and so ends the execution.
    private static func isVerdict(_ action: DefinitionParser.Cursor?) -> Bool {
        guard case .map(let members)? = action?.node.content else { return false }
        return members.contains { member in
            guard member.key == "type" || member.key == "action" else { return false }
            guard case .scalar(let text, _) = member.value.content else { return false }
            return Verdict(rawValue: text) != nil
        }
    }
}

/// A key of a step that names another step.
struct StepTarget {
    var key: String
    var id: String
    var cursor: DefinitionParser.Cursor
}

/// The steps that stand in one list and can lead to one another.
struct StepList {
    var areBranches: Bool
    private(set) var steps: [StepOutline] = []

    init(areBranches: Bool) { self.areBranches = areBranches }

    mutating func append(_ step: StepOutline) { steps.append(step) }

    /// For each step the steps that can come next. A misspelt target counts for the one it was probably meant to be, and
    /// an id given twice for both steps, so that one mistake is not reported twice.
    func edges() -> [[Int]] {
        var positions: [String: [Int]] = [:]
        for (position, step) in steps.enumerated() {
            if let id = step.id { positions[id, default: []].append(position) }
        }
        let names = positions.keys.sorted()
        // Each step has its misspelt targets looked for; a text full of them shall not take a square of time.
        var looks = 5
        return steps.enumerated().map { position, step in
            var next: [Int] = []
            for id in step.taken {
                if let known = positions[id] {
                    next += known
                } else if looks > 0 {
                    looks -= 1
                    next += NearestWord.find(id, among: names).flatMap { positions[$0] } ?? []
                }
            }
            if step.fallsThrough, position + 1 < steps.count { next.append(position + 1) }
            return next
        }
    }
}

extension DefinitionParser {
    /// Reports targets that do not exist, steps that nothing leads to, and circles without a wait.
    mutating func checkGraph() {
        for index in lists.indices {
            let list = lists[index]
            for step in list.steps { checkTargets(of: step, in: index) }
            guard !list.areBranches else { continue }
            let edges = list.edges()
            reportUnreachable(list, edges)
            reportLoops(list, edges)
        }
    }

    private mutating func checkTargets(of step: StepOutline, in index: Int) {
        let list = lists[index]
        for target in step.targets where !problems.isFull {
            if list.areBranches {
                report(.branchTarget(target.key), at: target.cursor)
            } else if let home = ids[target.id] {
                if home.list != index { report(.targetElsewhere(target.id), at: target.cursor) }
            } else {
                let nearest = nearestStep(target.id, in: list)
                report(.unknownTarget(target.id, nearest: nearest), at: target.cursor)
            }
        }
    }

    private mutating func reportUnreachable(_ list: StepList, _ edges: [[Int]]) {
        guard !list.steps.isEmpty else { return }
        var reached = [Bool](repeating: false, count: edges.count)
        var stack = [0]
        while let step = stack.popLast() {
            if reached[step] { continue }
            reached[step] = true
            stack += edges[step]
        }
        for (position, step) in list.steps.enumerated() where !reached[position] {
            if let id = step.id { report(.unreachable(id), at: step.cursor) }
        }
    }

    private mutating func reportLoops(_ list: StepList, _ edges: [[Int]]) {
        let pausing = edges.enumerated().map { list.steps[$0].isWait ? [] : $1 }
        for cycle in StepCycles.find(in: pausing) {
            let names = (cycle + [cycle[0]]).map { list.steps[$0].id ?? "?" }
            report(.loop(names), at: list.steps[cycle[0]].cursor)
        }
    }
}

/// Circles of a graph.
enum StepCycles {
    /// One circle for each backward edge that a depth-first walk meets, at most one for each step it leads back to.
    static func find(in edges: [[Int]]) -> [[Int]] {
        enum State { case new, open, done }
        var states = [State](repeating: .new, count: edges.count)
        var cycles: [Int: [Int]] = [:]
        for root in edges.indices where states[root] == .new {
            // The path from the root, each step with how many of its edges have been followed.
            var path = [(step: root, followed: 0)]
            states[root] = .open
            while let (step, followed) = path.last {
                guard followed < edges[step].count else {
                    states[step] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].followed += 1
                let next = edges[step][followed]
                switch states[next] {
                case .done: break
                case .new:
                    states[next] = .open
                    path.append((next, 0))
                case .open:
                    if cycles[next] == nil, let start = path.firstIndex(where: { $0.step == next }) {
                        cycles[next] = path[start...].map(\.step)
                    }
                }
            }
        }
        return cycles.keys.sorted().compactMap { cycles[$0] }
    }
}
