import Instruments
import MemoryJournal
import Logging
import NIOCore
import NIOPosix
import Telemetry
import Testing

@testable import Runtime
@testable import Workflow

/// Mail, against a mail server that is not ours.
@Suite(.serialized, .timeLimit(.minutes(30))) struct MailDeliveryTests {
    private static func notify(_ recipient: String, _ server: MailServer, subject: JSONValue = "Größe 5") async throws
        -> JSONValue
    {
        var channels = NotificationChannels()
        channels.mail = server
        channels.roles = ["lead": ["a@b.example", "c@d.example"], "some": ["a@b.example", "550@d.example"]]
        let egress = EgressClient()
        let activity = NotifyActivity(
            channels: channels, requests: HTTPRequestActivity(egress: egress), logger: Logger(label: "test"))
        let task = NotifyActivityTests.task(
            .notify,
            [
                "recipient": .string(recipient), "subject": subject,
                "message": "Hör zu:\n.\n..x\nFrom me \u{1F6D2}\n", "timeout": "10m",
            ])
        let result: Result<JSONValue, any Error>
        do {
            result = .success(try await activity.perform(task, in: NotifyActivityTests.context))
        } catch {
            result = .failure(error)
        }
        await egress.shutDown()
        return try result.get()
    }

    @Test(arguments: [
        (MailPeer.Security.starttls, true), (.starttls, false), (.tls, true), (.tls, false), (.plain, false),
    ])
    func mailArrives(security: MailPeer.Security, asks: Bool) async throws {
        try await MailPeer.run(security, asks: asks) { peer in
            let server = try peer.server {
                $0.security = security == .plain ? MailServer.Security.none : security == .tls ? .tls : .startTLS
                if asks { $0.credentials = .init(user: "flowmeter", password: "secret") }
            }
            let output = try await Self.notify("role:lead", server)
            #expect(output == ["recipient": "role:lead", "type": "email", "id": "06x-tell-1-0"])
            let message = try #require(peer.messages.first)
            #expect(peer.messages.count == 1 && message["defects"] == [])
            #expect(message["from"] == "flow@meter.example" && message["to"] == ["a@b.example", "c@d.example"])
            #expect(message["encrypted"] == .bool(security != .plain))
            #expect(message["user"] == (asks ? "flowmeter" : .null))
            #expect(message["text"] == "Hör zu:\n.\n..x\nFrom me \u{1F6D2}\n\n")
            let headers = message["headers"]?.object
            #expect(headers?["Subject"] == "Größe 5" && headers?["To"] == "a@b.example, c@d.example")
            #expect(
                headers?["From"] == "Flöw \"M\" <flow@meter.example>"
                    || headers?["From"]?.string?.contains("Flöw") == true)
            #expect(headers?["Message-ID"] == "<06x-tell-1-0@meter.example>")
        }
    }

    @Test(
        arguments: [
            ("451@b.example", .connection, "451 4.0.0"), ("550@b.example", .refused, "550 5.0.0"),
            ("role:some", .refused, "550 5.0.0"), ("role:nobody", .invalid, "the role nobody has no addresses"),
        ] as [(String, ActivityFailure.Reason, String)])
    func whatTheServerSaysDecides(recipient: String, reason: ActivityFailure.Reason, words: String) async throws {
        try await MailPeer.run { peer in
            let server = try peer.server()
            let failure = await #expect(throws: ActivityFailure.self) { try await Self.notify(recipient, server) }
            #expect(failure?.reason == reason && failure?.message.contains(words) == true, "\(failure as Any)")
            #expect(peer.messages.isEmpty)
        }
    }

    @Test(
        arguments: [
            (.starttls, "secret", true, "localhost", "535", .refused),
            (.plain, "", false, "localhost", "does not offer STARTTLS", .refused),
            (.starttls, "", false, "localhost", "is not trusted", .refused),
            (.starttls, "", true, "127.0.0.1", "is not trusted", .refused),
        ] as [(MailPeer.Security, String, Bool, String, String, ActivityFailure.Reason)])
    func nothingIsSentUnlessAllIsWell(
        security: MailPeer.Security, password: String, isTrusted: Bool, host: String, words: String,
        reason: ActivityFailure.Reason
    ) async throws {
        try await MailPeer.run(security, asks: !password.isEmpty) { peer in
            let server = try peer.server {
                $0.host = host
                if !isTrusted { $0.authorities = nil }
                if !password.isEmpty { $0.credentials = .init(user: "flowmeter", password: "wrong") }
            }
            let failure = await #expect(throws: ActivityFailure.self) { try await Self.notify("a@b.example", server) }
            #expect(failure?.reason == reason && failure?.message.contains(words) == true, "\(failure as Any)")
            #expect(failure?.message.contains("wrong") == false)
            #expect(peer.messages.isEmpty)
        }
    }

    /// Accepts connections and says nothing; tells when one has come.
    private static func silent(_ body: (Int, AsyncStream<Void>) async throws -> Void) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                continuation.yield()
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(channel.localAddress?.port ?? 0, stream)) } catch {
            result = .failure(error)
        }
        try await channel.close()
        try result.get()
    }

    private static func delivery(to port: Int, timeout: Duration) throws -> MailDelivery {
        let sender = try #require(MailSender(parsing: "a@b.example"))
        var server = MailServer(host: "127.0.0.1", port: port, sender: sender)
        // The wait for the greeting counts too.
        server.connectTimeout = .seconds(600)
        return MailDelivery(server: server, recipients: ["c@d.example"], message: Array("x\r\n".utf8), timeout: timeout)
    }

    @Test func aSilentServerRunsOutOfTime() async throws {
        try await Self.silent { port, _ in
            let delivery = try Self.delivery(to: port, timeout: .milliseconds(200))
            let failure = await #expect(throws: ActivityFailure.self) { try await delivery.run() }
            #expect(failure?.reason == .timeout, "\(failure as Any)")
        }
    }

    @Test func aCancelledDeliveryEnds() async throws {
        try await Self.silent { port, connected in
            let delivery = try Self.delivery(to: port, timeout: .seconds(3_600))
            let task = Task { await #expect(throws: ActivityFailure.self) { try await delivery.run() } }
            for await _ in connected { break }
            task.cancel()
            #expect(await task.value?.message == "the attempt was cancelled")
        }
    }

    @Test func nobodyAtThePortMayBeThereLater() async throws {
        var port = 0
        try await Self.silent { number, _ in port = number }
        let delivery = try Self.delivery(to: port, timeout: .seconds(600))
        let failure = await #expect(throws: ActivityFailure.self) { try await delivery.run() }
        #expect(failure?.reason == .connection, "\(failure as Any)")
    }

    /// From a definition to the mailbox.
    @Test func aWorkflowTellsARole() async throws {
        try await MailPeer.run { peer in
            var channels = NotificationChannels()
            channels.mail = try peer.server()
            channels.roles = ["support_lead": ["lead@shop.example"]]
            let egress = EgressClient()
            let engine = try await Engine(
                journal: MemoryJournal(), recorders: try Recorders(registry: Registry(), dialects: Dialect.shipped()),
                options: EngineOptions(holder: "test", configured: channels.names), logger: Logger(label: "test"),
                activities: [
                    .notify: NotifyActivity(
                        channels: channels, requests: HTTPRequestActivity(egress: egress), logger: Logger(label: "test")
                    )
                ])
            let receipt = try await engine.deploy(
                Array(
                    """
                    workflow_id: refund
                    trigger: {type: event, event: refund.requested}
                    steps:
                      - id: ask
                        type: action
                        action: {type: block, reason: "Refund of {{refund.amount}} needs a person"}
                        execute:
                          - {type: notify, recipients: ["role:support_lead"], message: "Refund {{refund.id}} waits for you"}
                    """.utf8))
            #expect(receipt.warnings.isEmpty)
            let event = IncomingEvent(
                name: "refund.requested", data: ["refund": ["id": "R\r\nBcc: x@y.z", "amount": 5]])
            let report = try #require(try await engine.ingest(event, wait: .seconds(600)).executions.first)
            #expect(report.summary.outcome?.result == .blocked, "\(report.summary)")
            let message = try #require(peer.messages.first)
            #expect(message["to"] == ["lead@shop.example"] && message["headers"]?.object?["Bcc"] == nil)
            #expect(message["headers"]?.object?["Subject"] == "refund: ask")
            #expect(message["headers"]?.object?["Message-ID"]?.string?.contains("\(report.summary.id)-ask-") == true)
            await egress.shutDown()
        }
    }
}
