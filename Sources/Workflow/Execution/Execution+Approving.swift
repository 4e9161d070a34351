extension Execution {
    // MARK: Asking

    /// All before the request has been done: it is open now.
    mutating func ask(_ token: Token, _ approval: Approval, at: Timestamp) {
        // One for all texts together.
        var cost = Work()
        defer { work += cost.spent }
        do {
            let scope = scope(of: token)
            let question = ApprovalQuestion(
                title: String(try approval.title.renderText(in: scope, &cost).prefix(Self.longestTitle)),
                description: try approval.description.map { text in
                    String(try text.renderText(in: scope, &cost).prefix(Self.longestDescription))
                },
                approvers: try names(approval.approvers, "approvers", in: scope, &cost),
                roles: try names(approval.roles, "roles", in: scope, &cost),
                expiresAt: approval.expires.map { at + $0 })
            if let fault = fault(of: question, approval) {
                return failStep(token.id, .validation, fault, at: at)
            }
            record(.ask(token: token.id, question: question, at: at))
        } catch {
            failStep(token.id, .validation, "\(error)", at: at)
        }
    }

    /// Characters of what people are shown; the rest is cut off.
    private static let longestTitle = 500
    private static let longestDescription = 10_000
    /// UTF-8 bytes.
    private static let longestName = 256

    private struct NameFault: Error, CustomStringConvertible {
        let description: String
    }

    /// Each name once; empty ones are left out. A placeholder may give a list of names.
    private func names(
        _ templates: [Template], _ what: String, in scope: Scope, _ work: inout Work
    ) throws -> [String] {
        var names: [String] = []
        for template in templates {
            let value = try template.render(in: scope, &work)
            for name in try (value.array ?? [value]).map({ try Self.name($0, what) }) {
                if !name.isEmpty, !names.contains(name) { names.append(name) }
            }
            guard names.count <= Limits.approvers else {
                throw NameFault(description: "`\(what)` gives more than \(Limits.approvers) names")
            }
        }
        return names
    }

    private static func name(_ value: JSONValue, _ what: String) throws(NameFault) -> String {
        switch value {
        case .null: return ""
        case .integer(let number): return "\(number)"
        case .string(let name):
            guard name.utf8.count <= longestName else {
                throw NameFault(description: "`\(what)` gives a name of more than \(longestName) bytes")
            }
            return name
        case .bool, .number, .array, .object:
            throw NameFault(description: "`\(what)` gives \(value.kindName), not a name")
        }
    }

    /// Why the request could never be decided.
    private func fault(of question: ApprovalQuestion, _ approval: Approval) -> String? {
        let others = approval.escalation.map { !$0.approvers.isEmpty || !$0.roles.isEmpty } ?? false
        guard question.roles.isEmpty, !others, question.approvers.count < approval.quorum else { return nil }
        let names = question.approvers.count
        let given = names == 1 ? "1 name" : "\(names) names"
        return "\(approval.quorum) must approve, but approvers and roles give \(given)"
    }

    // MARK: Votes

    mutating func take(_ vote: ApprovalVote, _ token: Token, at: Timestamp) {
        // One that was given in time counts, also when the engine was away then.
        guard case .approving(let open) = token.phase, !open.isExpired(vote.at), open.takes(vote) else { return }
        record(.vote(token: token.id, vote: vote, at: at))
        guard case .approving(let open)? = self.token(token.id)?.phase, let result = open.result else { return }
        decide(token.id, open, result, at: at)
    }

    private mutating func decide(_ id: Int, _ open: OpenApproval, _ result: ApprovalResult, at: Timestamp) {
        dropChildren(of: id, at: at)
        guard let token = token(id) else { return }
        let node = program.nodes[token.node]
        let output = open.output(result)
        switch result {
        case .approved: succeed(token, output: output, next: node.next, at: at)
        case .rejected where node.onRejected != nil:
            leave(token, .completed, output: output, error: nil, next: node.onRejected, at: at)
        case .expired where node.onTimeout != nil:
            leave(token, .timeout, output: output, error: nil, next: node.onTimeout, at: at)
        case .expired:
            failStep(id, .timeout, "nobody decided in time", status: .timeout, output: output, at: at)
        case .rejected, .cancelled:
            let vote = open.votes.last
            let message = "rejected by `\(vote?.by ?? "")`" + (vote?.comment.map { ": \($0)" } ?? "")
            failStep(id, .execution, message, output: output, at: at)
        }
    }

    // MARK: Times

    mutating func wakeApproval(_ token: Token, _ open: OpenApproval, at: Timestamp) {
        if open.isExpired(at) { return decide(token.id, open, .expired, at: at) }
        if let time = open.escalateAt, time <= at { escalate(token, at: at) }
        if let time = open.remindAt, time <= at { record(.remind(token: token.id, at: at)) }
    }

    private mutating func escalate(_ token: Token, at: Timestamp) {
        guard case .approval(let approval) = program.nodes[token.node].step.kind,
            let escalation = approval.escalation
        else { return }
        var cost = Work()
        defer { work += cost.spent }
        do {
            let scope = scope(of: token)
            let approvers = try names(escalation.approvers, "approvers", in: scope, &cost)
            let roles = try names(escalation.roles, "roles", in: scope, &cost)
            record(.escalate(token: token.id, approvers: approvers, roles: roles, at: at))
        } catch {
            record(.escalate(token: token.id, approvers: [], roles: [], at: at))
            if let aside = aside(.escalation, of: token) { failStep(aside.id, .validation, "\(error)", at: at) }
        }
    }

    /// What runs beside the request now.
    func aside(_ aside: Approval.Aside, of token: Token) -> Token? {
        tokens.first { $0.parent == token.id && program.nodes[$0.node].aside == aside }
    }

    // MARK: What is open, and what was

    /// The requests that people can decide now.
    public var approvals: [ApprovalRequest] {
        tokens.compactMap { if case .approving(let open) = $0.phase { open.request } else { nil } }
    }

    /// The approval with this key, open or over; nil when there was none.
    public func approval(_ key: String) -> ApprovalRecord? {
        for token in tokens {
            if case .approving(let open) = token.phase, open.request.key == key { return open.record(nil, at: nil) }
        }
        return endedApprovals.first { $0.request.key == key }
    }
}
