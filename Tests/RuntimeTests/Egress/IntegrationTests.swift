import NIOCore
import NIOHTTP1
import Testing
import Workflow

@testable import Runtime

/// Circuit breakers, rates and what is told of calls.
@Suite(.timeLimit(.minutes(30))) struct IntegrationTests {
    static func options(probes: Int = 1) throws -> EgressOptions {
        var options = EgressOptions()
        options.breaker = try .init(
            failureRatio: 0.5, minimumCalls: 4, window: .seconds(10), openTime: .seconds(5), probes: probes)
        return options
    }

    static func request(_ service: TestService, _ path: String = "/", named name: String? = nil) -> EgressRequest {
        var request = EgressRequest(url: "http://a.test:\(service.port)\(path)")
        request.integration = name
        return request
    }

    /// Answers with the status that the path names.
    static func status(_ request: TestService.Request) -> TestService.Answer {
        .status(Int(request.head.uri.dropFirst()) ?? 200)
    }

    @Test func theCircuitOpensAndLetsOneProbeThrough() async throws {
        try await TestService.run({ $0.head.uri == "/wait" ? .nothing : Self.status($0) }) { service in
            try await EgressBench.run(options: try Self.options()) { bench in
                for _ in 0..<4 { _ = try await bench.client.call(Self.request(service, "/503", named: "orders")) }
                let open = EgressError.circuitOpen(integration: "orders", until: bench.clock.now + .seconds(5))
                await #expect(throws: open) { try await bench.client.call(Self.request(service, named: "orders")) }
                #expect(service.received.count == 4 && bench.client.breakers == ["orders": .open])
                let other = try await bench.client.call(Self.request(service))
                #expect(other.status == .ok, "another integration")

                bench.clock.advance(by: .seconds(5))
                let (client, probe) = (bench.client, Self.request(service, "/wait", named: "orders"))
                let waiting = Task { try await client.call(probe) }
                await service.receives(6)
                await #expect(throws: EgressError.self) {
                    try await bench.client.call(Self.request(service, named: "orders"))
                }
                #expect(service.received.count == 6, "while the probe is under way nothing else goes out")
                waiting.cancel()
                await #expect(throws: EgressError.cancelled) { try await waiting.value }
                let last = try await bench.client.call(Self.request(service, named: "orders"))
                #expect(last.status == .ok)
                #expect(bench.client.breakers["orders"] == .closed, "the cancelled probe was given back")
                let changes = bench.facts.filter { if case .breaker = $0 { true } else { false } }
                #expect(
                    changes == [
                        .breaker(integration: "orders", from: .closed, to: .open),
                        .breaker(integration: "orders", from: .open, to: .halfOpen),
                        .breaker(integration: "orders", from: .halfOpen, to: .closed),
                    ])
            }
        }
    }

    @Test(arguments: [(500, true), (503, true), (429, true), (404, false), (400, false), (302, false), (200, false)])
    func statusesCountAgainstTheService(status: Int, isFailure: Bool) async throws {
        try await TestService.run(Self.status) { service in
            try await EgressBench.run(options: try Self.options()) { bench in
                for _ in 0..<4 { _ = try await bench.client.call(Self.request(service, "/\(status)")) }
                #expect(bench.client.breakers["a.test:\(service.port)"] == (isFailure ? .open : .closed))
                #expect(bench.outcomes == Array(repeating: status < 400 ? .success : .error, count: 4))
            }
        }
    }

    @Test func connectionsThatFailCountAndRefusalsDoNot() async throws {
        let port = try await TestService.run(Self.status) { $0.port }
        try await EgressBench.run(
            options: try Self.options(), answer: { name, _ in name == "inner.test" ? ["10.0.0.7"] : ["127.0.0.1"] }
        ) { bench in
            for _ in 0..<4 {
                await #expect(throws: EgressError.self) { try await bench.get("http://a.test:\(port)/") }
                await #expect(throws: EgressError.self) { try await bench.get("http://inner.test/") }
                await #expect(throws: EgressError.self) { try await bench.get("http://10.0.0.8/") }
            }
            #expect(bench.client.breakers == ["a.test:\(port)": .open, "inner.test": .closed])
            #expect(bench.outcomes.filter { $0 == .rejected }.count == 8)
        }
    }

    @Test func whatComesTooFastWaitsOrIsRefused() async throws {
        var options = EgressOptions()
        options.rateLimits = ["orders": try #require(RateLimit(parsing: "2/10s"))]
        try await TestService.run(Self.status) { service in
            try await EgressBench.run(options: options) { bench in
                for _ in 0..<2 { _ = try await bench.client.call(Self.request(service, named: "orders")) }
                var hasty = Self.request(service, named: "orders")
                // Half of its time would be for waiting.
                hasty.timeout = .seconds(9)
                await #expect(
                    throws: EgressError.rateLimited(integration: "orders", until: bench.clock.now + .seconds(5))
                ) { try await bench.client.call(hasty) }
                let due = bench.clock.now + .seconds(5)
                let (client, request) = (bench.client, Self.request(service, named: "orders"))
                let waiting = Task { try await client.call(request) }
                await bench.clock.sleeper(until: due)
                #expect(service.received.count == 2)
                bench.clock.advance(by: .seconds(5))
                let response = try await waiting.value
                #expect(response.status == .ok)
                #expect(bench.outcomes == [.success, .success, .rejected, .success])
                guard case .call(let last) = bench.facts.last else { return }
                #expect(
                    last
                        == EgressCall(
                            integration: "orders", operation: "GET", outcome: .success, duration: .seconds(5)))
            }
        }
    }

    @Test func whatWaitsForARateHoldsUpNoOther() async throws {
        var options = EgressOptions()
        options.rateLimits = ["orders": try #require(RateLimit(parsing: "20/1s"))]
        try await TestService.run(Self.status) { service in
            try await EgressBench.run(options: options) { bench in
                let (client, request) = (bench.client, Self.request(service, named: "orders"))
                let last = bench.clock.now + .milliseconds(12_900)
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<(EgressClient.concurrency + 22) {
                        group.addTask { _ = try? await client.call(request) }
                    }
                    await bench.clock.sleeper(until: last)
                    let other = try? await client.call(Self.request(service))
                    #expect(other?.status == .ok)
                    bench.clock.advance(by: .seconds(13))
                }
                #expect(bench.outcomes == Array(repeating: .success, count: EgressClient.concurrency + 23))
            }
        }
    }

    @Test func theyAreBoundedAndAnOpenCircuitAndARateAreKept() throws {
        var options = try Self.options()
        options.rateLimits = ["slow": try #require(RateLimit(parsing: "1/1h"))]
        let integrations = Integrations(options) { _ in }
        let now = Timestamp(microseconds: 0)
        func call(_ name: String, _ succeeded: Bool) throws {
            let admission = try integrations.admit(name, at: now, within: .zero)
            integrations.record(admission, of: name, succeeded: succeeded, at: now)
        }
        try call("slow", true)
        for _ in 0..<4 { try call("failing", false) }
        for number in 0..<(2 * Integrations.capacity) { try call("\(number)", true) }
        let states = integrations.states(at: now)
        #expect(states.count == Integrations.capacity)
        #expect(states["failing"] == .open && states["1999"] == .closed && states["0"] == nil)
        #expect(throws: EgressError.self, "its rate is used up") { try call("slow", true) }
    }

    @Test func retriesAreBoundedByTheirBudget() throws {
        let integrations = Integrations(EgressOptions()) { _ in }
        let now = Timestamp(microseconds: 0)
        let granted = (0..<20).filter { _ in integrations.mayRetry("a", at: now) }
        #expect(granted.count == 10)
        for _ in 0..<5 { _ = try integrations.admit("a", at: now, within: .zero) }
        #expect(integrations.mayRetry("a", at: now) && !integrations.mayRetry("a", at: now))
    }
}

@Suite struct TokenBucketTests {
    static func at(_ seconds: Double) -> Timestamp { Timestamp(microseconds: Int64(seconds * 1_000_000)) }

    @Test func aBurstGoesThroughAndTheRestIsSpread() throws {
        var bucket = TokenBucket(try #require(RateLimit(4, per: .seconds(8))))
        var waits: [Duration] = []
        for _ in 0..<6 { waits.append(try bucket.take(at: Self.at(0), within: .seconds(60))) }
        #expect(waits == [.zero, .zero, .zero, .zero, .seconds(2), .seconds(4)])
        #expect(throws: TokenBucket.Refusal(retryAfter: .seconds(6))) {
            try bucket.take(at: Self.at(0), within: .seconds(5))
        }
        #expect(try bucket.take(at: Self.at(6), within: .zero) == .zero, "a refusal takes no token")
        #expect(try bucket.take(at: Self.at(1_000), within: .zero) == .zero)
    }

    /// Over any stretch there are at most a burst and what drips in meanwhile.
    @Test(arguments: [1, 3, 7, 1000]) func theRateHolds(count: Int) throws {
        let limit = try #require(RateLimit(count, per: .seconds(1)))
        var bucket = TokenBucket(limit)
        var taken: [Timestamp] = []
        for step in 0..<4_000 {
            let now = Timestamp(microseconds: Int64(step) * 1_237)
            if (try? bucket.take(at: now, within: .zero)) != nil { taken.append(now) }
        }
        for (index, time) in taken.enumerated() where index >= count {
            #expect(time - taken[index - count] >= limit.period - limit.interval * (count - 1) || count > 1)
        }
        let most = Double(count) * (1 + 4_000 * 0.001237) + 1
        #expect(Double(taken.count) <= most && Double(taken.count) >= min(3_999, most - Double(count) - 2))
    }

    @Test func theEndsOfTimeTrapNothing() throws {
        let limit = try #require(RateLimit(1, per: .seconds(86_400)))
        for times in [[Int64.min, .max], [.max, .min], [.max, .max], [.min, .min], [0, .min, .max]] {
            var bucket = TokenBucket(limit)
            for time in times { _ = try? bucket.take(at: Timestamp(microseconds: time), within: .seconds(1)) }
        }
    }

    @Test(arguments: [("100/1s", "100/1s"), ("1/1d", "1/24h"), ("1000000/1ms", "1000000/1ms")])
    func isRead(text: String, written: String) throws {
        let limit = try #require(RateLimit(parsing: text))
        #expect(RateLimit(parsing: limit.description) == limit)
    }

    @Test(arguments: ["", "1", "/", "0/1s", "1/0s", "-1/1s", "+1/1s", "1/2d", "1000001/1s", "1/1s/1", "1 /1s", "x/1s"])
    func isNotRead(text: String) { #expect(RateLimit(parsing: text) == nil) }
}

@Suite struct PinnedClientsTests {
    @Test func thoseUsedLongestAgoGoAndThoseInUseStay() async throws {
        let clients = PinnedClients(EgressOptions(), capacity: 2)
        let pins = (1...5).map { PinnedClients.Pin(host: .name("a.test"), address: .v4($0)) }
        let held = try clients.take(pins[0])
        for pin in pins.dropFirst() {
            _ = try clients.take(pin)
            clients.giveBack(pin, isProven: true)
        }
        #expect(clients.count == 2)
        #expect(try clients.take(pins[0]) === held)
        clients.giveBack(pins[0], isProven: false)
        clients.giveBack(pins[0], isProven: false)
        for pin in pins { _ = try clients.take(pin) }
        #expect(clients.count == 5, "all of them are in use")
        for pin in pins { clients.giveBack(pin, isProven: true) }
        #expect(clients.count == 2)
        await clients.shutDown()
        #expect(throws: EgressError.closed) { try clients.take(pins[0]) }
        clients.giveBack(pins[0], isProven: true)
    }

    @Test func addressesThatAnsweredComeFirst() async throws {
        let clients = PinnedClients(EgressOptions())
        let host = HostText.name("a.test")
        let addresses = [IPAddress.v4(1), .v4(2), .v4(3)]
        _ = try clients.take(.init(host: host, address: .v4(2)))
        #expect(clients.order(addresses, of: host) == addresses)
        clients.giveBack(.init(host: host, address: .v4(2)), isProven: true)
        #expect(clients.order(addresses, of: host) == [.v4(2), .v4(1), .v4(3)])
        #expect(clients.order(addresses, of: .name("b.test")) == addresses)
        await clients.shutDown()
    }
}
