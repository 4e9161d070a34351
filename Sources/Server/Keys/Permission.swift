import Workflow

/// What an API key may do.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    case workflowsRead = "workflows:read"
    case workflowsWrite = "workflows:write"
    case eventsWrite = "events:write"
    case executionsRead = "executions:read"
    case executionsWrite = "executions:write"
    case approvalsRead = "approvals:read"
    case approvalsWrite = "approvals:write"
    case keysWrite = "keys:write"
    /// Everything.
    case admin
}

/// A set of permissions, as a mask: a check is one instruction.
struct PermissionSet: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ permissions: some Sequence<Permission>) {
        rawValue = permissions.reduce(0) { $0 | Self.bit($1) }
    }

    private static func bit(_ permission: Permission) -> UInt16 {
        switch permission {
        case .workflowsRead: 1
        case .workflowsWrite: 2
        case .eventsWrite: 4
        case .executionsRead: 8
        case .executionsWrite: 16
        case .keysWrite: 32
        case .admin: 64
        case .approvalsRead: 128
        case .approvalsWrite: 256
        }
    }

    func grants(_ permission: Permission) -> Bool { rawValue & (Self.bit(permission) | Self.bit(.admin)) != 0 }

    var isAdmin: Bool { grants(.admin) }

    func covers(_ other: PermissionSet) -> Bool { isAdmin || isSuperset(of: other) }
}

/// A role in approvals, as a key's list of permissions has it: `role:support_lead`.
enum KeyRole {
    private static let prefix = "role:"

    /// The role's name; nil for a word that is no role.
    static func name(_ word: String) -> String? {
        guard word.hasPrefix(prefix) else { return nil }
        let name = word.dropFirst(prefix.count)
        return Names.isRole(name) ? String(name) : nil
    }
}
