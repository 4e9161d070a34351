/// In what two definitions differ: their settings, and their steps by id. Comments, order of keys and layout do not count.
public struct DefinitionDifference: Sendable, Hashable {
    public enum Change: String, Sendable, Hashable, CaseIterable {
        case added, removed, changed
    }

    public struct Entry: Sendable, Hashable {
        public var change: Change
        /// A key of the definition, such as `trigger`; nil for a step.
        public var setting: String?
        /// The ids of a step and of those around it, joined by dots: `checks.fraud`; nil for a setting.
        public var step: String?
        /// The keys of a step that has changed, sorted.
        public var keys: [String] = []
    }

    /// Settings first, in the order of the newer definition, then steps.
    public private(set) var entries: [Entry] = []
    /// Whether steps that both have stand in another order.
    public private(set) var isReordered = false

    public var isEmpty: Bool { entries.isEmpty && !isReordered }

    /// Compares two texts; nil when one of them is no map in YAML or JSON.
    public init?(from old: String, to new: String) {
        guard let old = Self.members(old), let new = Self.members(new) else { return nil }
        let settings = Self.names(new, old).filter { $0 != "steps" }
        for name in settings {
            guard let change = Self.change(old[name], new[name], isText: name == "version") else { continue }
            entries.append(Entry(change: change, setting: name))
        }
        compareSteps(Self.steps(old["steps"], in: ""), Self.steps(new["steps"], in: ""))
    }

    private mutating func compareSteps(_ old: [FoundStep], _ new: [FoundStep]) {
        let before = Dictionary(old.map { ($0.path, $0.members) }) { first, _ in first }
        let after = Set(new.map(\.path))
        for step in new {
            guard let other = before[step.path] else {
                entries.append(Entry(change: .added, step: step.path))
                continue
            }
            let keys = Self.names(step.members, other).filter { Self.change(other[$0], step.members[$0]) != nil }
            if !keys.isEmpty { entries.append(Entry(change: .changed, step: step.path, keys: keys.sorted())) }
        }
        for step in old where !after.contains(step.path) {
            entries.append(Entry(change: .removed, step: step.path))
        }
        isReordered = old.map(\.path).filter(after.contains) != new.map(\.path).filter { before[$0] != nil }
    }

    // MARK: Reading

    private typealias Nodes = [String: SourceNode]

    private struct FoundStep {
        let path: String
        /// Without the steps within it.
        let members: Nodes
    }

    /// The members of a definition, those inside `definition` among them. `id` stands for `workflow_id`.
    private static func members(_ text: String) -> Nodes? {
        guard text.utf8.count <= Limits.sourceBytes, let root = try? SourceText.parse(text).root,
            var members = nodes(root)
        else { return nil }
        if let id = members.removeValue(forKey: "id"), members["workflow_id"] == nil { members["workflow_id"] = id }
        if let inner = members.removeValue(forKey: "definition").flatMap(nodes) {
            members.merge(inner) { outer, _ in outer }
        }
        return members
    }

    private static func nodes(_ node: SourceNode) -> Nodes? {
        guard case .map(let members) = node.content else { return nil }
        return Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }.filter { !$0.value.isNull }
    }

    /// Each step, then those within it.
    private static func steps(_ node: SourceNode?, in path: String) -> [FoundStep] {
        guard case .list(let elements)? = node?.content else { return [] }
        return elements.flatMap { element -> [FoundStep] in
            guard var members = nodes(element), case .scalar(let id, _)? = members["id"]?.content else { return [] }
            let inner = members.removeValue(forKey: "steps")
            let place = path.isEmpty ? id : "\(path).\(id)"
            return [FoundStep(path: place, members: members)] + steps(inner, in: place)
        }
    }

    private static func names(_ first: Nodes, _ second: Nodes) -> [String] {
        let places = first.sorted { ($0.value.line, $0.value.column) < ($1.value.line, $1.value.column) }.map(\.key)
        return places + second.keys.filter { first[$0] == nil }.sorted()
    }

    // MARK: Comparing

    /// - Parameter isText: whether `1.10` is another value than `1.1`.
    private static func change(_ old: SourceNode?, _ new: SourceNode?, isText: Bool = false) -> Change? {
        switch (old, new) {
        case (nil, nil): nil
        case (nil, _?): .added
        case (_?, nil): .removed
        case (let old?, let new?): isSame(old, new, isText: isText) ? nil : .changed
        }
    }

    private static func isSame(_ old: SourceNode, _ new: SourceNode, isText: Bool = false) -> Bool {
        switch (old.content, new.content) {
        case (.scalar(let one, let isPlain), .scalar(let other, let isOtherPlain)):
            if isText { return one == other }
            return value(one, isPlain) == value(other, isOtherPlain)
        case (.list(let ones), .list(let others)):
            return ones.count == others.count && zip(ones, others).allSatisfy { isSame($0, $1) }
        case (.map(let ones), .map(let others)):
            guard ones.count == others.count else { return false }
            let known = Dictionary(others.map { ($0.key, $0.value) }) { first, _ in first }
            return ones.allSatisfy { one in known[one.key].map { isSame(one.value, $0) } ?? false }
        default: return false
        }
    }

    private static func value(_ text: String, _ isPlain: Bool) -> PlainScalar.Value {
        isPlain ? PlainScalar.value(text) : .value(.string(text))
    }
}
