/// What an API key may do.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    case workflowsRead = "workflows:read"
    case workflowsWrite = "workflows:write"
    case eventsWrite = "events:write"
    case executionsRead = "executions:read"
    case executionsWrite = "executions:write"
    case keysWrite = "keys:write"
    /// Everything.
    case admin
}

/// A set of permissions, as a mask: a check is one instruction.
struct PermissionSet: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ permissions: some Sequence<Permission>) {
        rawValue = permissions.reduce(0) { $0 | Self.bit($1) }
    }

    private static func bit(_ permission: Permission) -> UInt8 {
        switch permission {
        case .workflowsRead: 1
        case .workflowsWrite: 2
        case .eventsWrite: 4
        case .executionsRead: 8
        case .executionsWrite: 16
        case .keysWrite: 32
        case .admin: 64
        }
    }

    func grants(_ permission: Permission) -> Bool { rawValue & (Self.bit(permission) | Self.bit(.admin)) != 0 }

    var isAdmin: Bool { grants(.admin) }

    /// Whether whoever holds this may hand out, or take away, the other.
    func covers(_ other: PermissionSet) -> Bool { isAdmin || isSuperset(of: other) }
}
