import AsyncHTTPClient
import Instruments
import InstrumentsPushgateway
import Testing

/// What is refused beforehand, and what goes wrong on the way.
@Suite(.timeLimit(.minutes(30))) struct PushFailureTests {
    func error(_ work: () async throws -> Void) async -> PushError? {
        await #expect(throws: PushError.self) { try await work() }
    }

    @Test(
        arguments: [
            "", "localhost:9091", "ftp://localhost", "http://", "http:///path", "http://host name", "http://host/\n",
            "http://größe", "http://host?x=1", "http://host/#top", "http://user:secret@host",
        ])
    func wrongAddressesAreRefused(_ address: String) async throws {
        let error = await error { _ = try Pushgateway(address, job: "b") }
        #expect(error?.code == .invalidAddress)
        #expect(error?.description.contains("secret") == false)
    }

    static let wrongKeys: [(String, KeyValuePairs<String, String>)] = [
        ("", [:]), ("b", ["job": "c"]), ("b", ["a": "1", "a": "2"]), ("b", ["a-b": "1"]), ("b", ["": "1"]),
        ("b", ["__name__": "x"]), ("b", ["le": "1"]),
    ]

    @Test(arguments: wrongKeys.indices)
    func wrongKeysAreRefused(_ index: Int) async throws {
        let (job, grouping) = Self.wrongKeys[index]
        let error = await error { _ = try Pushgateway("http://localhost", job: job, grouping: grouping) }
        #expect(error?.code == .invalidGrouping)
    }

    @Test func wrongCredentialsAreRefused() async throws {
        for credentials: Pushgateway.Authorization in [
            .bearer(""), .bearer("a\r\nX: y"), .bearer("ü"), .basic(user: "a:b", password: ""),
        ] {
            let error = await error { _ = try Pushgateway("http://localhost", job: "b", authorization: credentials) }
            #expect(error?.code == .invalidAuthorization)
        }
    }

    @Test func credentialsAreSent() async throws {
        for (credentials, header) in [
            (.basic(user: "Aladdin", password: "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            (.bearer("a.b-c"), "Bearer a.b-c"),
        ] as [(Pushgateway.Authorization, String)] {
            try await Stub.run(Stub.answer("202 Accepted")) { stub in
                try await Pushgateway.patient(stub.address, job: "b/c", authorization: credentials).push(Registry())
                var requests = stub.requests.makeAsyncIterator()
                let request = try #require(await requests.next())
                #expect(request.hasPrefix("PUT /metrics/job@base64/Yi9j HTTP/1.1\r\n"))
                #expect(request.contains("\r\nAuthorization: \(header)\r\n"))
                #expect(request.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            }
        }
    }

    @Test func aLabelOfTheKeyClashes() async throws {
        let registry = Registry()
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: [Label("shard", .open(cap: 5))])
        try await Stub.run(Stub.answer("200 OK")) { stub in
            let push = try Pushgateway.patient(stub.address, job: "b", grouping: ["shard": "1"])
            // Without a series there is nothing to clash.
            try await push.push(registry)
            family.with("2").increment()
            let error = await error { try await push.add(registry) }
            #expect(error?.code == .labelClash)
            #expect(error?.message == "counter jobs_total has the label shard, as the grouping key has")
        }
    }

    @Test func aPushHasALimit() async throws {
        let registry = Registry()
        let family = try registry.gauge("g", help: "", labels: [Label("a", .declared)])
        let long = String(repeating: "x", count: 65_000)
        for index in 0..<1_100 { family.with("\(index)" + long).set(1) }
        let address = try await Stub.nobody()
        let error = await error { try await Pushgateway(address, job: "b").push(registry) }
        #expect(error?.code == .tooLarge)
    }

    func expectRefused(_ error: PushError?, _ address: String) {
        #expect(error?.code == .unreachable)
        #expect(error?.message.hasPrefix("cannot reach \(address): ") == true)
        #expect(error?.message.contains("refused") == true, "\(error?.message ?? "")")
        #expect(error?.status == nil)
    }

    @Test func nobodyListens() async throws {
        let address = try await Stub.nobody()
        try await HTTPClient.patient { client in
            let push = try Pushgateway.patient(address, job: "b", client: client)
            let error = await error { try await push.push(Registry()) }
            expectRefused(error, address)
        }
    }

    /// The shared client tries again until the time is up, and then tells what it met. Who has met nothing by then gets
    /// more time.
    @Test func nobodyListensHoweverOftenTried() async throws {
        let address = try await Stub.nobody()
        var told: PushError?
        for seconds in [1, 10, 100, 500] where told == nil || told?.code == .timeout {
            let push = try Pushgateway(address, job: "b", timeout: .seconds(seconds))
            told = await error { try await push.push(Registry()) }
        }
        expectRefused(told, address)
    }

    @Test func aNameWithoutAnAddress() async throws {
        try await HTTPClient.patient { client in
            let push = try Pushgateway.patient("http://nowhere.invalid", job: "b", client: client)
            let error = await error { try await push.delete() }
            #expect(error?.code == .unreachable, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 O"])
    func aGatewayThatStallsTimesOut(_ answer: String) async throws {
        try await Stub.run(answer) { stub in
            let push = try Pushgateway(stub.address, job: "b", timeout: .milliseconds(200))
            let error = await error { try await push.push(Registry()) }
            #expect(error?.code == .timeout, "\(error?.description ?? "")")
            #expect(error?.message.contains("0.2 seconds") == true)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nab", "answered with 500: ab"),
            ("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "metrics: a"),
            ("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n", "answered with 500"),
        ])
    func aRefusalThatBreaksOffIsARefusal(_ answer: String, _ words: String) async throws {
        try await Stub.run(answer) { stub in
            let push = try Pushgateway.patient(stub.address, job: "b")
            let error = await error { try await push.push(Registry()) }
            #expect(error?.message.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(1)])
    func thereIsNoTime(_ timeout: Duration) async throws {
        try await Stub.run("") { stub in
            let push = try Pushgateway(stub.address, job: "b", timeout: timeout)
            let error = await error { try await push.push(Registry()) }
            #expect(error?.code == .timeout, "\(error?.description ?? "")")
        }
    }

    @Test func thereIsAllTheTime() async throws {
        try await Stub.run(Stub.answer("200 OK")) { stub in
            try await Pushgateway(stub.address, job: "b", timeout: .seconds(Int64.max)).push(Registry())
        }
    }

    @Test func aPushCanBeCancelled() async throws {
        try await Stub.run("") { stub in
            let push = try Pushgateway(stub.address, job: "b", timeout: .seconds(600))
            let task = Task { try await push.push(Registry()) }
            var requests = stub.requests.makeAsyncIterator()
            _ = await requests.next()
            task.cancel()
            let error = await error { try await task.value }
            #expect(error?.code == .cancelled, "\(error?.description ?? "")")
        }
    }

    static let answers: [(String, PushError.Code, Int?, String)] = [
        (
            Stub.answer("400 Bad Request", body: "pushed metrics are\ninvalid\n"), .refused, 400,
            "pushed metrics are invalid"
        ),
        (Stub.answer("401 Unauthorized", body: "no"), .unauthorized, 401, "answered 401"),
        (Stub.answer("403 Forbidden"), .unauthorized, 403, "answered 403"),
        (Stub.answer("413 Payload Too Large"), .refused, 413, "too large"),
        (Stub.answer("404 Not Found", body: "404 page not found"), .unexpectedAnswer, 404, "404 page not found"),
        (Stub.answer("502 Bad Gateway", body: "<html>\u{1}</html>"), .unexpectedAnswer, 502, "502: <html>"),
        (Stub.answer("500 Oops", body: String(repeating: "x", count: 1 << 20)), .unexpectedAnswer, 500, "xxx…"),
        (Stub.answer("304 Not Modified"), .unexpectedAnswer, 304, "redirects to nowhere"),
        (Stub.answer("308 Permanent Redirect", ["Location: /"]), .unexpectedAnswer, nil, "redirects to ever other"),
        ("SSH-2.0-OpenSSH_9.2\r\n", .unreachable, nil, "cannot reach"),
    ]

    @Test(arguments: answers.indices)
    func answersAreExplained(_ index: Int) async throws {
        let (answer, code, status, words) = Self.answers[index]
        try await Stub.run(answer) { stub in
            let push = try Pushgateway.patient(stub.address, job: "b")
            let error = await error { try await push.push(Registry()) }
            #expect(error?.code == code, "\(error?.description ?? "")")
            #expect(error?.status == status)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect((error?.message.count ?? 0) < 700)
        }
    }

    /// A client may follow; whether the push got there depends on the status.
    @Test(arguments: ["301 Moved Permanently", "307 Temporary Redirect"])
    func aRedirectionIsNoSuccess(_ status: String) async throws {
        try await Stub.run(Stub.answer("200 OK")) { target in
            try await Stub.run(Stub.answer(status, ["Location: \(target.address)"])) { stub in
                let push = try Pushgateway.patient(stub.address, job: "b")
                let error = await error { try await push.push(Registry()) }
                #expect(error?.code == .unexpectedAnswer)
                #expect(error?.status == Int(status.prefix(3)))
                #expect(error?.message.contains("redirects to \(target.address)") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func aRedirectionThatIsNotFollowedIsExplained() async throws {
        try await HTTPClient.patient { client in
            try await Stub.run(Stub.answer("301 Moved Permanently", ["Location: https://elsewhere"])) { stub in
                let push = try Pushgateway.patient(stub.address, job: "b", client: client)
                let error = await error { try await push.push(Registry()) }
                #expect(error?.message == "\(stub.address) redirects to https://elsewhere")
            }
        }
    }
}
