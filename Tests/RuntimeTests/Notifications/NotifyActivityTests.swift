import Instruments
import MemoryJournal
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Telemetry
import Testing

@testable import Runtime
@testable import Workflow

/// How recipients are told over HTTP and in the log.
@Suite(.timeLimit(.minutes(30))) struct NotifyActivityTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    static func task(_ kind: ActivityKind, _ arguments: JSONObject) -> ActivityTask {
        ActivityTask(
            id: .init(token: 1, visit: 1, activity: 0, attempt: 1), kind: kind, arguments: .object(arguments),
            idempotencyKey: "06x-tell-1-0", waitKey: nil, step: "tell")
    }

    static let context = ActivityContext(execution: ExecutionID(rawValue: 1), workflow: "w", depth: 0)

    private static func channels(port: Int) throws -> NotificationChannels {
        var channels = NotificationChannels()
        channels.slack = ["#orders": "http://slack.test:\(port)/orders"]
        channels.slackForAll = "http://slack.test:\(port)/all"
        channels.webhooks["ops"] = OutgoingWebhook(
            url: "http://ops.test:\(port)/hook", signer: try WebhookSigner(secrets: [secret]))
        return channels
    }

    private static func notify(
        _ arguments: JSONObject, _ bench: EgressBench, port: Int, logger: Logger = Logger(label: "test")
    ) async throws -> JSONValue {
        let activity = NotifyActivity(
            channels: try channels(port: port), requests: HTTPRequestActivity(egress: bench.client), logger: logger,
            environment: bench.clock.environment)
        return try await activity.perform(task(.notify, arguments), in: context)
    }

    private static func verify(_ request: TestService.Request, now: Timestamp) throws -> WebhookDelivery {
        try WebhookVerifier(.standard, secrets: [secret]).verify(
            Array(request.body.readableBytesView), headers: { request.head.headers[$0] }, now: now)
    }

    @Test(
        arguments: [
            ("#orders", "/orders", #"{"text":"*S &lt;1&gt;*\nline 1\n&lt;!channel&gt; &amp; more"}"#),
            ("#other", "/all", ##"{"text":"*S &lt;1&gt;*\nline 1\n&lt;!channel&gt; &amp; more","channel":"#other"}"##),
        ])
    func channelsAreWrittenTo(channel: String, path: String, body: String) async throws {
        try await TestService.run({ _ in .status(200, body: "ok") }) { service in
            try await EgressBench.run { bench in
                let output = try await Self.notify(
                    [
                        "recipient": .string("slack:\(channel)"), "subject": "S <1>",
                        "message": "line 1\n<!channel> & more",
                    ], bench, port: service.port)
                #expect(output == ["recipient": .string("slack:\(channel)"), "type": "slack", "id": "06x-tell-1-0"])
                let received = try #require(service.received.first)
                #expect(received.head.uri == path && received["Idempotency-Key"] == "06x-tell-1-0")
                #expect(String(buffer: received.body) == body)
            }
        }
    }

    @Test func webhooksAreSigned() async throws {
        try await TestService.run({ _ in .status(204) }) { service in
            try await EgressBench.run { bench in
                _ = try await Self.notify(
                    ["recipient": "webhook:ops", "message": "Hör zu"], bench, port: service.port)
                let received = try #require(service.received.first)
                let delivery = try Self.verify(received, now: bench.clock.environment.now())
                #expect(delivery.id == "06x-tell-1-0")
                let body = try JSONValue(parsing: received.body.readableBytesView)
                #expect(
                    body == [
                        "type": "notification",
                        "data": [
                            "subject": .null, "message": "Hör zu", "workflow_id": "w",
                            "execution_id": .string(ExecutionID(rawValue: 1).description), "step": "tell",
                        ],
                    ])
            }
        }
    }

    @Test(arguments: [nil, ["total": 5]] as [JSONValue?]) func aConfiguredWebhookIsCalled(body: JSONValue?) async throws
    {
        try await TestService.run({ _ in
            .status(200, headers: ["Content-Type": "application/json"], body: #"{"taken":true}"#)
        }) { service in
            try await EgressBench.run { bench in
                let activity = WebhookActivity(
                    channels: try Self.channels(port: service.port),
                    requests: HTTPRequestActivity(egress: bench.client),
                    environment: bench.clock.environment)
                var arguments: JSONObject = ["to": "ops"]
                if let body { arguments["body"] = body }
                let output = try await activity.perform(Self.task(.webhook, arguments), in: Self.context)
                #expect(output.object?["body"] == ["taken": true])
                let received = try #require(service.received.first)
                #expect(received.head.method == .POST && received.head.uri == "/hook")
                _ = try Self.verify(received, now: bench.clock.environment.now())
                let sent = try JSONValue(parsing: received.body.readableBytesView)
                #expect(
                    sent == body
                        ?? .object([
                            "workflow_id": "w", "execution_id": .string(ExecutionID(rawValue: 1).description),
                            "step": "tell",
                        ]))
            }
        }
    }

    @Test(
        arguments: [
            (["recipient": "slack:#a", "message": "m"], 404, .status(404), "slack:#a answered 404: no_service"),
            (["recipient": "webhook:ops", "message": "m"], 503, .status(503), "webhook:ops answered 503: no_service"),
            (["recipient": "webhook:other", "message": "m"], 200, .invalid, "the webhook other is not configured"),
            (["recipient": "role:lead", "message": "m"], 200, .invalid, "the role lead has no addresses"),
            (["recipient": "nobody", "message": "m"], 200, .invalid, "`nobody` under `recipients` is not an address"),
            (["recipient": 5, "message": "m"], 200, .invalid, "is not an address"),
            (["recipient": "log", "message": .null], 200, .invalid, "`message` is empty"),
            (["recipient": "log", "message": "m", "timeout": 7], 200, .invalid, "not a duration"),
            (
                ["recipient": "log", "message": .string(String(repeating: "m", count: 32_769))], 200, .invalid,
                "`message` has 32769 bytes, more than 32768"
            ),
        ] as [(JSONObject, Int, ActivityFailure.Reason, String)])
    func failsWithAReason(
        arguments: JSONObject, status: Int, reason: ActivityFailure.Reason, message: String
    ) async throws {
        try await TestService.run({ _ in .status(status, body: "no_service\r\n") }) { service in
            try await EgressBench.run { bench in
                let failure = await #expect(throws: ActivityFailure.self) {
                    _ = try await Self.notify(arguments, bench, port: service.port)
                }
                #expect(failure?.reason == reason && failure?.message.contains(message) == true, "\(failure as Any)")
            }
        }
    }

    @Test func privateAddressesAreRefusedUnlessAllowed() async throws {
        try await EgressBench.run(allow: []) { bench in
            let failure = await #expect(throws: ActivityFailure.self) {
                _ = try await Self.notify(["recipient": "slack:#orders", "message": "m"], bench, port: 80)
            }
            #expect(failure?.reason == .invalid && failure?.message.contains("egress.allow") == true)
            #expect(failure?.message.contains("/orders") == false)
        }
    }

    @Test func subjectsAreOneLine() throws {
        let long = String(repeating: "x", count: 300)
        let notification = try Notification(
            Self.task(
                .notify, ["recipient": "log", "message": 5, "subject": .string("a\r\nBcc: b\u{2028}\u{85}" + long)]),
            in: Self.context)
        #expect(notification.subject?.hasPrefix("a  Bcc: b  x") == true)
        #expect(notification.subject?.count == 200 && notification.message == "5")
    }

    // MARK: Through the engine

    private static let telling = """
        workflow_id: telling
        trigger: {type: event, event: order.placed}
        steps:
          - id: tell
            type: execute
            retry: {max_attempts: 3, initial_delay: 1s, jitter: 0}
            execute: [{type: notify, recipients: ["slack:#orders", "webhook:ops", log], message: "Order {{order.id}}"}]
        """

    /// The webhook fails once; who has been told before is not told again, and the second attempt has the same id.
    @Test func whoHasBeenToldIsNotToldAgain() async throws {
        let failures = Mutex(1)
        try await TestService.run({ request in
            guard request.head.uri == "/hook" else { return .status(200, body: "ok") }
            return failures.withLock { left in
                left -= 1
                return .status(left >= 0 ? 500 : 204)
            }
        }) { service in
            try await EgressBench.run { bench in
                let registry = Registry()
                let requests = HTTPRequestActivity(egress: bench.client)
                let notify = NotifyActivity(
                    channels: try Self.channels(port: service.port), requests: requests, logger: Logger(label: "test"),
                    environment: bench.clock.environment)
                let engine = try await Engine(
                    journal: MemoryJournal(), recorders: try Recorders(registry: registry, dialects: Dialect.shipped()),
                    options: EngineOptions(holder: "test", configured: try Self.channels(port: 1).names),
                    logger: Logger(label: "test"), activities: [.notify: notify],
                    environment: bench.clock.environment)
                let receipt = try await engine.deploy(Array(Self.telling.utf8))
                #expect(receipt.warnings.isEmpty)
                let run = Task { try await engine.run() }
                let ended = Task {
                    try await engine.ingest(
                        IncomingEvent(name: "order.placed", data: ["order": ["id": 7]]), wait: .seconds(600))
                }
                let retry = bench.clock.now + .seconds(1)
                await bench.clock.sleeper(until: retry)
                bench.clock.advance(by: .seconds(1))
                let report = try #require(try await ended.value.executions.first)
                run.cancel()
                try await run.value
                #expect(report.summary.outcome?.result == .executed)
                #expect(report.trace?.first?.output?.array?.map { $0.object?["type"] } == ["slack", "webhook", "log"])
                #expect(service.received.map(\.head.uri) == ["/orders", "/hook", "/hook"])
                let ids = service.received.dropFirst().compactMap { $0["webhook-id"] }
                #expect(ids.count == 2 && ids.first == ids.last)
                #expect(service.received[0]["Idempotency-Key"] != ids.first)
                #expect(
                    Self.count(registry, "webhook", "failure") == 1 && Self.count(registry, "webhook", "success") == 1)
                #expect(Self.count(registry, "slack", "success") == 1 && Self.count(registry, "log", "success") == 1)
                #expect(Self.count(registry, "email", "failure") == 0)
            }
        }
    }

    private static func count(_ registry: Registry, _ type: String, _ status: String) -> Double? {
        let family = registry.snapshot().first { $0.name == "notifications_sent_total" }
        return family?.series.first { $0["type"] == type && $0["status"] == status }?.value
    }
}
