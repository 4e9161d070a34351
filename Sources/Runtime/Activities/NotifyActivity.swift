public import Logging
import NIOCore
import NIOHTTP1
import Telemetry
public import Workflow

/// Tells one recipient something. An entry of a definition with several recipients is as many of these.
///
/// The output is `{recipient, type, id}`; the id is the idempotency key, which goes along in `Message-ID`,
/// `webhook-id` and `Idempotency-Key`.
public struct NotifyActivity: Activity {
    private let channels: NotificationChannels
    private let requests: HTTPRequestActivity
    private let environment: Environment
    private let logger: Logger

    /// - Parameter requests: what HTTP requests are made by, and bounded.
    public init(
        channels: NotificationChannels, requests: HTTPRequestActivity, logger: Logger,
        environment: Environment = .system
    ) {
        self.channels = channels
        self.requests = requests
        self.environment = environment
        self.logger = logger
    }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        let notification = try Notification(task, in: context)
        switch notification.recipient {
        case .log: log(notification)
        case .slack(let channel): try await send(notification, toChannel: channel)
        case .webhook(let name): try await send(notification, toWebhook: name)
        case .address(let address): try await send(notification, to: [address])
        case .role(let name): try await send(notification, to: try addresses(of: name))
        }
        return [
            "recipient": .string(notification.recipient.description),
            "type": .string(NotificationType(notification.recipient).rawValue), "id": .string(notification.key),
        ]
    }

    private static func unknown(_ name: String, _ why: String) -> ActivityFailure {
        ActivityFailure(.invalid, "\(name) \(why); add it to the file that the setting notifications.file names")
    }

    // MARK: Mail

    private func addresses(of role: String) throws(ActivityFailure) -> [String] {
        guard let addresses = channels.roles[role], !addresses.isEmpty else {
            throw Self.unknown("the role \(role)", "has no addresses")
        }
        return addresses
    }

    private func send(_ notification: Notification, to addresses: [String]) async throws(ActivityFailure) {
        guard let server = channels.mail else {
            throw Self.unknown("mail", "cannot be sent without a mail server")
        }
        let message = MailMessage(
            sender: server.sender, recipients: addresses, subject: notification.title, text: notification.message,
            id: notification.key, date: environment.now())
        let delivery = MailDelivery(
            server: server, recipients: addresses, message: message.bytes,
            timeout: notification.timeout ?? server.timeout)
        try await delivery.run()
    }

    // MARK: The log

    private func log(_ notification: Notification) {
        logger.notice(
            "\(notification.message)",
            metadata: [
                "subject": "\(notification.title)", "workflow_id": "\(notification.workflow)",
                "execution_id": "\(notification.execution)", "step": "\(notification.step)",
            ])
    }

    // MARK: HTTP

    private func send(_ notification: Notification, toChannel channel: String) async throws(ActivityFailure) {
        guard let url = channels.slack[channel] ?? channels.slackForAll else {
            throw Self.unknown("the channel \(channel)", "is not configured")
        }
        let text = (notification.subject.map { "*\(Self.escaped($0))*\n" } ?? "") + Self.escaped(notification.message)
        var body: JSONObject = ["text": .string(text)]
        if channels.slack[channel] == nil { body["channel"] = .string(channel) }
        try await post(.object(body), to: url, notification)
    }

    /// What Slack asks for, so that nobody is mentioned and no link is disguised by what an event brings.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private func send(_ notification: Notification, toWebhook name: String) async throws(ActivityFailure) {
        guard let webhook = channels.webhooks[name] else {
            throw Self.unknown("the webhook \(name)", "is not configured")
        }
        let data: JSONObject = [
            "subject": notification.subject.map { .string($0) } ?? .null, "message": .string(notification.message),
            "workflow_id": .string(notification.workflow),
            "execution_id": .string(notification.execution.description), "step": .string(notification.step),
        ]
        try await post(
            ["type": "notification", "data": .object(data)], to: webhook.url, signedBy: webhook, notification)
    }

    private func post(
        _ body: JSONValue, to url: String, signedBy webhook: OutgoingWebhook? = nil, _ notification: Notification
    ) async throws(ActivityFailure) {
        var request = EgressRequest(url: url)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json", "User-Agent": "flowmeter", "Idempotency-Key": notification.key,
        ]
        request.body = ByteBuffer(bytes: body.encoded)
        request.timeout = notification.timeout
        request.responseLimit = HTTPRequestActivity.defaultResponseLimit
        webhook?.sign(&request, id: notification.key, at: environment.now())
        let response = try await requests.exchange(request, turn: notification.turn)
        guard 200..<300 ~= response.status.code else {
            let words = String(buffer: response.body).prefix(200).oneLine
            throw ActivityFailure(
                .status(Int(response.status.code)),
                "\(notification.recipient) answered \(response.status.code)" + (words.isEmpty ? "" : ": \(words)"))
        }
    }
}
