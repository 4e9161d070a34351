/// A named condition that steps share, with tests that hold: ``RuleReader`` makes it from YAML or JSON.
public struct Rule: Sendable {
    public var id: String
    public var version: String
    public var name: String
    public var description: String
    public var condition: Condition
    public var tests: [Test]
    /// The text this rule was read from, kept byte for byte.
    public var source: String

    /// A context, and what the condition says of it.
    public struct Test: Sendable {
        public var name: String
        public var given: JSONObject
        public var expected: Bool
    }

    /// A rule by its version.
    public struct Version: Sendable, Hashable {
        public var id: String
        public var version: String

        public init(id: String, version: String) { (self.id, self.version) = (id, version) }
    }
}

extension Condition {
    /// The rules that it asks.
    public var rules: Set<String> {
        switch self {
        case .rule(let id): [id]
        case .and(let conditions), .or(let conditions): conditions.reduce(into: []) { $0.formUnion($1.rules) }
        case .not(let condition): condition.rules
        case .compare: []
        }
    }

    /// With each rule's condition in its place; a rule that is not there never holds.
    func resolved(_ rules: [String: Rule]) -> Condition {
        switch self {
        case .rule(let id): rules[id]?.condition ?? self
        case .and(let conditions): .and(conditions.map { $0.resolved(rules) })
        case .or(let conditions): .or(conditions.map { $0.resolved(rules) })
        case .not(let condition): .not(condition.resolved(rules))
        case .compare: self
        }
    }
}

extension Step.Kind {
    /// The rules that its own condition asks.
    var rules: Set<String> {
        switch self {
        case .condition(let condition, _, _), .loop(let condition, _, _): condition.rules
        default: []
        }
    }

    func resolved(_ rules: [String: Rule]) -> Step.Kind {
        switch self {
        case .condition(let condition, let onTrue, let onFalse):
            .condition(condition.resolved(rules), onTrue: onTrue, onFalse: onFalse)
        case .loop(let condition, let limit, let steps): .loop(condition.resolved(rules), limit: limit, steps)
        default: self
        }
    }
}
