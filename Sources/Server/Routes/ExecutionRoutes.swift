import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// Executions: lists, one, and what steers it.
struct ExecutionRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    private static let list = "/api/v1/executions"
    private static let one = "/api/v1/executions/{id}"

    var routes: [Route] {
        [
            Route(
                operation: "listExecutions", method: .get, template: Self.list, access: .permission(.executionsRead),
                query: .only([
                    "workflow_id", "status*", "result*", "event_id", "started_from", "started_before", "limit",
                    "cursor",
                ]), answers: [200, 429, 503]
            ) { call throws(APIProblem) in
                let statuses = try call.query.choices("status", of: ExecutionStatus.self)
                return try await page(call, statuses: statuses)
            },
            Route(
                operation: "listPausedExecutions", method: .get, template: Self.list + "/paused",
                access: .permission(.executionsRead), query: .only(["workflow_id", "limit", "cursor"]),
                answers: [200, 429, 503]
            ) { call throws(APIProblem) in try await page(call, statuses: [.paused]) },
            Route(
                operation: "getExecution", method: .get, template: Self.one, access: .permission(.executionsRead),
                answers: [200, 404, 429, 503]
            ) { call throws(APIProblem) in
                let report = try await report(call)
                return .json { $0.write(report.summary, steps: report.trace) }
            },
            Route(
                operation: "getExecutionTrace", method: .get, template: Self.one + "/trace",
                access: .permission(.executionsRead), query: .only(["format"]), answers: [200, 404, 429, 503],
                handler: trace),
            steering("pauseExecution", "pause") { _ in .pause },
            steering("resumeExecution", "resume", body: .json(limit: limits.bodyBytes, isRequired: false)) {
                call throws(APIProblem) in .resume(data: try Self.data(call))
            },
            steering("cancelExecution", "cancel", body: .json(limit: 64 << 10, isRequired: false)) {
                call throws(APIProblem) in .cancel(reason: try Self.reason(call))
            },
            steering("terminateExecution", "terminate", body: .json(limit: 64 << 10, isRequired: false)) {
                call throws(APIProblem) in .terminate(reason: try Self.reason(call))
            },
            Route(
                operation: "rerunExecution", method: .post, template: Self.one + "/rerun",
                access: .permission(.executionsWrite), query: .only(["wait"]),
                body: .json(limit: 64 << 10, isRequired: false), answers: [200, 202, 404, 409, 422, 429, 503],
                handler: rerun),
        ]
    }

    private func steering(
        _ operation: String, _ verb: String, body: Route.BodyRule = .refused,
        kind: @escaping @Sendable (Call) throws(APIProblem) -> Signal.Kind
    ) -> Route {
        Route(
            operation: operation, method: .post, template: "\(Self.one)/\(verb)",
            access: .permission(.executionsWrite), body: body, answers: [202, 404, 409, 429, 503]
        ) { call throws(APIProblem) in
            let id = try Self.id(call)
            let kind = try kind(call)
            let summary = try await asking { () throws(EngineError) in try await engine.signal(id, kind) }
            return .json(.accepted) { $0.write(summary, steps: nil) }
        }
    }

    /// What a paused execution is to know when it goes on.
    private static func data(_ call: Call) throws(APIProblem) -> [UInt8]? {
        guard let value = try call.json() else { return nil }
        var body = BodyReader(value, known: ["data"])
        let data = body.object("data")
        try body.check()
        return data.map { JSONValue.object($0).encoded }
    }

    @Sendable private func rerun(_ call: Call) async throws(APIProblem) -> Reply {
        let id = try Self.id(call)
        let wait = try call.query.wait(atMost: limits.maxWait)
        let key = try EventFields.idempotencyKey(call.head.headerFields)
        var start = Execution.RerunStart.failure
        if let value = try call.json() {
            var body = BodyReader(value, known: ["from"])
            if let step = body.string("from") { start = .step(step) }
            try body.check()
        }
        let receipt = try await asking { [start] () throws(EngineError) in
            try await engine.rerun(id, from: start, key: key, wait: wait)
        }
        return .json(receipt.hasEnded && wait != nil ? .ok : .accepted) { $0.write(receipt) }
    }

    private static func reason(_ call: Call) throws(APIProblem) -> String? {
        guard let value = try call.json() else { return nil }
        var body = BodyReader(value, known: ["reason"])
        let reason = body.string("reason")
        if let reason, reason.unicodeScalars.count > 1_000 {
            body.note("reason", "too_long", "is longer than 1000 characters")
        }
        try body.check()
        return reason
    }

    /// What is no id names no execution.
    static func id(_ call: Call) throws(APIProblem) -> ExecutionID {
        guard let id = ExecutionID(call.parameters[0]) else { throw .unknownExecution(call.parameters[0]) }
        return id
    }

    private func report(_ call: Call) async throws(APIProblem) -> ExecutionReport {
        let id = try Self.id(call)
        let report = try await asking { () throws(EngineError) in try await engine.execution(id) }
        guard let report else { throw .unknownExecution(call.parameters[0]) }
        return report
    }

    @Sendable private func trace(_ call: Call) async throws(APIProblem) -> Reply {
        let format = try call.query.choices("format", of: TraceFormat.self).first ?? .json
        let id = try Self.id(call)
        let history = try await asking { () throws(EngineError) in try await engine.history(of: id) }
        guard let history else { throw .unknownExecution(call.parameters[0]) }
        if format == .otlp { return .json { TraceSpans(history: history).write(into: &$0) } }
        return .json { json in
            json.object { json in
                json.field("execution") { $0.write(history.summary, steps: nil) }
                json.field("event") { $0.write(history.event) }
                json.field("lease", history.lease.map { Int($0.token) })
                json.field("takeovers", history.takeovers)
                json.field("waited_for_by", history.caller?.description)
                json.field("steps") { $0.array(history.trace) { $0.write($1, withAttempts: true) } }
                json.field("approvals") { json in
                    json.array(history.approvals) {
                        $0.write(ApprovalReport(summary: history.summary, record: $1))
                    }
                }
            }
        }
    }

    private enum TraceFormat: String, CaseIterable {
        case json, otlp
    }

    private func page(_ call: Call, statuses: Set<ExecutionStatus>) async throws(APIProblem) -> Reply {
        var query = ExecutionQuery(limit: try call.query.pageSize(limits) + 1)
        query.workflow = try call.query.text("workflow_id")
        query.statuses = statuses
        query.results = try call.query.choices("result", of: ExecutionResult.self)
        query.eventID = try call.query.text("event_id")
        query.startedFrom = try call.query.timestamp("started_from")
        query.startedBefore = try call.query.timestamp("started_before")
        if let cursor = call.query["cursor"] { query.before = try Cursor.execution(cursor) }
        let found = try await asking { [query] () throws(EngineError) in try await engine.executions(query) }
        let items = found.prefix(query.limit - 1)
        let next = items.count < found.count ? items.last.map { Cursor.encode($0.id) } : nil
        return .json { json in
            json.object { json in
                json.field("items") { $0.array(items) { $0.write($1, steps: nil) } }
                json.field("next", next)
            }
        }
    }
}

extension JSONOutput {
    /// - Parameter steps: nil leaves the member out. Those that would make the answer long are left out and counted.
    mutating func write(_ execution: ExecutionSummary, steps: [TraceEntry]?) {
        let outcome = execution.outcome
        object { json in
            json.field("id", execution.id.description)
            json.field("workflow_id", execution.workflow)
            json.field("version", execution.version)
            json.field("trigger_type", execution.trigger.rawValue)
            json.field("event_id", execution.eventID)
            json.field("status", execution.status.rawValue)
            json.field("result", outcome?.result.rawValue)
            json.field("reason", outcome?.reason)
            json.field("error_type", outcome?.errorType?.rawValue)
            json.field("started_at", execution.startedAt)
            json.field("ended_at", outcome?.endedAt)
            json.field("duration_ms", milliseconds: outcome.map { $0.endedAt - execution.startedAt })
            json.field("wake_at", execution.wakeAt)
            json.field("priority", execution.priority)
            json.field("held", execution.isHeld)
            json.field("set_aside_because", execution.deadLetterReason)
            json.field("rerun_of", Engine.rerunOf(event: execution.eventID)?.description)
            guard let steps else { return }
            var omitted = 0
            json.field("steps") { json in
                json.array(steps) { json, step in
                    if json.isLong { omitted += 1 } else { json.write(step) }
                }
            }
            if omitted > 0 { json.field("steps_omitted", omitted) }
        }
    }

    mutating func write(_ step: TraceEntry, withAttempts: Bool = false) {
        object { json in
            json.field("path", step.path)
            json.field("step", step.step)
            json.field("name", step.name)
            json.field("kind", step.kind)
            json.field("status", step.status.rawValue)
            json.field("attempts", step.attempts)
            json.field("postponements", step.postponements)
            json.field("started_at", step.startedAt)
            json.field("ended_at", step.endedAt)
            json.field("duration_ms", milliseconds: step.endedAt.map { $0 - step.startedAt })
            json.field("output", step.output)
            json.field("error", step.error)
            if withAttempts {
                json.field("lease", step.lease.map { Int($0) })
                json.field("attempt_log") { $0.array(step.attemptLog) { $0.write($1) } }
            }
            guard !step.rules.isEmpty else { return }
            json.field("rules") { json in
                json.array(step.rules) { json, rule in
                    json.object { json in
                        json.field("rule_id", rule.id)
                        json.field("version", rule.version)
                    }
                }
            }
        }
    }

    fileprivate mutating func write(_ event: EventRecord) {
        object { json in
            json.field("id", event.id)
            json.field("name", event.name)
            json.field("data") { $0.raw(event.data) }
            json.field("received_at", event.receivedAt)
        }
    }
}
