import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// What is deployed.
struct WorkflowRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits
    /// Of the webhooks that are configured: their names.
    let sources: Set<String>

    private static let list = "/api/v1/workflows"
    private static let one = "/api/v1/workflows/{id}"

    var routes: [Route] {
        [
            Route(
                operation: "listWorkflows", method: .get, template: Self.list, access: .permission(.workflowsRead),
                query: .only(["limit", "cursor", "enabled", "tag"]), answers: [200], handler: page),
            Route(
                operation: "deployWorkflow", method: .post, template: Self.list,
                access: .permission(.workflowsWrite), body: .definition(limit: limits.bodyBytes),
                answers: [200, 201, 409, 422, 429, 503]
            ) { call throws(APIProblem) in
                reply(try await asking { () throws(EngineError) in try await engine.deploy(call.bytes) })
            },
            Route(
                operation: "getWorkflow", method: .get, template: Self.one, access: .permission(.workflowsRead),
                answers: [200, 404]
            ) { call throws(APIProblem) in try show(call.parameters[0], withSource: true) },
            Route(
                operation: "putWorkflow", method: .put, template: Self.one, access: .permission(.workflowsWrite),
                body: .definition(limit: limits.bodyBytes), answers: [200, 201, 409, 422, 429, 503]
            ) { call throws(APIProblem) in
                let id = call.parameters[0]
                return reply(
                    try await asking { () throws(EngineError) in try await engine.deploy(call.bytes, as: id) })
            },
            Route(
                operation: "deleteWorkflow", method: .delete, template: Self.one,
                access: .permission(.workflowsWrite), answers: [204, 404, 429, 503]
            ) { call throws(APIProblem) in
                try await change(call.parameters[0], .delete)
                return .noContent
            },
            switching("enableWorkflow", "enable", .enable),
            switching("disableWorkflow", "disable", .disable),
            Route(
                operation: "listVersions", method: .get, template: Self.one + "/versions",
                access: .permission(.workflowsRead), answers: [200, 404, 503], handler: versions),
            Route(
                operation: "rollbackWorkflow", method: .post, template: Self.one + "/rollback",
                access: .permission(.workflowsWrite), body: .json(limit: 64 << 10, isRequired: true),
                answers: [200, 404, 422, 429, 503], handler: rollback),
            Route(
                operation: "runWorkflow", method: .post, template: Self.one + "/run",
                access: .permission(.executionsWrite), query: .only(["wait"]),
                body: .json(limit: limits.bodyBytes, isRequired: false), answers: [200, 202, 404, 409, 429, 503],
                handler: run),
        ]
    }

    private func switching(_ operation: String, _ verb: String, _ change: WorkflowChange) -> Route {
        Route(
            operation: operation, method: .post, template: "\(Self.one)/\(verb)",
            access: .permission(.workflowsWrite), answers: [200, 404, 429, 503]
        ) { call throws(APIProblem) in
            try await self.change(call.parameters[0], change)
            return try show(call.parameters[0], withSource: false)
        }
    }

    @Sendable private func rollback(_ call: Call) async throws(APIProblem) -> Reply {
        var body = BodyReader(try call.json() ?? .null, known: ["version"])
        let version = body.string("version", isRequired: true)
        try body.check()
        let workflow = try await asking { () throws(EngineError) in
            try await engine.rollback(call.parameters[0], to: version ?? "")
        }
        return .json { json in json.object { $0.writeFields(workflow, withSource: false) } }
    }

    @Sendable private func versions(_ call: Call) async throws(APIProblem) -> Reply {
        let id = call.parameters[0]
        let versions = try await asking { () throws(EngineError) in try await engine.versions(of: id) }
        let current = engine.workflow(id)?.record.version
        return .json { json in
            json.object { json in
                json.field("items") { json in
                    json.array(versions) { json, version in
                        json.object { json in
                            json.field("version", version.version)
                            json.field("current", version.version == current)
                            json.field("deployed_at", version.deployedAt)
                        }
                    }
                }
                json.field("next", String?.none)
            }
        }
    }

    private func change(_ id: String, _ change: WorkflowChange) async throws(APIProblem) {
        try await asking { () throws(EngineError) in try await engine.update(workflow: id, change) }
    }

    private func show(_ id: String, withSource: Bool) throws(APIProblem) -> Reply {
        guard let workflow = engine.workflow(id) else { throw .unknownWorkflow(id) }
        return .json { json in
            json.object { $0.writeFields(workflow, withSource: withSource) }
        }
    }

    @Sendable private func page(_ call: Call) async throws(APIProblem) -> Reply {
        let size = try call.query.pageSize(limits)
        let enabled = try call.query.bool("enabled")
        let tag = try call.query.text("tag")
        var after: String?
        if let cursor = call.query["cursor"] { after = try Cursor.workflow(cursor) }
        let fitting = engine.workflows().filter { workflow in
            after.map { workflow.record.id > $0 } ?? true
                && enabled.map { workflow.record.enabled == $0 } ?? true
                && tag.map { workflow.definition.tags.contains($0) } ?? true
        }
        let items = fitting.prefix(size)
        let next = items.count < fitting.count ? items.last.map { Cursor.encode(workflow: $0.record.id) } : nil
        return .json { json in
            json.object { json in
                json.field("items") { json in
                    json.array(items) { json, item in json.object { $0.writeFields(item, withSource: false) } }
                }
                json.field("next", next)
            }
        }
    }

    private func reply(_ receipt: DeployReceipt) -> Reply {
        let warnings = receipt.warnings.map { Fault($0) } + missingSource(of: receipt.workflow.definition)
        return .json(receipt.deployment == .created ? .created : .ok) { json in
            json.object { json in
                json.writeFields(receipt.workflow, withSource: false)
                json.field("deployment", "\(receipt.deployment)")
                json.field("warnings") { $0.array(warnings) { $0.write($1) } }
            }
        }
    }

    /// What the definition alone does not tell.
    private func missingSource(of definition: Definition) -> [Fault] {
        guard case .webhook(let source, _, _) = definition.trigger, !sources.contains(source) else { return [] }
        return [
            Fault(
                code: "unknown-webhook-source", severity: "warning", path: "trigger.source",
                message: "this server has no webhook \(quoted(source)): no delivery will start the workflow",
                remedy: "add it to the file that the setting webhooks.file names, and restart the server")
        ]
    }

    @Sendable private func run(_ call: Call) async throws(APIProblem) -> Reply {
        let wait = try call.query.wait(atMost: limits.maxWait)
        let key = try EventFields.idempotencyKey(call.head.headerFields)
        var input: JSONObject?
        if let value = try call.json() {
            var body = BodyReader(value, known: ["input"])
            input = body.object("input")
            try body.check()
        }
        let receipt = try await asking { () throws(EngineError) in
            try await engine.run(workflow: call.parameters[0], input: input, key: key, wait: wait)
        }
        return .json(receipt.hasEnded && wait != nil ? .ok : .accepted) { $0.write(receipt) }
    }
}

extension Call {
    var bytes: [UInt8] { Array(body.readableBytesView) }
}

extension JSONOutput {
    mutating func writeFields(_ workflow: DeployedWorkflow, withSource: Bool) {
        let (record, definition) = (workflow.record, workflow.definition)
        field("id", record.id)
        field("version", record.version)
        field("name", definition.name)
        field("description", definition.description)
        field("enabled", record.enabled)
        field("tags") { $0.array(definition.tags) { $0.value(.string($1)) } }
        field("trigger") { json in
            json.object { json in
                switch definition.trigger {
                case .event(let name, _):
                    json.field("type", "event")
                    json.field("event", name)
                case .manual: json.field("type", "manual")
                case .workflow: json.field("type", "workflow")
                case .schedule(let schedule):
                    json.field("type", "schedule")
                    switch schedule.timing {
                    case .cron(let cron, let zone):
                        json.field("cron", cron.description)
                        json.field("timezone", zone.name)
                    case .interval(let interval, _): json.field("interval", interval.shortText)
                    }
                case .webhook(let source, let event, _):
                    json.field("type", "webhook")
                    json.field("source", source)
                    if let event { json.field("event", event) }
                }
            }
        }
        field("concurrency") { json in
            guard let concurrency = definition.concurrency else { return json.value(.null) }
            json.object { json in
                json.field("key", concurrency.key?.source)
                json.field("limit", concurrency.limit)
                json.field("on_limit", concurrency.excess.rawValue)
            }
        }
        field("priority", definition.priority)
        field("steps", definition.steps.count)
        field("deployed_at", record.deployedAt)
        if withSource { field("source", record.source) }
    }
}
