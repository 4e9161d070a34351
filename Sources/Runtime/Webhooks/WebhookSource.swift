public import Workflow

/// A sender of webhooks that is configured.
public struct WebhookSource: Sendable {
    /// See ``WebhookName/isSource(_:)``.
    public let name: String
    public let verifier: WebhookVerifier
    /// How long a body may be.
    public let bodyBytes: Int

    public static let defaultBodyBytes = 1 << 20
    /// What GitHub sends at most.
    public static let mostBodyBytes = 25 << 20

    public init(name: String, verifier: WebhookVerifier, bodyBytes: Int = defaultBodyBytes) {
        (self.name, self.verifier, self.bodyBytes) = (name, verifier, bodyBytes)
    }
}

extension WebhookConvention {
    /// What the sender calls the event: GitHub in the header `X-GitHub-Event`, which is not signed, the others in the
    /// body's `type`. nil when it is not there, or no name.
    ///
    /// - Parameter headers: all values of the header of that name; names are asked for in lower case.
    public func event(of data: JSONObject, headers: (String) -> [String]) -> String? {
        let name: String?
        switch self {
        case .github:
            let values = headers("x-github-event")
            name = values.count == 1 ? values.first : nil
        case .stripe, .standard: name = data["type"]?.string
        }
        return name.flatMap { WebhookName.isEvent($0) ? $0 : nil }
    }
}
