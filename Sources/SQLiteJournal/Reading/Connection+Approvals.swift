import Workflow

extension Connection {
    func approvals(_ query: ApprovalQuery) throws(VerbFailure) -> [PendingApproval] {
        guard query.limit > 0 else { return [] }
        let conditions = Self.conditions(of: query)
        let list = Query(
            .select, "approvals",
            """
            SELECT a.execution, w.id, v.version, a.name, a.step, a.title, a.description, a.approvers, a.roles, a.quorum,
                a.approvals, a.requested_at, a.expires_at
            FROM approvals a JOIN workflows w ON w.key = a.workflow JOIN versions v ON v.key = a.version
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY a.requested_at, a.execution, a.name LIMIT ?
            """)
        // The text differs from query to query, so the statement is not kept.
        let statement = try Statement(list, in: self)
        if let workflow = query.workflow { statement.bind(workflow) }
        if let role = query.role { statement.bind(role) }
        if let approver = query.approver { statement.bind(approver) }
        if let after = query.after { statement.bind(after.key) }
        var approvals: [PendingApproval] = []
        try statement.bind(query.limit).run { row throws(VerbFailure) in approvals.append(try Self.approval(row)) }
        return approvals
    }

    /// Parameters stand for texts alone, in the order in which they are bound.
    private static func conditions(of query: ApprovalQuery) -> [String] {
        var conditions: [String] = []
        if query.workflow != nil { conditions.append("a.workflow = (SELECT key FROM workflows WHERE id = ?)") }
        if query.role != nil { conditions.append("EXISTS (SELECT 1 FROM json_each(a.roles) WHERE value = ?)") }
        if query.approver != nil { conditions.append("EXISTS (SELECT 1 FROM json_each(a.approvers) WHERE value = ?)") }
        if let after = query.after {
            let place = "\(after.requestedAt.microseconds), \(after.execution.rawValue), ?"
            conditions.append("(a.requested_at, a.execution, a.name) > (\(place))")
        }
        if let execution = query.execution { conditions.append("a.execution = \(execution.rawValue)") }
        return conditions
    }

    private static func approval(_ row: Row) throws(VerbFailure) -> PendingApproval {
        let request = ApprovalRequest(
            key: row.text(3), step: row.text(4), title: row.text(5), description: row.optionalText(6),
            approvers: try TextList.decode(row.text(7)), roles: try TextList.decode(row.text(8)),
            quorum: row.int(9), approvals: row.int(10), requestedAt: row.timestamp(11),
            expiresAt: row.optionalTimestamp(12))
        return PendingApproval(
            execution: ExecutionID(rawValue: row.integer(0)), workflow: row.text(1), version: row.text(2),
            request: request)
    }
}
