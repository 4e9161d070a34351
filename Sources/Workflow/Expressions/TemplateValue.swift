/// A JSON value whose strings are templates; the names of members are taken as they are.
public struct TemplateValue: Sendable, Hashable {
    /// The value as it was written.
    public let source: JSONValue
    fileprivate let node: Node
    /// About the bytes of it as it was written.
    fileprivate let size: Int

    fileprivate indirect enum Node: Sendable, Hashable {
        case constant(JSONValue)
        case template(Template)
        case array([Node])
        case object([Member])
    }

    fileprivate struct Member: Sendable, Hashable {
        var key: String
        var node: Node
    }

    public init(_ source: JSONValue) throws(ExpressionError) {
        self.source = source
        node = try Self.compile(source)
        size = Self.size(of: source)
    }

    private static func size(of value: JSONValue) -> Int {
        var budget = RenderBudget(RenderLimit(bytes: Work.limit, depth: .max))
        do throws(ExpressionError) {
            try budget.spend(on: value, depth: 0)
            return budget.work.spent
        } catch {
            return Work.limit
        }
    }

    private static func compile(_ value: JSONValue) throws(ExpressionError) -> Node {
        switch value {
        case .null, .bool, .integer, .number: return .constant(value)
        case .string(let text): return try compile(text)
        case .array(let elements): return try compile(elements)
        case .object(let object): return try compile(object)
        }
    }

    private static func compile(_ text: String) throws(ExpressionError) -> Node {
        let template = try Template(parsing: text)
        guard template.isConstant else { return .template(template) }
        var constant = ""
        for case .text(let piece) in template.parts { constant += piece }
        return .constant(.string(constant))
    }

    private static func compile(_ elements: [JSONValue]) throws(ExpressionError) -> Node {
        var nodes: [Node] = []
        for element in elements { nodes.append(try compile(element)) }
        let constants = nodes.compactMap(\.fixed)
        return constants.count == nodes.count ? .constant(.array(constants)) : .array(nodes)
    }

    private static func compile(_ object: JSONObject) throws(ExpressionError) -> Node {
        var members: [Member] = []
        for (key, value) in object { members.append(Member(key: key, node: try compile(value))) }
        let constants = members.compactMap { member in member.node.fixed.map { (member.key, $0) } }
        return constants.count == members.count ? .constant(.object(JSONObject(constants))) : .object(members)
    }

    /// The value, when no string in it has a placeholder.
    public var constant: JSONValue? { node.fixed }

    /// The path, when the whole value is one placeholder.
    public var wholePath: Path? {
        if case .template(let template) = node { template.wholePath } else { nil }
    }

    /// The paths of all placeholders, in order.
    public var paths: [Path] { node.paths }

    /// The member of this name, when this is an object that has it.
    public subscript(key: String) -> TemplateValue? {
        guard let member = source.object?[key] else { return nil }
        switch node {
        case .object(let members):
            return members.first { $0.key == key }.map { TemplateValue(source: member, node: $0.node) }
        case .constant(.object(let object)):
            return object[key].map { TemplateValue(source: member, node: .constant($0)) }
        default: return nil
        }
    }

    private init(source: JSONValue, node: Node) {
        self.source = source
        self.node = node
        size = Self.size(of: source)
    }

    /// The value with every template filled in, bounded by the limit.
    ///
    /// Throws ``ExpressionError/Reason/resultTooLarge(limit:)`` or `resultTooDeep(limit:)`.
    public func render(
        in scope: Scope, limit: RenderLimit = .standard
    ) throws(ExpressionError) -> JSONValue {
        var work = Work()
        return try render(in: scope, limit: limit, &work)
    }

    func render(
        in scope: Scope, limit: RenderLimit = .standard, _ work: inout Work
    ) throws(ExpressionError) -> JSONValue {
        if let constant {
            work.spend(size)
            return constant
        }
        var budget = RenderBudget(limit, work)
        defer { work = budget.work }
        return try Self.render(node, in: scope, &budget, depth: 0)
    }

    private static func render(
        _ node: Node, in scope: Scope, _ budget: inout RenderBudget, depth: Int
    ) throws(ExpressionError) -> JSONValue {
        switch node {
        case .constant(let value):
            try budget.spend(on: value, depth: depth)
            return value
        case .template(let template):
            return try template.render(in: scope, budget: &budget, depth: depth)
        case .array(let nodes):
            try budget.spend(bytes: 2 + nodes.count)
            var elements: [JSONValue] = []
            elements.reserveCapacity(nodes.count)
            for node in nodes { elements.append(try render(node, in: scope, &budget, depth: depth + 1)) }
            return .array(elements)
        case .object(let members):
            var object = JSONObject()
            for member in members {
                try budget.spend(bytes: member.key.utf8.count + 4)
                object.appendNew(member.key, try render(member.node, in: scope, &budget, depth: depth + 1))
            }
            return .object(object)
        }
    }
}

extension TemplateValue {
    /// The value at the path when the whole value is a placeholder, else the rendered value; nil when the path leads
    /// nowhere or the value would be too large. For conditions, which never throw.
    func operand(in scope: Scope, _ work: inout Work) -> JSONValue? {
        if let constant { return constant }
        if let wholePath { return wholePath.resolve(in: scope, &work) }
        return try? render(in: scope, &work)
    }
}

extension TemplateValue: CustomStringConvertible {
    public var description: String { source.description }
}

extension TemplateValue.Node {
    fileprivate var fixed: JSONValue? {
        if case .constant(let value) = self { value } else { nil }
    }

    fileprivate var paths: [Path] {
        switch self {
        case .constant: []
        case .template(let template): template.paths
        case .array(let nodes): nodes.flatMap(\.paths)
        case .object(let members): members.flatMap { $0.node.paths }
        }
    }
}
