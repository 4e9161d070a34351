import NIOCore
import NIOHTTP1
public import Workflow

/// How the outside is told: what the configuration says of it.
public struct NotificationChannels: Sendable {
    /// The server that takes mail; nil where there is none.
    public var mail: MailServer?
    /// The mail addresses of each role.
    public var roles: [String: [String]] = [:]
    /// The addresses of Slack-compatible webhooks, by channel, each of which is a secret.
    public var slack: [String: String] = [:]
    /// The address for all other channels, to which the channel's name is sent along.
    public var slackForAll: String?
    /// What is called over signed webhooks, by name.
    public var webhooks: [String: OutgoingWebhook] = [:]

    /// The log alone.
    public init() {}

    /// What definitions can name of it.
    public var names: ConfiguredNames {
        var names = ConfiguredNames()
        names.hasMail = mail != nil
        names.roles = roles.keys.sorted()
        names.channels = slack.keys.sorted()
        names.hasAllChannels = slackForAll != nil
        names.webhooks = webhooks.keys.sorted()
        return names
    }

    /// What metrics call the hosts of its webhooks by.
    public var uses: [IntegrationUse] {
        let urls = [slackForAll].compactMap { $0 } + slack.values + webhooks.values.map(\.url)
        return urls.compactMap { IntegrationUse(url: $0, method: .POST) }
    }
}

/// A webhook that Flowmeter calls.
public struct OutgoingWebhook: Sendable {
    let url: String
    private let signer: WebhookSigner

    /// - Parameter url: with http or https.
    public init(url: String, signer: WebhookSigner) { (self.url, self.signer) = (url, signer) }

    /// Signs the request's body as Standard Webhooks says.
    ///
    /// - Parameter id: the same for each attempt at the same delivery.
    func sign(_ request: inout EgressRequest, id: String, at now: Timestamp) {
        let body = request.body.map { Array($0.readableBytesView) } ?? []
        for (name, value) in signer.headers(id: id, body: body, at: now) {
            request.headers.replaceOrAdd(name: name, value: value)
        }
    }
}
