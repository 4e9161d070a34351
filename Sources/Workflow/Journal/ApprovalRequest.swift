/// An approval that an execution waits for.
public struct ApprovalRequest: Sendable, Hashable {
    /// Unique in its execution; at most 64 bytes.
    public var key: String
    public var step: String
    public var title: String
    public var description: String?
    /// Who may decide, by name and by role; either is enough.
    public var approvers: [String]
    public var roles: [String]
    /// How many must approve, and how many have.
    public var quorum: Int
    public var approvals: Int
    public var requestedAt: Timestamp
    public var expiresAt: Timestamp?

    public init(
        key: String, step: String, title: String, description: String? = nil, approvers: [String] = [],
        roles: [String] = [], quorum: Int = 1, approvals: Int = 0, requestedAt: Timestamp, expiresAt: Timestamp? = nil
    ) {
        self.key = key
        self.step = step
        self.title = title
        self.description = description
        self.approvers = approvers
        self.roles = roles
        self.quorum = quorum
        self.approvals = approvals
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
    }
}

/// An approval with the execution that waits for it.
public struct PendingApproval: Sendable, Hashable {
    public var execution: ExecutionID
    public var workflow: String
    public var version: String
    public var request: ApprovalRequest

    public init(execution: ExecutionID, workflow: String, version: String, request: ApprovalRequest) {
        self.execution = execution
        self.workflow = workflow
        self.version = version
        self.request = request
    }

    /// Where the next page of a list goes on.
    public var cursor: ApprovalQuery.Cursor {
        ApprovalQuery.Cursor(requestedAt: request.requestedAt, execution: execution, key: request.key)
    }
}

/// Which approvals to list. Conditions are joined by and; nil means any.
public struct ApprovalQuery: Sendable, Hashable {
    public var workflow: String?
    public var execution: ExecutionID?
    /// Only approvals that name this role.
    public var role: String?
    /// Only approvals that name this approver.
    public var approver: String?
    /// Only approvals after this one in the list's order.
    public var after: Cursor?
    public var limit: Int

    /// A place in the order of the list. It stays one when the approval has been decided.
    public struct Cursor: Sendable, Hashable {
        public var requestedAt: Timestamp
        public var execution: ExecutionID
        public var key: String

        public init(requestedAt: Timestamp, execution: ExecutionID, key: String) {
            self.requestedAt = requestedAt
            self.execution = execution
            self.key = key
        }
    }

    public init(
        workflow: String? = nil, execution: ExecutionID? = nil, role: String? = nil, approver: String? = nil,
        after: Cursor? = nil, limit: Int
    ) {
        self.workflow = workflow
        self.execution = execution
        self.role = role
        self.approver = approver
        self.after = after
        self.limit = limit
    }
}
