import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Instruments
import Runtime
import Synchronization
import Testing
import Workflow

@testable import Server

/// What events make steps call, from the request over the engine to the refusal in the trace.
@Suite(.timeLimit(.minutes(30))) struct EgressTests {
    static let caller = """
        workflow_id: caller
        trigger: {type: event, event: order.placed}
        steps: [{id: call, type: execute, execute: [{type: http_request, url: "{{order.url}}", timeout: 1m}]}]
        """
    static let joined = """
        workflow_id: joined
        trigger: {type: event, event: order.joined}
        steps:
          - {id: call, type: execute, execute: [{type: http_request, url: "https://api.example{{order.end}}", timeout: 1m}]}
        """
    static let loading = """
        workflow_id: loading
        trigger: {type: event, event: order.loading}
        context: {load: [order.details]}
        steps: [{id: done, type: action, action: {type: allow}}]
        """

    /// What a name server says.
    static let names: [String: [String]] = [
        "public.test": ["127.0.0.1"], "private.test": ["10.0.0.5"], "loop.test": ["127.0.0.1"], "six.test": ["::1"],
        "mixed.test": ["93.184.216.34", "192.168.1.1"], "meta.test": ["169.254.169.254"],
        "meta6.test": ["fd00:ec2::254"], "alibaba.test": ["100.100.100.200"], "shared.test": ["100.64.0.9"],
        "mapped.test": ["::ffff:10.0.0.1"], "nat64.test": ["64:ff9b::a9fe:a9fe"], "zero.test": ["0.0.0.0"],
        "ula.test": ["fc00::7"], "link.test": ["fe80::1"], "tunnel.test": ["2002:a00:1::1"], "cast.test": ["224.0.0.1"],
    ]

    /// What each address is refused for, and the addresses.
    static let refused: [(reason: String, urls: [String])] = [
        (
            "a loopback address",
            [
                "http://127.0.0.1/", "http://127.0.0.1:8080/x", "http://127.255.255.254/", "http://2130706433/",
                "http://0x7f000001/", "http://0X7F.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://127.0.1/",
                "http://127.0.0.1./", "http://2130706433./", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]:80/",
                "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://loop.test/", "http://LOOP.test./",
                "http://six.test/",
            ]
        ),
        (
            "leading zero",
            ["http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.01/", "http://00127.0.0.1/"]
        ),
        (
            "the address of a cloud's metadata service",
            [
                "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/",
                "http://169.254.43518/", "http://0xa9.0xfe.0xa9.0xfe/", "http://169.254.170.2/",
                "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/", "http://[fd00:ec2::254]/",
                "http://[FD00:0EC2:0:0::254]/", "http://[fd20:ce::254]/", "http://[::ffff:169.254.169.254]/",
                "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://meta.test/", "http://meta6.test/",
                "http://alibaba.test/", "http://nat64.test/",
            ]
        ),
        (
            "an address of a private network",
            [
                "http://10.0.0.1/", "http://10.1/", "http://167772161/", "http://172.16.0.1/",
                "http://172.31.255.255/", "http://192.168.0.1/", "http://0xc0a80001/", "http://[fc00::1]/",
                "http://[fec0::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::10.0.0.1]/",
                "http://private.test/", "http://private.test:6379/", "http://mixed.test/", "http://mapped.test/",
                "http://ula.test/",
            ]
        ),
        ("a link-local address", ["http://169.254.0.1/", "http://[fe80::1]/", "http://link.test/"]),
        ("an unspecified address", ["http://0/", "http://0.0.0.0/", "http://[::]/", "http://zero.test/"]),
        ("shared behind a carrier's NAT", ["http://100.64.0.1/", "http://shared.test/"]),
        ("carries another one in it", ["http://[::127.0.0.1]/", "http://[2002:7f00:1::]/", "http://tunnel.test/"]),
        ("a multicast address", ["http://224.0.0.1/", "http://[ff02::1]/", "http://cast.test/"]),
        ("a broadcast address", ["http://255.255.255.255/"]),
        ("means this machine", ["http://localhost/", "http://LOCALHOST./", "http://a.localhost:8080/"]),
        ("zone", ["http://[fe80::1%25eth0]/", "http://[::1%25lo]/"]),
        (
            "a user name or a password",
            [
                "http://a@127.0.0.1/", "http://example.com@127.0.0.1/", "http://a:b@8.8.8.8/",
                "http://8.8.8.8:80@127.0.0.1/", "http://127.0.0.1@example.com/",
            ]
        ),
        ("backslash", ["http://127.0.0.1\\.example.com/", "http://8.8.8.8\\127.0.0.1/"]),
        (
            "ASCII",
            ["http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ｌocalhost/", "http://ⓛocalhost/"]
        ),
        ("percent", ["http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/", "http://loc%61lhost/"]),
        (
            "does not begin with http:// or https://",
            [
                "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://8.8.8.8/", "dict://127.0.0.1:11211/",
                "unix:///var/run/docker.sock", "//127.0.0.1/", "127.0.0.1", "javascript://8.8.8.8/",
                "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
            ]
        ),
        ("not a number from 1 to 65535", ["http://8.8.8.8:0/", "http://8.8.8.8:65536/", "http://8.8.8.8:-1/"]),
        ("a space or a control character", ["http://8.8.8.8 127.0.0.1/", "http://8.8.8.8\r\nHost: a/"]),
    ]

    /// A service that counts what reaches it.
    final class Service: Sendable {
        private let hits = Mutex<[String]>([])

        var paths: [String] { hits.withLock { $0 } }

        /// Runs it while the body runs, which is told its port. A path in the table redirects to what stands there.
        func run(
            _ redirects: @escaping @Sendable (_ path: String) -> String?,
            _ body: @escaping @Sendable (Int) async throws -> Void
        ) async throws {
            let router = Router()
            router.on("/**", method: .get) { [self] request, _ in
                hits.withLock { $0.append(request.uri.path) }
                let json: HTTPFields = [.contentType: "application/json"]
                guard let location = redirects(request.uri.path) else {
                    return Response(status: .ok, headers: json, body: .init(byteBuffer: .init(string: "{}")))
                }
                return Response(status: .found, headers: [.location: location])
            }
            try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
                .test(.live) { client in try await body(client.port ?? 0) }
        }
    }

    /// A server whose steps call through a client that asks our own name server.
    ///
    /// - Parameter source: the address of what is loaded as `order.details`.
    private static func run(
        allow: [String] = [], source: String = "http://public.test/",
        _ body: @escaping @Sendable (TestServer, Client) async throws -> Void
    ) async throws {
        var options = EgressOptions()
        (options.connectTimeout, options.timeout) = (.seconds(3_600), .seconds(3_600))
        options.rules = try EgressRules(allow: allow)
        let resolver = Resolver { name in (names[name] ?? []).compactMap { IPAddress(parsing: $0) } }
        let server = try await TestServer(context: [ContextSource(name: "order.details", url: source)]) { observe in
            EgressClient(options: options, resolver: resolver, observe: observe)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await server.run { client in
                    for definition in [caller, joined, loading] {
                        #expect(try await client.deploy(definition).status < 300)
                    }
                    try await body(server, client)
                })
        } catch {
            result = .failure(error)
        }
        await server.egress?.shutDown()
        try result.get()
    }

    /// Sends an event, and gives its execution as it ended, with the first step of its trace.
    private static func send(
        _ event: String, _ order: JSONObject, _ client: Client
    ) async throws -> (execution: JSONObject, step: JSONObject) {
        let body: JSONValue = ["event": .string(event), "data": ["order": .object(order)]]
        let answer = try await client.send(.post, "/api/v1/events?wait=1m", json: body.description)
        let execution = try #require(answer.json["executions"]?.array?.first?.object, "\(answer.text)")
        let id = try #require(execution["id"]?.string)
        let trace = try await client.send(.get, "/api/v1/executions/\(id)/trace")
        return (execution, try #require(trace.json["steps"]?.array?.first?.object))
    }

    @Test func noFormOfAnAddressIsCalled() async throws {
        let count = Self.refused.reduce(0) { $0 + $1.urls.count }
        #expect(count >= 100)
        try await Self.run { server, client in
            for (reason, urls) in Self.refused {
                for url in urls {
                    let (execution, step) = try await Self.send("order.placed", ["url": .string(url)], client)
                    #expect(execution["result"] == "failed" && step["status"] == "failed", "\(url)")
                    let error = step["error"]?.string ?? ""
                    #expect(error.contains(reason), "\(url): \(error)")
                    // How to mend it, too.
                    #expect(error.contains("; "), "\(url): \(error)")
                    #expect(step["attempts"] == 1, "\(url)")
                }
            }
            let held = server.registry.snapshot().first { $0.name == "flowmeter_integration_calls_held_total" }
            #expect(held?.series.map(\.value).reduce(0, +) == Double(count))
            #expect(held?.series.first { $0["reason"] == "address" }?.value == Double(count))
        }
    }

    /// What is appended to a host makes another host of it, or none.
    @Test(arguments: [
        ("@127.0.0.1/", "a user name or a password"), (":x@127.0.0.1/", "a user name or a password"),
        (".localhost/", "means this machine"), ("\\@127.0.0.1/", "user name"), ("\\.evil.test/", "backslash"),
        (":0/", "not a number"), ("%00.test/", "percent"), ("。evil.test/", "ASCII"), (" /", "space"),
    ])
    func whatAnEventAddsToAHostIsChecked(end: String, reason: String) async throws {
        try await Self.run { _, client in
            let (execution, step) = try await Self.send("order.joined", ["end": .string(end)], client)
            #expect(execution["result"] == "failed")
            #expect(step["error"]?.string?.contains(reason) == true, "\(step["error"] ?? .null)")
        }
    }

    @Test func whatIsAllowedPasses() async throws {
        let service = Service()
        try await service.run({ _ in nil }) { port in
            try await Self.run(allow: ["127.0.0.1", "public.test", "169.254.0.0/16", "meta.test"]) { _, client in
                for host in [
                    "127.0.0.1", "2130706433", "0x7f.1", "127.0.0.1.", "public.test", "PUBLIC.test.", "loop.test",
                ] {
                    let (execution, step) = try await Self.send(
                        "order.placed", ["url": .string("http://\(host):\(port)/called")], client)
                    #expect(execution["result"] == "executed", "\(host): \(step)")
                }
                // A range or a name is not enough for what hands out the machine's own credentials.
                for host in ["169.254.169.254", "meta.test", "private.test"] {
                    let (execution, _) = try await Self.send(
                        "order.placed", ["url": .string("http://\(host)/")], client)
                    #expect(execution["result"] == "failed", "\(host)")
                }
            }
        }
        #expect(service.paths == Array(repeating: "/called", count: 7))
    }

    // MARK: Redirects

    /// Where an answer leads, by the last part of its path, and why nobody follows.
    static let leads: [(name: String, location: String, reason: String)] = [
        ("loopback", "http://127.0.0.1:PORT/secret", "a loopback address"),
        ("short", "http://127.1:PORT/secret", "a loopback address"),
        ("decimal", "http://2130706433:PORT/secret", "a loopback address"),
        ("mapped", "http://[::ffff:127.0.0.1]:PORT/secret", "a loopback address"),
        ("private", "http://10.0.0.1/", "an address of a private network"),
        ("named", "http://private.test/", "an address of a private network"),
        ("loopname", "http://loop.test:PORT/secret", "a loopback address"),
        ("metadata", "http://169.254.169.254/latest/meta-data/iam/", "metadata service"),
        ("metadata6", "http://[fd00:ec2::254]/", "metadata service"),
        ("alibaba", "http://100.100.100.200/", "metadata service"),
        ("relative-scheme", "//127.0.0.1:PORT/secret", "a loopback address"),
        ("localhost", "http://localhost:PORT/secret", "means this machine"),
        ("file", "file:///etc/passwd", "does not begin with http"),
        ("gopher", "gopher://127.0.0.1:6379/_x", "does not begin with http"),
        ("data", "data:text/plain,x", "does not begin with http"),
        ("user", "http://public.test@127.0.0.1:PORT/secret", "a user name or a password"),
        ("backslash", "/\\127.0.0.1/secret", "backslash"),
        ("octal", "http://0177.0.0.1:PORT/secret", "leading zero"),
        ("far", "/chain/4/loopback", "a loopback address"),
        ("further", "/chain/5/private", "redirect after 5"),
        ("round", "/redirect/round", "redirect after 5"),
    ]

    @Sendable private static func location(_ path: String, port: Int) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count >= 2 else { return nil }
        if parts[0] == "chain", parts.count == 3, let left = Int(parts[1]) {
            return left > 1 ? "../\(left - 1)/\(parts[2])" : "../../redirect/\(parts[2])"
        }
        guard parts[0] == "redirect" else { return nil }
        if parts[1] == "ok" { return "/answer" }
        return leads.first { $0.name == parts[1] }?.location.replacing("PORT", with: "\(port)")
    }

    @Test func noRedirectLeadsWhereStepsMayNotCall() async throws {
        let service = Service()
        let port = Mutex(0)
        try await service.run({ Self.location($0, port: port.withLock { $0 }) }) { found in
            port.withLock { $0 = found }
            let source = "http://public.test:\(found)/redirect/{{order.to}}"
            try await Self.run(allow: ["public.test"], source: source) { _, client in
                for (name, _, reason) in Self.leads {
                    let (execution, _) = try await Self.send("order.loading", ["to": .string(name)], client)
                    #expect(execution["result"] == "failed", "\(name)")
                    #expect(execution["error_type"] == "context_build_error", "\(name)")
                    let text = execution["reason"]?.string ?? ""
                    #expect(text.contains(reason), "\(name): \(text)")
                }
                let (allowed, _) = try await Self.send("order.loading", ["to": "ok"], client)
                #expect(allowed["result"] == "allowed")
            }
        }
        #expect(!service.paths.contains("/secret"))
        #expect(service.paths.last == "/answer")
    }

    /// A step's own request follows none at all.
    @Test func aStepFollowsNoRedirect() async throws {
        let service = Service()
        try await service.run({ Self.location($0, port: 1) }) { port in
            try await Self.run(allow: ["public.test"]) { _, client in
                for name in ["ok", "metadata"] {
                    let url = "http://public.test:\(port)/redirect/\(name)"
                    let (execution, step) = try await Self.send("order.placed", ["url": .string(url)], client)
                    #expect(execution["result"] == "failed")
                    #expect(step["error"]?.string?.contains("302") == true)
                }
            }
        }
        #expect(service.paths == ["/redirect/ok", "/redirect/metadata"])
    }
}
