/// What is asked, with all placeholders filled in.
struct ApprovalQuestion: Sendable, Hashable {
    var title: String
    var description: String?
    var approvers: [String]
    var roles: [String]
    var expiresAt: Timestamp?
}

/// A request that a token waits with.
struct OpenApproval: Sendable {
    var request: ApprovalRequest
    var votes: [ApprovalVote] = []
    var remindAt: Timestamp?
    var reminders = 0
    var escalateAt: Timestamp?

    init(_ question: ApprovalQuestion, _ approval: Approval, key: String, step: String, at: Timestamp) {
        request = ApprovalRequest(
            key: key, step: step, title: question.title, description: question.description,
            approvers: question.approvers, roles: question.roles, quorum: approval.quorum, requestedAt: at,
            expiresAt: question.expiresAt)
        remindAt = approval.reminder.map { at + $0.every }
        escalateAt = approval.escalation.map { at + $0.after }
    }

    var wakeAt: Timestamp? { [request.expiresAt, remindAt, escalateAt].compactMap(\.self).min() }

    func isExpired(_ now: Timestamp) -> Bool { request.expiresAt.map { $0 <= now } ?? false }

    /// The first word of each counts.
    func takes(_ vote: ApprovalVote) -> Bool {
        request.admits(vote.by, role: vote.role) && !votes.contains { $0.by == vote.by }
    }

    mutating func add(_ vote: ApprovalVote) {
        votes.append(vote)
        if vote.decision == .approve { request.approvals += 1 }
    }

    /// What the votes so far come to.
    var result: ApprovalResult? {
        if votes.contains(where: { $0.decision == .reject }) { return .rejected }
        return request.approvals >= request.quorum ? .approved : nil
    }

    mutating func remind(every: Duration, at: Timestamp) {
        reminders += 1
        remindAt = reminders < Limits.reminders ? at + every : nil
    }

    mutating func escalate(approvers: [String], roles: [String]) {
        escalateAt = nil
        request.approvers += approvers.filter { !request.approvers.contains($0) }
        request.roles += roles.filter { !request.roles.contains($0) }
    }

    /// What the step gives when it ends so.
    func output(_ result: ApprovalResult) -> JSONValue {
        var data = JSONObject()
        for vote in votes { if let more = vote.data { data.merge(more) } }
        return [
            "decision": .string(result.rawValue), "by": .array(votes.map { .string($0.by) }),
            "comments": .array(votes.compactMap { $0.comment.map { .string($0) } }), "data": .object(data),
        ]
    }

    func record(_ result: ApprovalResult?, at: Timestamp?) -> ApprovalRecord {
        ApprovalRecord(request: request, votes: votes, result: result, endedAt: at)
    }
}
