import HTTPTypes
import Runtime
import Workflow

/// The same for many executions at once.
struct BulkRoutes: Sendable {
    let engine: Engine

    private static let fields = ["action", "filter", "reason", "dry_run", "limit", "cursor"]
    private static let filterFields = [
        "workflow_id", "status", "result", "trigger_type", "started_from", "started_before",
    ]

    var routes: [Route] {
        [
            Route(
                operation: "bulkExecutions", method: .post, template: "/api/v1/executions/bulk",
                access: .permission(.executionsWrite), body: .json(limit: 64 << 10, isRequired: true),
                answers: [200, 429, 503], handler: bulk)
        ]
    }

    @Sendable private func bulk(_ call: Call) async throws(APIProblem) -> Reply {
        var body = BodyReader(try call.json() ?? .null, known: Self.fields)
        let action = body.choice("action", of: BulkAction.self, isRequired: true)
        let reason = body.string("reason")
        if let reason, reason.unicodeScalars.count > 1_000 {
            body.note("reason", "too_long", "is longer than 1000 characters")
        }
        let dryRun = body.bool("dry_run") ?? false
        let limit = body.integer("limit", in: 1...Engine.bulkLimit) ?? Engine.bulkLimit
        let cursor = body.string("cursor")
        var query = ExecutionQuery(limit: limit)
        if let filter = body.object("filter", isRequired: true) {
            if filter.isEmpty {
                body.note(
                    "filter", "empty", "names nothing",
                    remedy: "say which executions; {\"status\": [...]} takes those of all workflows")
            }
            query = try Self.query(filter, limit: limit)
        }
        try body.check()
        guard let action else { throw .internal("an action that is missing was not noted") }
        if let cursor { query.before = try Cursor.execution(cursor) }
        let report = try await asking { [query] () throws(EngineError) in
            try await engine.bulk(action, query, reason: reason, dryRun: dryRun)
        }
        return .json { $0.write(report, action, dryRun: dryRun) }
    }

    private static func query(_ filter: JSONObject, limit: Int) throws(APIProblem) -> ExecutionQuery {
        var body = BodyReader(.object(filter), path: "filter", known: filterFields)
        var query = ExecutionQuery(limit: limit)
        query.workflow = body.string("workflow_id")
        query.statuses = body.choices("status", of: ExecutionStatus.self)
        query.results = body.choices("result", of: ExecutionResult.self)
        query.triggers = body.choices("trigger_type", of: TriggerType.self)
        for (key, list) in filter where list.array?.isEmpty == true {
            body.note(key, "empty", "names nothing", remedy: "leave it out to take all, or name at least one")
        }
        query.startedFrom = body.timestamp("started_from", isRequired: false)
        query.startedBefore = body.timestamp("started_before", isRequired: false)
        try body.check()
        return query
    }
}

extension JSONOutput {
    fileprivate mutating func write(_ report: BulkReport, _ action: BulkAction, dryRun: Bool) {
        func count(_ isCounted: (BulkReport.Outcome) -> Bool) -> Int { report.items.count { isCounted($0.outcome) } }
        object { json in
            json.field("action", action.rawValue)
            json.field("dry_run", dryRun)
            json.field("matched", count { $0 == .matched })
            json.field("done", count { if case .done = $0 { true } else { false } })
            json.field("skipped", count { if case .skipped = $0 { true } else { false } })
            json.field("failed", count { if case .failed = $0 { true } else { false } })
            json.field("items") { $0.array(report.items) { $0.write($1) } }
            json.field("next", report.next.map(Cursor.encode))
        }
    }

    private mutating func write(_ item: BulkReport.Item) {
        object { json in
            json.field("id", item.execution.id.description)
            json.field("workflow_id", item.execution.workflow)
            json.field("status", item.execution.status.rawValue)
            switch item.outcome {
            case .matched: json.field("outcome", "matched")
            case .done(let new):
                json.field("outcome", "done")
                if let new { json.field("started", new.description) }
            case .skipped(let reason):
                json.field("outcome", "skipped")
                json.field("reason", reason)
            case .failed(let reason):
                json.field("outcome", "failed")
                json.field("reason", reason)
            }
        }
    }
}
