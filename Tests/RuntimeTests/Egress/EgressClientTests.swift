import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import Workflow

@testable import Runtime

/// What a call is to a service that is really there.
@Suite(.timeLimit(.minutes(30))) struct EgressClientTests {
    static func ok(_ request: TestService.Request) -> TestService.Answer { .status(200, body: "fine") }

    @Test func aCallGoesToTheAddressThatWasChecked() async throws {
        try await TestService.run(Self.ok) { service in
            try await EgressBench.run { bench in
                var request = EgressRequest(url: "http://API.test:\(service.port)/orders?id=1")
                request.method = .POST
                request.headers = ["X-Token": "a", "Host": "other.test", "Connection": "close", "Upgrade": "h2c"]
                request.body = ByteBuffer(string: "hello")
                let response = try await bench.client.call(request)
                #expect(response.status == .ok && String(buffer: response.body) == "fine")
                let received = try #require(service.received.first)
                #expect(received["Host"] == "api.test:\(service.port)")
                #expect(received.head.uri == "/orders?id=1" && received.head.method == .POST)
                #expect(String(buffer: received.body) == "hello" && received["X-Token"] == "a")
                #expect(received["Upgrade"] == nil && received["Connection"] == nil)
                #expect(bench.lookups == ["api.test"])
            }
        }
    }

    @Test(arguments: ["http://127.0.0.1", "http://0x7f.1", "http://localhost", "http://[::ffff:127.0.0.1]"])
    func thisMachineIsRefusedUnlessAllowed(origin: String) async throws {
        try await TestService.run(Self.ok) { service in
            let url = "\(origin):\(service.port)/"
            try await EgressBench.run(allow: []) { bench in
                let error = await #expect(throws: EgressError.self) { try await bench.get(url) }
                #expect(error?.description.contains("egress.allow") == true)
                #expect(bench.outcomes == [.rejected])
            }
            #expect(service.received.isEmpty)
            try await EgressBench.run(allow: ["127.0.0.1", "localhost"]) { bench in
                let response = try await bench.get(url)
                #expect(response.status == .ok)
            }
        }
    }

    /// What a name server may answer for a name that an attacker owns.
    @Test(arguments: [
        ["127.0.0.1"], ["::1"], ["0.0.0.0"], ["::"], ["10.0.0.7"], ["169.254.169.254"], ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fe80::1"],
        ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["8.8.8.8", "1.1.1.1", "192.168.0.1"],
        ["2600::1", "::1"], ["8.8.8.8", "fd00::1"], ["8.8.8.8", "::ffff:10.0.0.1"], ["8.8.8.8", "100.64.0.1"],
    ])
    func answersWithARefusedAddressAreRefused(addresses: [String]) async throws {
        try await TestService.run(Self.ok) { service in
            try await EgressBench.run(allow: [], answer: { _, _ in addresses }) { bench in
                let error = await #expect(throws: EgressError.self) {
                    try await bench.get("http://evil.test:\(service.port)/")
                }
                guard case .refused(.address(let refused), redirectedBy: nil) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(refused.name == "evil.test")
            }
            #expect(service.received.isEmpty)
        }
    }

    /// A name server that says something else the second time: it is not asked a second time within a call.
    @Test func aNameIsLookedUpOnceACall() async throws {
        try await TestService.run(Self.ok) { service in
            try await EgressBench.run(answer: { _, turn in turn == 1 ? ["127.0.0.1"] : ["127.0.0.2"] }) { bench in
                let url = "http://evil.test:\(service.port)/"
                let response = try await bench.get(url)
                #expect(response.status == .ok)
                #expect(bench.lookups.count == 1)
                let error = await #expect(throws: EgressError.self) { try await bench.get(url) }
                #expect(error?.message.contains("\"evil.test\" resolves to 127.0.0.2") == true)
                #expect(service.received.count == 1)
            }
        }
    }

    @Test func aNameWithoutAddressIsAnError() async throws {
        try await EgressBench.run(answer: { _, _ in [] }) { bench in
            await #expect(throws: EgressError.refused(.unresolved("gone.test"), redirectedBy: nil)) {
                try await bench.get("http://gone.test/")
            }
            #expect(bench.outcomes == [.error])
        }
    }

    @Test func theNextAddressIsTriedAndRemembered() async throws {
        try await TestService.run(Self.ok) { service in
            try await EgressBench.run(
                allow: ["127.0.0.0/8"], answer: { _, _ in ["127.0.0.2", "127.0.0.1"] }
            ) { bench in
                for _ in 0..<30 { _ = try await bench.get("http://api.test:\(service.port)/") }
                #expect(bench.outcomes.allSatisfy { $0 == .success })
            }
        }
    }

    @Test func whereNobodyListensThereIsNoConnection() async throws {
        let port = try await TestService.run(Self.ok) { $0.port }
        try await EgressBench.run(allow: ["127.0.0.0/8"], answer: { _, _ in ["127.0.0.1", "127.0.0.2"] }) { bench in
            let error = await #expect(throws: EgressError.self) { try await bench.get("http://a.test:\(port)/?key=x") }
            #expect(error?.message == "no connection to http://a.test:\(port): Connection refused")
        }
    }

    @Test func aConnectionThatBreaksOffIsAnError() async throws {
        try await TestService.run({ _ in .close }) { service in
            try await EgressBench.run { bench in
                let error = await #expect(throws: EgressError.self) {
                    try await bench.get("http://a.test:\(service.port)/")
                }
                guard case .connection(_, _, wasConnected: true) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test(arguments: [true, false]) func anAnswerIsTakenInUpToItsBound(isChunked: Bool) async throws {
        let body = String(repeating: "x", count: 1000)
        try await TestService.run({ _ in .status(200, body: body, isChunked: isChunked) }) { service in
            var options = EgressOptions()
            options.maxResponseBytes = 1000
            try await EgressBench.run(options: options) { bench in
                var request = EgressRequest(url: "http://a.test:\(service.port)/")
                let whole = try await bench.client.call(request)
                #expect(whole.body.readableBytes == 1000)
                request.responseLimit = 999
                await #expect(
                    throws: EgressError.tooLarge(origin: "http://a.test:\(service.port)", limit: 999)
                ) { try await bench.client.call(request) }
                let again = try await bench.get("http://a.test:\(service.port)/")
                #expect(again.status == .ok)
            }
        }
    }

    @Test func aCallEndsWithItsTime() async throws {
        try await TestService.run({ _ in .nothing }) { service in
            try await EgressBench.run { bench in
                var request = EgressRequest(url: "http://a.test:\(service.port)/")
                request.timeout = .seconds(7)
                let end = bench.clock.now + .seconds(7)
                let client = bench.client
                let answer = Task { [request] in try await client.call(request) }
                await service.receives(1)
                await bench.clock.sleeper(until: end)
                bench.clock.advance(by: .seconds(7))
                let error = await #expect(throws: EgressError.self) { try await answer.value }
                #expect(error == .timeout(origin: "http://a.test:\(service.port)", .seconds(7)))
                #expect(bench.outcomes == [.timeout])
            }
        }
    }

    @Test func aCallThatNobodyWantsIsCancelled() async throws {
        try await TestService.run({ _ in .nothing }) { service in
            try await EgressBench.run { bench in
                let (client, url) = (bench.client, "http://a.test:\(service.port)/")
                let task = Task { try await client.call(EgressRequest(url: url)) }
                await service.receives(1)
                task.cancel()
                await #expect(throws: EgressError.cancelled) { try await task.value }
            }
        }
    }

    @Test func nothingIsCalledAfterShutdown() async throws {
        try await EgressBench.run { bench in
            await bench.client.shutDown()
            await #expect(throws: EgressError.closed) { try await bench.get("http://a.test/") }
        }
    }

    /// The certificate is asked for by name, though the connection goes to an address.
    @Test func theNameIsKeptInTheTLSHandshake() async throws {
        let heard = AsyncStream<ByteBuffer>.makeStream()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstBytes { heard.continuation.yield($0) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        try await EgressBench.run { bench in
            let error = await #expect(throws: EgressError.self) { try await bench.get("https://secure.test:\(port)/") }
            #expect(error?.outcome == .error)
        }
        try await server.close()
        let hello = try #require(await heard.stream.first { _ in true })
        #expect(String(decoding: hello.readableBytesView, as: UTF8.self).contains("secure.test"))
    }

    @Test(arguments: [("127.0.0.1", true), ("127.0.0.2", false), ("::1", false), ("::ffff:127.0.0.1", false)])
    func aConnectionToAnotherAddressIsNotUsed(pinned: String, isUsed: Bool) async throws {
        let address = try #require(IPAddress(parsing: pinned))
        try await TestService.run(Self.ok) { service in
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: service.port).get()
            let passed: Void? = try? await PinnedClients.check(channel, address).get()
            #expect((passed != nil) == isUsed)
            if isUsed { channel.close(promise: nil) }
            try await channel.closeFuture.get()
        }
    }

    @Test func theSystemKnowsThisMachine() async throws {
        let addresses = try await Resolver.system.addresses("localhost")
        #expect(addresses.contains(.v4(0x7F00_0001)) || addresses.contains(.v6(1)))
        // Without a name server the system cannot tell, and says so.
        #expect((try? await Resolver.system.addresses("nobody.invalid"))?.isEmpty != false)
    }

    @Test func aLookupThatNobodyWaitsForIsLeft() async throws {
        let task = Task { try await Resolver.system.addresses("localhost") }
        task.cancel()
        _ = await task.result
    }

    @Test(arguments: [
        "http://user:hunter2@a.test/", "http://a.test:hunter2/", "http://a.test/hunter2?key=hunter2", "hunter2://a/",
        "http://a.test/ hunter2", "http://127.0.0.2/?hunter2", "https://a.test/hunter2#hunter2",
    ])
    func errorsHoldNoSecrets(url: String) async throws {
        let port = try await TestService.run(Self.ok) { $0.port }
        let url = url.replacing("a.test/", with: "a.test:\(port)/")
        try await EgressBench.run { bench in
            let error = await #expect(throws: EgressError.self) { try await bench.get(url) }
            #expect(error?.description.contains("hunter2") == false, "\(String(describing: error))")
            #expect(error?.description.contains("; ") == true)
        }
    }
}

/// Tells the first bytes that come in and hangs up.
private final class FirstBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let tell: @Sendable (ByteBuffer) -> Void

    init(_ tell: @escaping @Sendable (ByteBuffer) -> Void) { self.tell = tell }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        tell(unwrapInboundIn(data))
        context.close(promise: nil)
    }
}
