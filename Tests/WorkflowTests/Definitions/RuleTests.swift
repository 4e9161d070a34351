import Testing

@testable import Workflow

@Suite("Rules")
struct RuleTests {
    private static let text = """
        rule_id: trusted
        version: 1.10
        name: A customer whom we know
        condition:
          and:
            - {field: customer.tier, operator: in, value: [gold, platinum]}
            - not: {field: customer.blocked, operator: exists}
            - or:
                - {field: customer.orders, operator: gte, value: 5}
                - {field: customer.email, operator: matches, value: "@example[.]com$"}
        tests:
          - {name: one of us, given: {customer: {tier: gold, email: jo@example.com}}, expect: true}
          - {name: a stranger, given: {}, expect: false}

        """

    private func read(_ text: String) -> RuleReader.Reading { RuleReader.read(Array(text.utf8)) }

    @Test("A rule is read, and told from a workflow")
    func reading() throws {
        let reading = read(Self.text)
        let rule = try #require(reading.rule, "\(reading.rendered(file: "rule"))")
        #expect((rule.id, rule.version, rule.name) == ("trusted", "1.10", "A customer whom we know"))
        #expect(rule.tests.map(\.expected) == [true, false])
        #expect(rule.source == Self.text)
        #expect(RuleReader.isRule(Array(Self.text.utf8)))
        #expect(!RuleReader.isRule(Array(Samples.requirement.utf8)))
        #expect(!RuleReader.isRule(Array("rule_id: [".utf8)))
    }

    @Test(
        "What is wrong with a rule is said",
        arguments: [
            ("condition: {field: a, operator: exists}", "missing-key", "the rule lacks the key \"rule_id\""),
            ("rule_id: 'a b'\ncondition: {field: a, operator: exists}", "bad-name", "\"a b\" cannot be a rule id"),
            ("rule_id: a", "missing-key", "the rule lacks the key \"condition\""),
            ("rule_id: a\ncondition: {rule_id: b}", "misplaced-rule", "a rule cannot ask another"),
            ("rule_id: a\ncondition: {field: steps.x.output, operator: exists}", "not-available", "a rule has no"),
            ("rule_id: a\nsteps: []\ncondition: {field: a, operator: exists}", "unknown-key", "the rule has no key"),
            (
                "rule_id: a\ncondition: {field: n, operator: gt, value: 1}\ntests: [{name: x, given: {n: 1}, expect: true}]",
                "test-fails", "the test \"x\" expects true, and the condition is false: n gt 1 is false with 1"
            ),
            (
                "rule_id: a\ncondition: {field: n, operator: gt, value: 1}\ntests: [{name: x, expect: maybe}]",
                "not-a-boolean", "\"maybe\" is neither true nor false"
            ),
            (
                "rule_id: a\ncondition: {and: [\(String(repeating: "{field: a, operator: exists},", count: 250))]}",
                "too-many", "there are more than 250 parts of one rule"
            ),
        ])
    func refused(text: String, code: String, message: String) {
        let reading = read(text)
        #expect(reading.rule == nil)
        #expect(
            reading.problems.contains { $0.code == code && $0.message.hasPrefix(message) },
            "\(reading.rendered(file: "rule"))")
    }

    @Test(
        "The comparisons that decide are named",
        arguments: [
            (#"{"customer": {"tier": "new"}}"#, false, ["and[0]"]),
            (#"{"customer": {"tier": "gold", "blocked": 1}}"#, false, ["and[1].not"]),
            (#"{"customer": {"tier": "gold", "orders": 4}}"#, false, ["and[2].or[0]", "and[2].or[1]"]),
            (#"{"customer": {"tier": "gold", "orders": 5}}"#, true, ["and[0]", "and[1].not", "and[2].or[0]"]),
            (
                #"{"customer": {"tier": "gold", "email": "x@example.com"}}"#, true,
                ["and[0]", "and[1].not", "and[2].or[1]"]
            ),
        ])
    func explains(context: String, holds: Bool, places: [String]) throws {
        let rule = try #require(read(Self.text).rule)
        let scope = Scope(context: try JSONValue(parsing: Array(context.utf8)).object ?? [:])
        let explanation = try rule.condition.explain(in: scope)
        #expect(explanation.holds == holds)
        #expect(explanation.leaves.map(\.place) == places)
        #expect(rule.condition.evaluate(in: scope) == holds)
    }

    // MARK: Asking rules

    private static let asking = """
        id: sample
        trigger: {type: manual}
        steps:
          - {id: ask, type: condition, rule_id: large, on_true: hold, on_false: both}
          - {id: hold, type: decision, decision: block}
          - id: both
            type: condition
            condition: {and: [{rule_id: known}, {not: {rule_id: large}}, {field: total, operator: exists}]}
            on_true: accept
            on_false: hold
          - {id: accept, type: decision, decision: allow}
        tests:
          - {name: large, given: {total: 11}, expect: {result: blocked, path: [ask, hold]}}
          - {name: known, given: {total: 10, name: x}, expect: {result: allowed, path: [ask, both, accept]}}
          - {name: unknown, given: {total: 10}, expect: {result: blocked, path: [ask, both, hold]}}
        """

    private func rules(_ version: String, limit: Int) throws -> [String: Rule] {
        let large = "rule_id: large\nversion: '\(version)'\ncondition: {field: total, operator: gt, value: \(limit)}"
        let known = "rule_id: known\ncondition: {field: name, operator: exists}"
        return ["large": try #require(read(large).rule), "known": try #require(read(known).rule)]
    }

    @Test("Steps ask rules, by themselves and within conditions")
    func asking() throws {
        let reading = DefinitionReader.read(Self.asking, rules: ["large", "known", "other"])
        let definition = try #require(reading.definition, "\(reading.rendered(file: "sample"))")
        #expect(definition.rules == ["large", "known"])
        let program = try Program(definition, rules: try rules("1", limit: 10))
        #expect(program.ruleVersions == ["large": "1", "known": "1"])
        for test in definition.tests { #expect(test.run(on: program).differences == [], "\(test.name)") }
    }

    @Test("A rule that there is not is an error, at its place")
    func missing() throws {
        let reading = DefinitionReader.read(Self.asking, rules: ["larg"])
        #expect(
            reading.errors.map(\.description) == [
                #"4:41: error: there is no rule "large" [unknown-rule]; did you mean larg?"#,
                #"8:33: error: there is no rule "known" [unknown-rule]; deploy the rule first"#,
                #"8:57: error: there is no rule "large" [unknown-rule]; did you mean larg?"#,
            ])
        let definition = try #require(DefinitionReader.read(Self.asking).definition)
        #expect(throws: ProgramError(step: "ask", target: "large")) { try Program(definition) }
    }

    @Test(
        "Where no rule can be asked, none is",
        arguments: [
            (
                "trigger: {type: event, event: a, condition: {rule_id: x}}\nsteps: [{id: a, type: decision, decision: allow}]",
                "misplaced-rule"
            ),
            (
                "trigger: {type: manual}\nsteps: [{id: a, type: condition, rule_id: x, condition: {field: a, operator: exists}}]",
                "conflicting-keys"
            ),
            (
                "trigger: {type: manual}\nsteps: [{id: a, type: condition, condition: {rule_id: x, field: a}}]",
                "conflicting-keys"
            ),
            ("trigger: {type: manual}\nsteps: [{id: a, type: condition, rule_id: 'x y'}]", "bad-name"),
            (
                "trigger: {type: manual}\nsteps: [{id: a, type: condition, condition: {or: [\(String(repeating: "{rule_id: x},", count: 101))]}}]",
                "too-many"
            ),
        ])
    func refusedAsking(text: String, code: String) {
        let reading = DefinitionReader.read("id: sample\n" + text)
        #expect(reading.errors.map(\.code) == [code], "\(reading.rendered(file: "sample"))")
    }

    @Test("An execution says which version decided, and goes on with no other")
    func versions() throws {
        let definition = try #require(DefinitionReader.read(Self.asking).definition)
        let program = try Program(definition, rules: try rules("1", limit: 10))
        let origin = Execution.Origin(
            trigger: .manual, eventID: "e", eventName: "manual", data: ["total": 11],
            startedAt: Timestamp(microseconds: 0))
        var execution = Execution(id: ExecutionID(rawValue: 1), program: program, origin: origin)
        while execution.isReady { _ = execution.handle(.advance(at: Timestamp(microseconds: 1))) }
        let taken = execution.takeRecord()
        let record = try #require(taken)
        #expect(execution.trace[0].rules == [Rule.Version(id: "large", version: "1")])
        #expect(execution.trace[1].rules == [])
        #expect(Execution.ruleVersions(in: [record]) == ["large": "1", "known": "1"])
        let restored = try Execution(id: execution.id, program: program, origin: origin, records: [record])
        #expect(restored.trace == execution.trace)
        let newer = try Program(definition, rules: try rules("2", limit: 20))
        #expect(throws: RecordError.self) {
            try Execution(id: execution.id, program: newer, origin: origin, records: [record])
        }
    }
}
