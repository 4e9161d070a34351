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
        try await standing(of: id, key)?.report
    }

    /// - Returns: the approval, and whether it is certain that the votes in it count: not while somebody drives the
    ///   execution who may have gone another way before one came.
    private func standing(
        of id: ExecutionID, _ key: String
    ) async throws(EngineError) -> (report: ApprovalReport, isCertain: Bool)? {
        let stored = try await journaling { () throws(JournalError) in try await journal.execution(id) }
        guard let stored, var execution = try await restore(stored)?.execution else { return nil }
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
        guard let record = execution.approval(key) else { return nil }
        let isCertain = stored.signals.isEmpty || stored.summary.status != .running
        return (ApprovalReport(summary: stored.summary, record: record), isCertain)
    }

    /// Says yes or no to an open request, for one of those whom it names.
    ///
    /// When this returns, the vote is on disk. Somebody whose vote counts already is answered with the approval as it
    /// is; nothing changes, whatever the second vote says.
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
        guard let standing = try await standing(of: id, key) else { throw Self.unknownApproval(id, key) }
        let record = standing.report.record
        guard !record.votes.contains(where: { $0.by == name }) else { return try await verdict(id, key, of: name) }
        try Self.checkOpen(record, at: vote.at)
        let request = record.request
        if !request.approvers.contains(name) { vote.role = roles.first { request.roles.contains($0) } }
        guard request.admits(name, role: vote.role) else { throw Self.notAllowed(name) }
        switch try await deliver(.message(key: key, body: vote.message.encoded), to: id) {
        case .unknown: throw Self.unknownApproval(id, key)
        case .ended, .stored: break
        }
        return try await verdict(id, key, of: name)
    }

    /// How long it is waited until a vote is seen to count, and how long until the journal is asked again.
    private static let verdict = (patience: Duration.seconds(5), pause: Duration.milliseconds(100))

    /// The approval with the vote that has been left for it.
    private func verdict(_ id: ExecutionID, _ key: String, of name: String) async throws(EngineError) -> ApprovalReport
    {
        let deadline = environment.now() + Self.verdict.patience
        while environment.now() < deadline {
            guard let (report, isCertain) = try await standing(of: id, key) else {
                throw Self.unknownApproval(id, key)
            }
            if isCertain {
                if report.record.votes.contains(where: { $0.by == name }) { return report }
                // Others may have been faster.
                try Self.checkOpen(report.record, at: environment.now())
                break
            }
            _ = await records.wait(for: id, until: environment.now() + Self.verdict.pause, in: environment) {
                // Its record may have been written before the waiter was in place.
                Task {
                    guard let (report, isCertain) = try? await self.standing(of: id, key), isCertain else { return }
                    self.records.complete(id, with: ExecutionReport(summary: report.summary, event: nil, trace: nil))
                }
            }
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
