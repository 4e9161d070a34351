/// Reads rules from YAML or JSON, and reports everything that is wrong with one at once, tests that do not hold included.
///
/// `rule_id` is required, and `condition`; `version`, `name` and `description` are as ``DefinitionReader`` has them.
public enum RuleReader {
    /// What came of reading one source.
    public struct Reading: Sendable {
        /// Nil when there are errors.
        public let rule: Rule?
        /// Errors and warnings in the order of the source.
        public let problems: [Problem]
        let source: String

        /// All problems for a terminal or a log.
        public func rendered(file: String) -> String {
            let lines = SourceLines.split(source)
            return problems.map { $0.rendered(file: file, lines: lines) }.joined()
        }
    }

    /// Reads bytes that should be UTF-8; a byte order mark before them is passed over.
    public static func read(_ source: [UInt8]) -> Reading {
        let reading = SourceReading.read(source) { parser, root in
            parser.rule(root, source: String(decoding: source, as: UTF8.self))
        }
        return Reading(rule: reading.value, problems: reading.problems, source: reading.text)
    }

    /// Whether the text is that of a rule, rather than that of a workflow.
    public static func isRule(_ source: [UInt8]) -> Bool {
        let reading = SourceReading.read(source) { _, root -> Bool? in
            guard case .map(let members) = root.content else { return nil }
            let keys = Set(members.map(\.key))
            return keys.contains("rule_id") && keys.isDisjoint(with: ["workflow_id", "id", "steps", "definition"])
        }
        return reading.value ?? false
    }
}

extension DefinitionParser {
    /// Reads a whole rule; nil when problems were reported.
    mutating func rule(_ root: SourceNode, source: String) -> Rule? {
        isRule = true
        let cursor = Cursor(node: root, path: "")
        let keys = ["rule_id", "version", "name", "description", "condition", "tests"]
        let owner = "the rule"
        guard let members = map(cursor, owner, keys: keys) else { return nil }
        let id = required("rule_id", of: members, owner).flatMap { ruleID($0) }
        let version = nonEmpty(members["version"], "version", limit: Limits.versionLength) ?? "1"
        let name = nonEmpty(members["name"], "name", limit: Limits.nameLength)
        let description = text(members["description"], "description", limit: Limits.descriptionLength) ?? ""
        let condition = required("condition", of: members, owner).flatMap { ruleCondition($0) }
        let tests = members["tests"].map { ruleTests($0) } ?? []
        checkPaths()
        guard let id, let condition else { return nil }
        check(tests, of: condition)
        return Rule(
            id: id, version: version, name: name ?? id, description: description, condition: condition,
            tests: tests.map(\.test), source: source)
    }

    mutating func ruleID(_ cursor: Cursor) -> String? {
        guard let id = text(cursor, "the rule id") else { return nil }
        if Names.isWorkflow(id) { return id }
        report(.badName(id, what: "a rule id", form: Names.workflowForm), at: cursor)
        return nil
    }

    private mutating func ruleCondition(_ cursor: Cursor) -> Condition? {
        guard let condition = condition(cursor, isTrigger: false) else { return nil }
        for use in ruleUses { report(.ruleInRule, at: use) }
        if condition.size > Limits.ruleNodes {
            report(.tooMany(what: "parts of one rule", limit: Limits.ruleNodes), at: cursor)
        }
        return condition
    }

    // MARK: Tests

    private mutating func ruleTests(_ cursor: Cursor) -> [(test: Rule.Test, cursor: Cursor)] {
        guard let elements = list(cursor, "tests") else { return [] }
        if elements.count > Limits.tests {
            report(.tooMany(what: "tests", limit: Limits.tests), at: elements[Limits.tests])
        }
        return elements.prefix(Limits.tests).compactMap { element in ruleTest(element).map { ($0, element) } }
    }

    private mutating func ruleTest(_ cursor: Cursor) -> Rule.Test? {
        let owner = "a test"
        guard let members = map(cursor, owner, keys: ["name", "given", "expect"]) else { return nil }
        let name = required("name", of: members, owner).flatMap { nonEmpty($0, "name", limit: Limits.nameLength) }
        let given = object(members["given"]) ?? [:]
        let expected = required("expect", of: members, owner).flatMap { bool($0) }
        guard let name, let expected else { return nil }
        return Rule.Test(name: name, given: given, expected: expected)
    }

    private mutating func check(_ tests: [(test: Rule.Test, cursor: Cursor)], of condition: Condition) {
        var effort = Explanation.Effort()
        for (test, cursor) in tests {
            do throws(ExpressionError) {
                let explanation = try condition.explain(in: Scope(context: test.given), &effort)
                guard explanation.holds != test.expected else { continue }
                let why = explanation.leaves.prefix(3).map(\.description).joined(separator: ", ")
                report(.ruleTestFails(test.name, found: explanation.holds, why: why), at: cursor)
            } catch {
                return report(.ruleTestsTooHard(test.name), at: cursor)
            }
        }
    }
}

extension Explanation.Leaf: CustomStringConvertible {
    /// One clause: `order.total gt 1000 is false with 12`.
    public var description: String {
        let value = value.map { Self.short($0) } ?? "nothing"
        let found = found.map { "with \(Self.short($0))" } ?? "as the field is missing"
        return "\(field) \(comparison.rawValue) \(value) is \(holds) \(found)"
    }

    private static func short(_ value: JSONValue) -> String {
        let text = value.description
        return text.utf8.count > 60 ? "\(text.prefix(60))…" : text
    }
}
