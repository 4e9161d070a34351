import NIOCore
import NIOHTTP1
import Testing
import Workflow

@testable import Runtime

/// Redirects of a service that is really there.
@Suite(.timeLimit(.minutes(30))) struct FollowedRedirectTests {
    /// What each name leads to; everything else to the service itself.
    static func answer(_ name: String, _ turn: Int) -> [String] {
        switch name {
        case "inner.test": ["10.0.0.7"]
        case "half.test": ["8.8.8.8", "169.254.169.254"]
        case "late.test": turn == 1 ? ["127.0.0.1"] : ["127.0.0.2"]
        default: ["127.0.0.1"]
        }
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "//169.254.169.254/", "http://[::1]/",
        "http://127.0.0.2/", "http://127.2/", "//0x7f.0.0.2/", "http://0/", "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/", "http://10.0.0.7:6379/", "//192.168.1.1", "http://localhost/", "//a.localhost/",
        "http://inner.test/", "//inner.test/x", "http://half.test/", "http://INNER.test./", "http://[fd00:ec2::254]/",
        "file:///etc/passwd", "gopher://127.0.0.1:6379/", "http://user@8.8.8.8/", "/\\127.0.0.1", "\\\\10.0.0.1\\x",
        "http:127.0.0.1", "http:///127.0.0.1/", "http://0177.1/", "http://8.8.8.8:0/", "http://a b/",
        "javascript:alert(1)",
    ])
    func isRefused(location: String) async throws {
        for hops in [1, 3] {
            try await TestService.run({ request in
                let turn = request.head.uri.utf8.count
                return .redirect(to: turn < hops ? request.head.uri + "x" : location)
            }) { service in
                try await EgressBench.run(answer: Self.answer) { bench in
                    let error = await #expect(throws: EgressError.self, "\(location)") {
                        try await bench.get("http://a.test:\(service.port)/", follow: true)
                    }
                    guard case .refused(_, redirectedBy: let origin) = error else {
                        Issue.record("\(location): \(String(describing: error))")
                        return
                    }
                    #expect(origin == "http://a.test:\(service.port)")
                    #expect(service.received.count == hops, "\(location)")
                }
            }
        }
    }

    @Test func aNameIsLookedUpAnewForEachRedirect() async throws {
        try await TestService.run({ $0.head.uri == "/1" ? .redirect(to: "/2") : .status(200) }) { service in
            try await EgressBench.run(answer: Self.answer) { bench in
                let error = await #expect(throws: EgressError.self) {
                    try await bench.get("http://late.test:\(service.port)/1", follow: true)
                }
                #expect(error?.message.contains("resolves to 127.0.0.2") == true)
                #expect(service.received.count == 1)
            }
        }
    }

    @Test func aChainIsFollowed() async throws {
        let port = Box()
        try await TestService.run({ request in
            switch request.head.uri {
            case "/1": .redirect(to: "/2")
            case "/2": .redirect(301, to: "http://b.test:\(port.value)/3?x")
            case "/3?x": .redirect(308, to: "4")
            default: .status(200, body: request.head.uri)
            }
        }) { service in
            port.value = service.port
            try await EgressBench.run { bench in
                let response = try await bench.get("http://a.test:\(service.port)/1", follow: true)
                #expect(String(buffer: response.body) == "/4")
                #expect(
                    service.received.map { $0["Host"] } == ["a", "a", "b", "b"].map { "\($0).test:\(service.port)" })
                let calls = bench.facts.filter { if case .call = $0 { true } else { false } }
                #expect(calls.count == 1)
            }
        }
    }

    @Test(arguments: [5, 6]) func fiveAreFollowed(count: Int) async throws {
        try await TestService.run({ request in
            let number = Int(request.head.uri.dropFirst()) ?? 0
            return number < count ? .redirect(to: "/\(number + 1)") : .status(200)
        }) { service in
            try await EgressBench.run { bench in
                let url = "http://a.test:\(service.port)/0"
                if count == 5 {
                    let response = try await bench.get(url, follow: true)
                    #expect(response.status == .ok)
                } else {
                    await #expect(
                        throws: EgressError.redirects(origin: "http://a.test:\(service.port)", limit: 5)
                    ) { try await bench.get(url, follow: true) }
                    #expect(service.received.count == 6)
                }
            }
        }
    }

    @Test func oneThatIsNotFollowedIsAnAnswer() async throws {
        try await TestService.run({ _ in .redirect(to: "http://127.0.0.2/") }) { service in
            try await EgressBench.run { bench in
                let response = try await bench.get("http://a.test:\(service.port)/")
                #expect(response.status == .found && response.headers.first(name: "Location") == "http://127.0.0.2/")
            }
        }
    }

    @Test(arguments: [
        (301, HTTPMethod.POST, HTTPMethod.GET), (302, .POST, .GET), (303, .POST, .GET), (303, .PUT, .GET),
        (303, .HEAD, .HEAD), (301, .PUT, .PUT), (302, .DELETE, .DELETE), (307, .POST, .POST), (308, .PUT, .PUT),
        (301, .GET, .GET), (302, .HEAD, .HEAD),
    ])
    func itsMethodFollowsFromTheStatus(status: Int, method: HTTPMethod, next: HTTPMethod) async throws {
        try await TestService.run({ $0.head.uri == "/1" ? .redirect(status, to: "/2") : .status(200) }) { service in
            try await EgressBench.run { bench in
                var request = EgressRequest(url: "http://a.test:\(service.port)/1")
                request.method = method
                request.followsRedirects = true
                request.headers = ["Content-Type": "text/plain", "Authorization": "secret"]
                let hasBody = [.POST, .PUT].contains(method)
                if hasBody { request.body = ByteBuffer(string: "hello") }
                _ = try await bench.client.call(request)
                let last = try #require(service.received.last)
                #expect(last.head.uri == "/2" && last.head.method == next)
                #expect(String(buffer: last.body) == (hasBody && next == method ? "hello" : ""))
                #expect((last["Content-Type"] == nil) == (next != method))
                #expect(last["Authorization"] == "secret", "it is the same origin")
            }
        }
    }

    @Test(arguments: [
        "Authorization", "Cookie", "Idempotency-Key", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token", "Referer",
        "Origin", "X-Anything-At-All",
    ])
    func secretsStayWithTheirOrigin(name: String) async throws {
        let port = Box()
        try await TestService.run({ request in
            request["Host"]?.hasPrefix("a.") == true
                ? .redirect(307, to: "http://b.test:\(port.value)/") : .status(200)
        }) { service in
            port.value = service.port
            try await EgressBench.run { bench in
                var request = EgressRequest(url: "http://a.test:\(service.port)/")
                request.headers = [name: "secret", "Accept": "text/plain", "Content-Type": "text/plain"]
                (request.method, request.followsRedirects) = (.POST, true)
                request.body = ByteBuffer(string: "hello")
                _ = try await bench.client.call(request)
                let last = try #require(service.received.last)
                #expect(service.received.count == 2 && last[name] == nil)
                #expect(last["Accept"] == "text/plain" && last["Content-Type"] == "text/plain")
                #expect(String(buffer: last.body) == "hello")
            }
        }
    }
}
