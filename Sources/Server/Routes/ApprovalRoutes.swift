import HTTPTypes
import NIOCore
import Runtime
import Workflow

/// What waits for a decision of people, and their decisions.
///
/// Who decides is the name of the API key; its roles are among its permissions, as `role:NAME`.
struct ApprovalRoutes: Sendable {
    let engine: Engine
    let limits: ServerLimits

    private static let list = "/api/v1/approvals"
    private static let one = "/api/v1/approvals/{id}"

    var routes: [Route] {
        [
            Route(
                operation: "listApprovals", method: .get, template: Self.list, access: .permission(.approvalsRead),
                query: .only(["workflow_id", "execution_id", "role", "approver", "limit", "cursor"]),
                answers: [200, 429, 503], handler: page),
            Route(
                operation: "getApproval", method: .get, template: Self.one, access: .permission(.approvalsRead),
                answers: [200, 404, 429, 503]
            ) { call throws(APIProblem) in
                let (execution, key) = try Self.id(call)
                let report = try await asking { () throws(EngineError) in
                    try await engine.approval(execution, key: key)
                }
                guard let report else { throw Self.unknown(call) }
                return .json { $0.write(report) }
            },
            deciding("approve", .approve), deciding("reject", .reject),
        ]
    }

    private func deciding(_ verb: String, _ decision: ApprovalVote.Decision) -> Route {
        Route(
            operation: verb, method: .post, template: "\(Self.one)/\(verb)", access: .permission(.approvalsWrite),
            body: .json(limit: 128 << 10, isRequired: false), answers: [200, 404, 409, 422, 429, 503]
        ) { call throws(APIProblem) in
            let (execution, key) = try Self.id(call)
            guard let caller = call.caller else { throw .internal("an approval route without a caller") }
            let (comment, data) = try Self.body(call)
            let report = try await asking { () throws(EngineError) in
                try await engine.decide(
                    execution: execution, key: key, decision: decision, by: caller.name, roles: caller.roles,
                    comment: comment, data: data)
            }
            return .json { $0.write(report) }
        }
    }

    private static func body(_ call: Call) throws(APIProblem) -> (comment: String?, data: JSONObject?) {
        guard let value = try call.json() else { return (nil, nil) }
        var body = BodyReader(value, known: ["comment", "data"])
        let (comment, data) = (body.string("comment"), body.object("data"))
        try body.check()
        return (comment, data)
    }

    /// An approval's id is that of its execution, a hyphen, and the request's key.
    private static func id(_ call: Call) throws(APIProblem) -> (ExecutionID, String) {
        let parts = call.parameters[0].split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let execution = ExecutionID(String(parts[0])) else { throw unknown(call) }
        return (execution, String(parts[1]))
    }

    private static func unknown(_ call: Call) -> APIProblem {
        APIProblem(
            .notFound, "unknown_approval", "Unknown approval", "there is no approval \(quoted(call.parameters[0]))",
            remedy: "GET /api/v1/approvals lists those that are open")
    }

    @Sendable private func page(_ call: Call) async throws(APIProblem) -> Reply {
        var query = ApprovalQuery(limit: try call.query.pageSize(limits) + 1)
        query.workflow = try call.query.text("workflow_id")
        query.role = try call.query.text("role")
        query.approver = try call.query.text("approver")
        if let id = try call.query.text("execution_id") {
            guard let id = ExecutionID(id) else { throw .badParameter("execution_id", "is no execution's id") }
            query.execution = id
        }
        if let cursor = call.query["cursor"] { query.after = try Cursor.approval(cursor) }
        let found = try await asking { [query] () throws(EngineError) in try await engine.approvals(query) }
        let items = found.prefix(query.limit - 1)
        let next = items.count < found.count ? items.last.map { Cursor.encode($0.cursor) } : nil
        return .json { json in
            json.object { json in
                json.field("items") { json in
                    json.array(items) { json, item in
                        json.object { $0.writeFields(item.request, execution: item.execution, workflow: item.workflow) }
                    }
                }
                json.field("next", next)
            }
        }
    }
}

extension Cursor {
    static func encode(_ cursor: ApprovalQuery.Cursor) -> String {
        "a\(cursor.requestedAt.microseconds)-\(cursor.execution)-\(cursor.key)"
    }

    static func approval(_ text: String) throws(APIProblem) -> ApprovalQuery.Cursor {
        let parts = text.dropFirst().split(separator: "-", maxSplits: 2)
        guard text.first == "a", parts.count == 3, let time = Int64(parts[0]),
            let execution = ExecutionID(String(parts[1]))
        else {
            throw invalid
        }
        return .init(requestedAt: Timestamp(microseconds: time), execution: execution, key: String(parts[2]))
    }
}

extension JSONOutput {
    fileprivate mutating func writeFields(_ request: ApprovalRequest, execution: ExecutionID, workflow: String) {
        field("id", "\(execution)-\(request.key)")
        field("execution_id", execution.description)
        field("workflow_id", workflow)
        field("step", request.step)
        field("title", request.title)
        field("description", request.description)
        field("approvers") { $0.array(request.approvers) { $0.value(.string($1)) } }
        field("roles") { $0.array(request.roles) { $0.value(.string($1)) } }
        field("quorum", request.quorum)
        field("approvals", request.approvals)
        field("requested_at", request.requestedAt)
        field("expires_at", request.expiresAt)
    }

    mutating func write(_ report: ApprovalReport) {
        object { json in
            json.writeFields(
                report.record.request, execution: report.summary.id, workflow: report.summary.workflow)
            json.field("result", report.record.result?.rawValue)
            json.field("ended_at", report.record.endedAt)
            json.field("votes") { json in
                json.array(report.record.votes) { $0.write($1) }
            }
        }
    }

    mutating func write(_ vote: ApprovalVote) {
        object { json in
            json.field("by", vote.by)
            json.field("decision", vote.decision.rawValue)
            json.field("role", vote.role)
            json.field("comment", vote.comment)
            json.field("data", vote.data.map { JSONValue.object($0) })
            json.field("at", vote.at)
        }
    }
}
