/// An approval, open or over, with what has been said to it.
public struct ApprovalRecord: Sendable, Hashable {
    public var request: ApprovalRequest
    /// In the order in which they came; each name once.
    public var votes: [ApprovalVote]
    /// Nil while the request is open.
    public var result: ApprovalResult?
    public var endedAt: Timestamp?
}

/// How an approval ended.
public enum ApprovalResult: String, Sendable, Hashable, CaseIterable {
    case approved, rejected, expired
    /// The execution ended or went another way before it was decided.
    case cancelled
}

/// What one approver says.
public struct ApprovalVote: Sendable, Hashable {
    public var by: String
    public var decision: Decision
    /// By which role of the request; nil when the name itself is among the approvers.
    public var role: String?
    public var comment: String?
    /// For the execution.
    public var data: JSONObject?
    public var at: Timestamp

    public enum Decision: String, Sendable, Hashable, CaseIterable {
        case approve, reject
    }

    public init(
        by: String, decision: Decision, role: String? = nil, comment: String? = nil, data: JSONObject? = nil,
        at: Timestamp
    ) {
        self.by = by
        self.decision = decision
        self.role = role
        self.comment = comment
        self.data = data
        self.at = at
    }

    /// The vote of a message; nil when it is none.
    ///
    /// - Parameter at: when the message came in; the vote may have been given before.
    public init?(_ message: JSONObject, at: Timestamp) {
        guard let by = message["by"]?.string, !by.isEmpty,
            let decision = message["decision"]?.string.flatMap(Decision.init)
        else { return nil }
        self.init(
            by: by, decision: decision, role: message["as_role"]?.string, comment: message["comment"]?.string,
            data: message["data"]?.object,
            at: message["at"]?.integer.map { min(at, Timestamp(microseconds: $0)) } ?? at)
    }

    /// The body of the message that brings the vote to the execution.
    public var message: JSONValue {
        var message: JSONObject = [
            "decision": .string(decision.rawValue), "by": .string(by), "at": .integer(at.microseconds),
        ]
        if let role { message["as_role"] = .string(role) }
        if let comment { message["comment"] = .string(comment) }
        if let data { message["data"] = .object(data) }
        return .object(message)
    }
}

extension ApprovalRequest {
    /// Whether somebody with this name, or by this role, may decide.
    public func admits(_ name: String, role: String?) -> Bool {
        approvers.contains(name) || role.map(roles.contains) ?? false
    }
}
