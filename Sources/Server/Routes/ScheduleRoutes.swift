import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// The schedules of workflows.
struct ScheduleRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    private static let one = "/api/v1/workflows/{id}/schedule"

    var routes: [Route] {
        [
            Route(
                operation: "getSchedule", method: .get, template: Self.one, access: .permission(.workflowsRead),
                query: .only(["next"]), answers: [200, 404]
            ) { call throws(APIProblem) in
                try show(call.parameters[0], next: try call.query.count("next", usual: 5, atMost: 100))
            },
            switching("pauseSchedule", "pause", .pauseSchedule),
            switching("resumeSchedule", "resume", .resumeSchedule),
            Route(
                operation: "backfillSchedule", method: .post, template: Self.one + "/backfill",
                access: .permission(.workflowsWrite), body: .json(limit: 64 << 10, isRequired: true),
                answers: [200, 404, 422, 429, 503], handler: backfill),
        ]
    }

    private func switching(_ operation: String, _ verb: String, _ change: WorkflowChange) -> Route {
        Route(
            operation: operation, method: .post, template: "\(Self.one)/\(verb)",
            access: .permission(.workflowsWrite), answers: [200, 404, 429, 503]
        ) { call throws(APIProblem) in
            let id = call.parameters[0]
            _ = try schedule(of: id, next: 0)
            try await asking { () throws(EngineError) in try await engine.update(workflow: id, change) }
            return try show(id, next: 5)
        }
    }

    private func schedule(of id: String, next: Int) throws(APIProblem) -> ScheduleReport {
        do {
            if let report = try engine.schedule(of: id, next: next) { return report }
        } catch {
            throw APIProblem(error)
        }
        throw .withoutSchedule(id)
    }

    private func show(_ id: String, next: Int) throws(APIProblem) -> Reply {
        let report = try schedule(of: id, next: next)
        return .json { json in
            json.object { json in
                json.field("workflow_id", id)
                json.field("paused", report.state.isPaused)
                json.field("handled_until", report.state.handled)
                json.field("next") { json in json.array(report.next) { $0.value(.string($1.description)) } }
            }
        }
    }

    @Sendable private func backfill(_ call: Call) async throws(APIProblem) -> Reply {
        let id = call.parameters[0]
        var body = BodyReader(try call.requiredJSON(), known: ["from", "before"])
        let from = body.timestamp("from")
        let before = body.timestamp("before")
        try body.check()
        guard let from, let before else { throw .internal("times that are missing were not noted") }
        guard from < before else {
            throw APIProblem(
                EngineError(.invalidSchedule, "`before` is not later than `from`", remedy: "exchange them"))
        }
        let report = try await asking { () throws(EngineError) in try await engine.backfill(id, from..<before) }
        return .json { json in
            json.object { json in
                json.field("started") { json in json.array(report.started) { $0.value(.string($1.description)) } }
                json.field("known", report.known)
            }
        }
    }
}

extension APIProblem {
    fileprivate static func withoutSchedule(_ id: String) -> APIProblem {
        APIProblem(
            .notFound, "no_schedule", "No schedule", "the workflow `\(id)` has no schedule",
            remedy: "name one whose trigger is a schedule")
    }
}
