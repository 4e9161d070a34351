public import Workflow

/// An approval with the execution that asked for it.
public struct ApprovalReport: Sendable {
    public let summary: ExecutionSummary
    public let record: ApprovalRecord

    public init(summary: ExecutionSummary, record: ApprovalRecord) {
        self.summary = summary
        self.record = record
    }
}

extension Engine {
    /// Approvals that executions wait for, the oldest first.
    public func approvals(_ query: ApprovalQuery) async throws(EngineError) -> [PendingApproval] {
        try await journaling { () throws(JournalError) in try await journal.approvals(query) }
    }

    /// An approval, open or over, with the votes that are on disk; nil when there is none.
    public func approval(_ id: ExecutionID, key: String) async throws(EngineError) -> ApprovalReport? {
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored else { return nil }
        return try await approval(stored, key: key)
    }

    private func approval(_ stored: StoredExecution, key: String) async throws(EngineError) -> ApprovalReport? {
        guard var execution = try await restore(stored)?.execution else { return nil }
        // What the driver has not seen yet will come to this: it takes signals in their order.
        for signal in stored.signals {
            switch signal.kind {
            case .message(let key, let body):
                let body = (try? JSONValue(parsing: body, limits: .trusted)) ?? .null
                _ = execution.handle(.message(key: key, body: body, at: signal.at))
            case .cancel(let reason): _ = execution.handle(.cancel(reason: reason, at: signal.at))
            case .terminate(let reason): _ = execution.handle(.terminate(reason: reason, at: signal.at))
            case .event, .pause, .resume: break
            }
        }
        return execution.approval(key).map { ApprovalReport(summary: stored.summary, record: $0) }
    }

    /// Says yes or no to an open request, for one of those whom it names.
    ///
    /// When this returns, the vote is on disk, and what came of it is known: one that is driven has taken it in.
    /// Somebody whose vote counts already is answered with the approval as it is; to vote otherwise then is refused.
    ///
    /// - Parameters:
    ///   - key: the request's, unique in its execution.
    ///   - roles: those that the approver has.
    ///   - data: goes into the result of the step.
    /// - Returns: the approval with this vote.
    public func decide(
        execution id: ExecutionID, key: String, decision: ApprovalVote.Decision, by name: String, roles: [String] = [],
        comment: String? = nil, data: JSONObject? = nil
    ) async throws(EngineError) -> ApprovalReport {
        var vote = ApprovalVote(by: name, decision: decision, comment: comment, data: data, at: environment.now())
        try vote.check()
        let report = try await approval(id, key: key)
        guard let report else { throw Self.unknownApproval(id, key) }
        // An earlier vote of the same name may be on disk and not taken in: whether it counts is seen below.
        if let earlier = report.record.vote(of: name) {
            try Self.check(earlier, is: decision)
        } else {
            try Self.checkOpen(report.record, at: vote.at)
            let request = report.record.request
            if !request.approvers.contains(name) { vote.role = roles.first { request.roles.contains($0) } }
            guard request.admits(name, role: vote.role) else { throw Self.notAllowed(name) }
            if case .unknown = try await deliver(.message(key: key, body: vote.message.encoded), to: id) {
                throw Self.unknownApproval(id, key)
            }
        }
        // Others may have been faster, and so may the end of its time.
        guard let stored = try await settled(id), let after = try await approval(stored, key: key) else {
            throw Self.unknownApproval(id, key)
        }
        let isOwed = stored.summary.status == .running && stored.signals.contains { $0.isVote(of: name, on: key) }
        if !isOwed {
            if let counted = after.record.vote(of: name) {
                try Self.check(counted, is: decision)
                return after
            }
            try Self.checkOpen(after.record, at: environment.now())
        }
        throw EngineError(.unavailable, "it is not known whether the vote counts", remedy: "send it again")
    }

    private static func checkOpen(_ record: ApprovalRecord, at now: Timestamp) throws(EngineError) {
        let isExpired = record.request.expiresAt.map { $0 <= now } ?? false
        guard let result = record.result ?? (isExpired ? .expired : nil) else { return }
        throw EngineError(
            .approvalDecided, "the approval is over already (\(result.rawValue))",
            remedy: "look at the execution for what came of it")
    }

    private static func check(_ vote: ApprovalVote, is decision: ApprovalVote.Decision) throws(EngineError) {
        guard vote.decision != decision else { return }
        throw EngineError(
            .approvalDecided, "`\(vote.by.prefix(64))` has voted already (\(vote.decision.rawValue))",
            remedy: "a vote counts once given; cancel the execution if it was an error")
    }

    private static func unknownApproval(_ id: ExecutionID, _ key: String) -> EngineError {
        EngineError(
            .unknownApproval, "the execution `\(id)` has no approval `\(key.prefix(64))`",
            remedy: "list the approvals to find its execution and key")
    }

    private static func notAllowed(_ name: String) -> EngineError {
        EngineError(
            .approvalNotAllowed, "`\(name.prefix(64))` is not among those who may decide",
            remedy: "let one of its approvers decide, or somebody with one of its roles")
    }
}

extension ApprovalRecord {
    fileprivate func vote(of name: String) -> ApprovalVote? { votes.first { $0.by == name } }
}

extension Signal {
    fileprivate func isVote(of name: String, on approval: String) -> Bool {
        guard case .message(approval, let body) = kind,
            let message = (try? JSONValue(parsing: body, limits: .trusted))?.object
        else { return false }
        return ApprovalVote(message, at: at)?.by == name
    }
}

extension ApprovalVote {
    /// UTF-8 bytes of a name, a comment, and the data as JSON.
    private static let limits = (name: 256, comment: 4_096, data: 64 << 10)

    fileprivate func check() throws(EngineError) {
        if by.isEmpty { throw Self.invalid("the vote has no name", "say who decides") }
        if by.utf8.count > Self.limits.name { throw Self.tooLong("the name", Self.limits.name) }
        if let comment, comment.utf8.count > Self.limits.comment {
            throw Self.tooLong("the comment", Self.limits.comment)
        }
        if let data, JSONValue.object(data).encoded.count > Self.limits.data {
            throw Self.tooLong("the data", Self.limits.data)
        }
    }

    private static func tooLong(_ what: String, _ limit: Int) -> EngineError {
        invalid("\(what) of the vote is longer than \(limit) bytes", "shorten it")
    }

    private static func invalid(_ message: String, _ remedy: String) -> EngineError {
        EngineError(.invalidDecision, message, remedy: remedy)
    }
}
