import Workflow

extension WriteSession {
    private static let insertApproval = Query(
        .insert, "approvals",
        """
        INSERT INTO approvals (
            workflow, version, execution, name, step, title, description, approvers, roles, quorum, approvals,
            requested_at, expires_at
        ) SELECT workflow, version, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM executions WHERE id = ?1
        """)
    private static let deleteApprovals = Query(.delete, "approvals", "DELETE FROM approvals WHERE execution = ?")

    func insert(_ approvals: [ApprovalRequest], of id: ExecutionID) throws(VerbFailure) {
        for approval in approvals {
            let (approvers, roles) = (try TextList.encode(approval.approvers), try TextList.encode(approval.roles))
            try statement(Self.insertApproval)
                .bind(id).bind(approval.key).bind(approval.step).bind(approval.title).bind(approval.description)
                .bind(approvers).bind(roles).bind(approval.quorum).bind(approval.approvals)
                .bind(approval.requestedAt).bind(approval.expiresAt).run()
        }
    }

    func dropApprovals(of id: ExecutionID) throws(VerbFailure) {
        try statement(Self.deleteApprovals).bind(id).run()
    }
}
