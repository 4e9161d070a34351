import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Instruments
import Logging
import NIOCore
import NIOPosix
import Runtime
import ServiceLifecycle
import Synchronization
import Telemetry
import Testing
import Workflow

@testable import Server

/// What happens below requests: broken HTTP, time, shutdown.
@Suite(.timeLimit(.minutes(30))) struct ConnectionTests {
    /// Sends bytes, and gives back all that comes until the server closes the connection.
    static func exchange(port: Int, _ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await var part in inbound { answer.writeBuffer(&part) }
            return String(buffer: answer)
        }
    }

    /// Runs a whole server on ports that the system chooses.
    static func serving<Value: Sendable>(
        _ options: ServerOptions = ServerOptions(port: 0), dialects: [String] = [Dialect.own, Dialect.standard],
        _ body: @Sendable (_ port: (api: Int, metrics: Int?), TestServer, ServiceGroup) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream.makeStream(of: (Int, Int?).self)
        let base = try await TestServer(options: options, dialects: dialects)
        let server = try APIServer(
            engine: base.engine, keys: base.keys, registry: base.registry, recorders: base.recorders, options: options,
            logger: base.logger
        ) { api, metrics in
            continuation.yield((api.port ?? 0, metrics?.port))
        }
        let group = ServiceGroup(services: [server], logger: base.logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let (api, metrics) = try #require(await iterator.next())
            let value = try await body((api, metrics), base, group)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    static let broken = [
        "GARBAGE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "G\u{1}T / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}hello\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nbad\u{0}: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 40_000) + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<200).map { "X\($0): a\r\n" }.joined() + "\r\n",
        "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n",
        "POST /api/v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ]

    @Test func brokenHTTPIsAnsweredWithAProblem() async throws {
        try await Self.serving { port, _, _ in
            let port = port.api
            for request in Self.broken {
                let answer = try await Self.exchange(port: port, request)
                let name = Comment(rawValue: "\(request.prefix(60).debugDescription) → \(answer.prefix(200))")
                #expect(answer.hasPrefix("HTTP/1.1 4"), name)
                #expect(answer.contains("application/problem+json"), name)
                #expect(answer.lowercased().contains("x-request-id: "), name)
            }
            #expect(try await Self.exchange(port: port, Self.get("/health")).contains("200 OK"))
        }
    }

    private static func get(_ path: String) -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    }

    /// A request with the first byte of its body.
    private static func beginning(of length: Int, _ key: String) -> String {
        "POST /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n{"
    }

    @Test func aLongBodyIsCutOffAndTheConnectionClosed() async throws {
        let server = try await TestServer()
        let request = Self.beginning(of: 100_000_000, server.admin)
        let answer = try await server.run(.live) { client in
            try await Self.exchange(port: try #require(client.client.port), request)
        }
        #expect(answer.hasPrefix("HTTP/1.1 413"))
        #expect(answer.contains("body_too_large"))
    }

    @Test func aSlowBodyIsTimedOut() async throws {
        var options = ServerOptions(port: 0)
        options.limits.requestTimeout = .milliseconds(200)
        let server = try await TestServer(options: options)
        let request = Self.beginning(of: 100, server.admin)
        let answer = try await server.run(.live) { client in
            try await Self.exchange(port: try #require(client.client.port), request)
        }
        #expect(answer.hasPrefix("HTTP/1.1 408"))
        #expect(answer.contains("body_timeout"))
    }

    @Test func aSlowAnswerIsGivenUp() async throws {
        var options = ServerOptions(port: 0)
        options.limits.requestTimeout = .milliseconds(200)
        let server = try await TestServer(options: options)
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let route = Route(operation: "stall", method: .get, template: "/stall", access: .open, answers: [200]) { _ in
            for await _ in gate {}
            return .noContent
        }
        let metrics = try HTTPMetrics(recorders: server.recorders, service: "stall")
        let responder = APIResponder(
            routes: [route], keys: server.keys, metrics: metrics, logger: server.logger, limits: options.limits)
        let application = APIServer.application(
            responder, address: .hostname("localhost", port: 0), limits: options.limits, logger: server.logger)
        let answer = try await application.test(.live) { client in
            defer { opener.finish() }
            return try await Self.exchange(
                port: try #require(client.port), "GET /stall HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 503"))
        #expect(answer.contains("\"code\":\"timeout\""))
    }

    @Test func metricsHaveAnAddressOfTheirOwn() async throws {
        var options = ServerOptions(port: 0)
        options.monitoring.listen = .init(host: "127.0.0.1", port: 0)
        try await Self.serving(options) { ports, _, _ in
            let api = ports.api
            let port = try #require(ports.metrics)
            #expect(port != api)
            #expect(try await Self.exchange(port: api, Self.get("/metrics")).contains("404"))
            #expect(try await Self.exchange(port: port, Self.get("/health")).contains("404"))
            let scrape = try await Self.exchange(port: port, Self.get("/metrics"))
            #expect(scrape.contains("200 OK") && scrape.contains("http_requests_total"))
        }
    }

    @Test func aTakenAddressIsAnError() async throws {
        try await Self.serving { port, _, _ in
            let other = try await TestServer(options: ServerOptions(port: port.api))
            await #expect(throws: ListenError.self) { try await other.server.run() }
        }
    }

    private static func waitingEvent(_ wait: String, _ key: String) -> String {
        "POST /api/v1/events?wait=\(wait) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\n"
            + "Content-Type: application/json\r\nContent-Length: 33\r\n\r\n{\"event\": \"order.placed.slowly\"}\n"
    }

    /// Sends an event that waits, and goes on when its execution is there.
    private func waitingRequest(_ wait: String, _ port: Int, _ base: TestServer) async throws -> Task<String, any Error>
    {
        _ = try await base.engine.deploy(Array(TestServer.waiting.utf8))
        let request = Task { try await Self.exchange(port: port, Self.waitingEvent(wait, base.admin)) }
        while try await base.engine.executions(ExecutionQuery(limit: 1)).isEmpty { await Task.yield() }
        return request
    }

    @Test func shutdownLetsRequestsFinish() async throws {
        var options = ServerOptions(port: 0)
        options.limits.drainTimeout = .seconds(86_400)
        let answer = try await Self.serving(options) { port, base, group in
            let request = try await waitingRequest("300ms", port.api, base)
            await group.triggerGracefulShutdown()
            return try await request.value
        }
        #expect(answer.hasPrefix("HTTP/1.1 202"))
    }

    @Test func shutdownAnswersThoseWhoWait() async throws {
        var options = ServerOptions(port: 0)
        (options.limits.maxWait, options.limits.drainTimeout) = (.seconds(86_400), .seconds(86_400))
        let request = try await Self.serving(options) { port, base, _ in
            try await waitingRequest("24h", port.api, base)
        }
        let answer = try await request.value
        #expect(answer.hasPrefix("HTTP/1.1 202") && answer.contains("\"status\":\"waiting\""))
    }

    /// It would last for a day.
    @Test func shutdownIsBounded() async throws {
        var options = ServerOptions(port: 0)
        options.limits.drainTimeout = .milliseconds(100)
        options.limits.requestTimeout = .seconds(86_400)
        options.limits.idleTimeout = .seconds(86_400)
        let request = try await Self.serving(options, dialects: [Dialect.own, "opentelemetry"]) { ports, base, _ in
            let text = Self.beginning(of: 100, base.admin)
            let request = Task { try await Self.exchange(port: ports.api, text) }
            while !Self.isUnderWay(base) { await Task.yield() }
            return request
        }
        let answer = try? await request.value
        #expect(answer?.isEmpty ?? true)
    }

    private static func isUnderWay(_ base: TestServer) -> Bool {
        let family = base.registry.snapshot().first { $0.name == "http_server_active_requests" }
        return family?.series.contains { $0.value == 1 } ?? false
    }
}
