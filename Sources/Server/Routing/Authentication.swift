import HTTPTypes

/// Who calls, and whether they may.
struct Authentication: Sendable {
    let keys: KeyStore

    private static let keyHeader = HTTPField.Name("X-API-Key")!
    static let remedy = "send Authorization: Bearer with an API key, or X-API-Key"

    func caller(of head: HTTPRequest, for access: Route.Access) throws(APIProblem) -> KeyStore.Caller? {
        let permission: Permission?
        switch access {
        case .open, .token, .signature: return nil
        case .anyKey: permission = nil
        case .permission(let needed): permission = needed
        }
        let caller = try identify(head)
        if let permission, !caller.permissions.grants(permission) {
            throw APIProblem(
                .forbidden, "missing_permission", "Not permitted",
                "this API key has not the permission \(permission.rawValue)",
                remedy: "use a key that has it, or ask for one")
        }
        return caller
    }

    private func identify(_ head: HTTPRequest) throws(APIProblem) -> KeyStore.Caller {
        guard let credentials = try Self.credentials(head) else {
            throw Self.unauthorized("missing_key", "the request has no API key", challenge: "Bearer")
        }
        guard let caller = keys.caller(presenting: Array(credentials)) else {
            throw Self.unauthorized(
                "invalid_key", "the API key is not valid, or has been revoked",
                challenge: "Bearer error=\"invalid_token\"")
        }
        return caller
    }

    private static func credentials(_ head: HTTPRequest) throws(APIProblem) -> Substring.UTF8View? {
        if let authorization = head.headerFields[.authorization] {
            guard let token = bearerToken(authorization) else {
                throw unauthorized(
                    "invalid_key", "the header Authorization does not read Bearer and a key",
                    challenge: "Bearer error=\"invalid_request\"")
            }
            return token.utf8
        }
        return head.headerFields[keyHeader].map { $0[...].utf8 }
    }

    /// What follows `Bearer`, in whatever case.
    static func bearerToken(_ value: String) -> Substring? {
        let scheme = "bearer "
        guard value.utf8.count > scheme.utf8.count,
            zip(value.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        let token = value.utf8.dropFirst(scheme.utf8.count).drop { $0 == 0x20 }
        return Substring(token)
    }

    static func unauthorized(_ code: String, _ detail: String, challenge: String) -> APIProblem {
        APIProblem(.unauthorized, code, "Not authenticated", detail, remedy: remedy)
            .with(.wwwAuthenticate, challenge)
    }
}
