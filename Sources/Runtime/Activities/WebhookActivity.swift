public import Workflow

/// Calls a webhook and takes the answer in, as ``HTTPRequestActivity`` does: by POST unless something else is said, with
/// the ids of the execution in the body unless there is another one, and signed where the configuration names it.
public struct WebhookActivity: Activity {
    private let channels: NotificationChannels
    private let requests: HTTPRequestActivity
    private let environment: Environment

    /// - Parameter requests: what HTTP requests are made by, and bounded.
    public init(
        channels: NotificationChannels, requests: HTTPRequestActivity, environment: Environment = .system
    ) {
        self.channels = channels
        self.requests = requests
        self.environment = environment
    }

    public var isBrief: Bool { false }

    public func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        var arguments = task.arguments.object ?? [:]
        if arguments["method"] == nil { arguments["method"] = "POST" }
        if arguments["body"] == nil, arguments["method"] == "POST" {
            arguments["body"] = [
                "workflow_id": .string(context.workflow), "execution_id": .string(context.execution.description),
                "step": .string(task.step),
            ]
        }
        let webhook = try arguments["to"].map { name throws(ActivityFailure) in try self.webhook(name) }
        if let webhook { arguments["url"] = .string(webhook.url) }
        var call = try HTTPRequestActivity.Call(arguments, key: task.idempotencyKey)
        webhook?.sign(&call.request, id: task.idempotencyKey, at: environment.now())
        return try call.output(try await requests.exchange(call.request, turn: context.turn))
    }

    private func webhook(_ name: JSONValue) throws(ActivityFailure) -> OutgoingWebhook {
        if let webhook = name.string.flatMap({ channels.webhooks[$0] }) { return webhook }
        throw ActivityFailure(
            .invalid,
            "the webhook \(name) is not configured; add it to the file that the setting notifications.file names")
    }
}
