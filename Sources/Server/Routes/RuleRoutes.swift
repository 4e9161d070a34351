import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// Conditions that workflows share.
struct RuleRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    private static let list = "/api/v1/rules"
    private static let one = "/api/v1/rules/{id}"

    var routes: [Route] {
        [
            Route(
                operation: "listRules", method: .get, template: Self.list, access: .permission(.workflowsRead),
                query: .only(["limit", "cursor"]), answers: [200], handler: page),
            Route(
                operation: "deployRule", method: .post, template: Self.list, access: .permission(.workflowsWrite),
                body: .definition(limit: limits.bodyBytes), answers: [200, 201, 409, 422, 429, 503]
            ) { call throws(APIProblem) in
                Self.reply(try await asking { () throws(EngineError) in try await engine.deploy(rule: call.bytes) })
            },
            Route(
                operation: "getRule", method: .get, template: Self.one, access: .permission(.workflowsRead),
                answers: [200, 404]
            ) { call throws(APIProblem) in
                let rule = try rule(call)
                return .json { json in json.object { $0.writeFields(rule, withSource: true) } }
            },
            Route(
                operation: "putRule", method: .put, template: Self.one, access: .permission(.workflowsWrite),
                body: .definition(limit: limits.bodyBytes), answers: [200, 201, 409, 422, 429, 503]
            ) { call throws(APIProblem) in
                let id = call.parameters[0]
                return Self.reply(
                    try await asking { () throws(EngineError) in try await engine.deploy(rule: call.bytes, as: id) })
            },
            Route(
                operation: "deleteRule", method: .delete, template: Self.one, access: .permission(.workflowsWrite),
                answers: [204, 404, 409, 429, 503]
            ) { call throws(APIProblem) in
                try await asking { () throws(EngineError) in try await engine.delete(rule: call.parameters[0]) }
                return .noContent
            },
            Route(
                operation: "testRule", method: .post, template: Self.one + "/test",
                access: .permission(.workflowsRead), body: .json(limit: limits.bodyBytes, isRequired: false),
                answers: [200, 404, 422], handler: test),
        ]
    }

    private func rule(_ call: Call) throws(APIProblem) -> DeployedRule {
        let id = call.parameters[0]
        guard let rule = engine.rule(id) else {
            throw APIProblem(
                EngineError(.unknownRule, "there is no rule `\(id)`", remedy: "list the rules to find its id"))
        }
        return rule
    }

    @Sendable private func page(_ call: Call) async throws(APIProblem) -> Reply {
        let size = try call.query.pageSize(limits)
        var after: String?
        if let cursor = call.query["cursor"] { after = try Cursor.workflow(cursor) }
        let fitting = engine.rules().filter { rule in after.map { rule.rule.id > $0 } ?? true }
        let items = fitting.prefix(size)
        let next = items.count < fitting.count ? items.last.map { Cursor.encode(workflow: $0.rule.id) } : nil
        return .json { json in
            json.object { json in
                json.field("items") { json in
                    json.array(items) { json, item in json.object { $0.writeFields(item, withSource: false) } }
                }
                json.field("next", next)
            }
        }
    }

    private static func reply(_ receipt: RuleReceipt) -> Reply {
        .json(receipt.deployment == .created ? .created : .ok) { json in
            json.object { json in
                json.writeFields(receipt.rule, withSource: false)
                json.field("deployment", "\(receipt.deployment)")
                json.field("warnings") { $0.array(receipt.warnings) { $0.write(Fault($1)) } }
            }
        }
    }

    // MARK: Trying

    @Sendable private func test(_ call: Call) async throws(APIProblem) -> Reply {
        let rule = try rule(call).rule
        guard let value = try call.json() else { return try Self.ownTests(of: rule) }
        var body = BodyReader(value, known: ["context"])
        let context = body.object("context", isRequired: true) ?? [:]
        try body.check()
        var effort = Explanation.Effort()
        let explanation = try Self.explain(rule, in: context, &effort)
        return .json { json in
            json.object { json in
                json.field("rule_id", rule.id)
                json.field("version", rule.version)
                json.writeFields(explanation)
            }
        }
    }

    private static func explain(
        _ rule: Rule, in context: JSONObject, _ effort: inout Explanation.Effort
    ) throws(APIProblem) -> Explanation {
        do {
            return try rule.condition.explain(in: Scope(context: context), &effort)
        } catch {
            throw APIProblem(
                .unprocessableContent, "too_much_work", "Too much work", "\(error)",
                remedy: "give shorter values; an execution that asks this of such values fails")
        }
    }

    private static func ownTests(of rule: Rule) throws(APIProblem) -> Reply {
        var effort = Explanation.Effort()
        var results: [(test: Rule.Test, explanation: Explanation)] = []
        for test in rule.tests { results.append((test, try explain(rule, in: test.given, &effort))) }
        return .json { [results] json in
            json.object { json in
                json.field("rule_id", rule.id)
                json.field("version", rule.version)
                json.field("tests") { json in
                    json.array(results) { json, result in
                        json.object { json in
                            json.field("name", result.test.name)
                            json.field("passed", result.explanation.holds == result.test.expected)
                            json.writeFields(result.explanation)
                        }
                    }
                }
            }
        }
    }
}

extension JSONOutput {
    fileprivate mutating func writeFields(_ deployed: DeployedRule, withSource: Bool) {
        let rule = deployed.rule
        field("id", rule.id)
        field("version", rule.version)
        field("name", rule.name)
        field("description", rule.description)
        field("tests", rule.tests.count)
        field("deployed_at", deployed.record.deployedAt)
        if withSource { field("source", rule.source) }
    }

    fileprivate mutating func writeFields(_ explanation: Explanation) {
        field("result", explanation.holds)
        field("decided_by") { json in
            json.array(explanation.leaves) { json, leaf in
                json.object { json in
                    json.field("place", leaf.place)
                    json.field("field", leaf.field)
                    json.field("operator", leaf.comparison.rawValue)
                    json.field("value", bounded: leaf.value, size: "value_bytes")
                    json.field("found", bounded: leaf.found, size: "found_bytes")
                    json.field("missing", leaf.found == nil)
                    json.field("result", leaf.holds)
                }
            }
        }
    }
}
