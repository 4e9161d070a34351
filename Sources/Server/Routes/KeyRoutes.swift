import HTTPTypes
import NIOCore
import Wording
import Workflow

/// API keys. A key can hand out, and take away, only what it may do itself.
struct KeyRoutes: Sendable {
    let keys: KeyStore

    static let defaultPermissions: [Permission] = [.workflowsRead, .eventsWrite, .executionsRead]

    var routes: [Route] {
        [
            Route(
                operation: "listKeys", method: .get, template: "/api/v1/keys", access: .permission(.keysWrite),
                answers: [200]
            ) { _ in
                .json { json in
                    json.object { json in
                        json.field("items") { $0.array(keys.records()) { $0.write($1, key: nil) } }
                        json.field("next", JSONValue.null)
                    }
                }
            },
            Route(
                operation: "createKey", method: .post, template: "/api/v1/keys", access: .permission(.keysWrite),
                body: .json(limit: 64 << 10, isRequired: true), answers: [201, 503], handler: create),
            Route(
                operation: "revokeKey", method: .delete, template: "/api/v1/keys/{id}",
                access: .permission(.keysWrite), answers: [204, 404, 409, 503], handler: revoke),
        ]
    }

    @Sendable private func create(_ call: Call) async throws(APIProblem) -> Reply {
        var body = BodyReader(try call.requiredJSON(), known: ["name", "permissions"])
        let name = body.string("name", isRequired: true)
        if let name, !(1...200).contains(name.unicodeScalars.count) {
            body.note("name", "invalid_length", "must be 1 to 200 characters long")
        }
        let (permissions, roles) = Self.permissions(&body)
        try body.check()
        try Self.check(PermissionSet(permissions), roles, by: call, "hand out")
        try Self.checkVoter(name ?? "", permissions, by: call)
        do throws(JournalError) {
            let (key, record) = try await keys.create(name: name ?? "", permissions: permissions, roles: roles)
            var reply = Reply.json(.created) { $0.write(record, key: key) }
            reply.headers = [(.cacheControl, "no-store")]
            return reply
        } catch {
            throw APIProblem(error)
        }
    }

    /// Permissions, and roles in approvals.
    private static func permissions(_ body: inout BodyReader) -> ([Permission], [String]) {
        guard let words = body.strings("permissions") else { return (defaultPermissions, []) }
        if words.isEmpty { body.note("permissions", "empty", "must hold at least one permission") }
        let all = Permission.allCases.map(\.rawValue)
        for (position, word) in words.enumerated()
        where Permission(rawValue: word) == nil && KeyRole.name(word) == nil {
            let nearest = NearestWord.find(word, among: all)
            body.note(
                "permissions[\(position)]", "unknown_permission", "\(quoted(word)) is no permission",
                remedy: nearest.map { "did you mean \(quoted($0))?" }
                    ?? "there are \(all.joined(separator: ", ")) and role:NAME")
        }
        let chosen = Set(words.compactMap(Permission.init))
        return (Permission.allCases.filter(chosen.contains), Set(words.compactMap(KeyRole.name)).sorted())
    }

    private static func check(
        _ permissions: PermissionSet, _ roles: [String], by call: Call, _ verb: String
    ) throws(APIProblem) {
        guard let caller = call.caller, caller.covers(permissions, roles: roles) else {
            throw APIProblem(
                .forbidden, "beyond_permissions", "Not permitted",
                "this API key cannot \(verb) permissions that it has not itself",
                remedy: "name fewer permissions, or use a key that has them")
        }
    }

    /// A key votes in its name: who could make one in another's name could vote for that one, too.
    private static func checkVoter(_ name: String, _ permissions: [Permission], by call: Call) throws(APIProblem) {
        guard permissions.contains(.approvalsWrite), let caller = call.caller, !caller.permissions.isAdmin,
            caller.name != name
        else { return }
        throw APIProblem(
            .forbidden, "beyond_permissions", "Not permitted",
            "this API key cannot make keys that decide approvals in another name than its own",
            remedy: "leave approvals:write out, call it \(quoted(caller.name)), or use a key with the permission admin")
    }

    @Sendable private func revoke(_ call: Call) async throws(APIProblem) -> Reply {
        let id = call.parameters[0]
        guard let caller = call.caller else { throw .internal("a key route without a caller") }
        let verdict: KeyStore.Revocation
        do throws(JournalError) {
            verdict = try await keys.revoke(id, by: caller)
        } catch {
            throw APIProblem(error)
        }
        switch verdict {
        case .revoked: return .noContent
        case .unknown:
            throw APIProblem(
                .notFound, "unknown_key", "Unknown key", "there is no API key \(quoted(id))",
                remedy: "GET /api/v1/keys lists those there are")
        case .lastAdmin:
            throw APIProblem(
                .conflict, "last_admin_key", "Last admin key", "this is the last key with the permission admin",
                remedy: "create another one first")
        case .beyondCaller:
            throw APIProblem(
                .forbidden, "beyond_permissions", "Not permitted",
                "this API key cannot revoke one that may do more than itself", remedy: "use a key that may do as much")
        }
    }
}

extension JSONOutput {
    /// - Parameter key: shown this once; nil leaves the member out.
    fileprivate mutating func write(_ record: KeyRecord, key: APIKey?) {
        object { json in
            json.field("id", record.id)
            json.field("name", record.name)
            json.field("permissions") { $0.array(record.permissions) { $0.value(.string($1)) } }
            json.field("created_at", record.createdAt)
            json.field("revoked_at", record.revokedAt)
            if let key { json.field("key", key.text) }
        }
    }
}
