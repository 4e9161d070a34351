import HTTPTypes
import HummingbirdTesting
import Instruments
import TestSupport
import Testing
import Workflow

@testable import Runtime
@testable import Server

/// Deliveries come in by HTTP.
@Suite(.timeLimit(.minutes(30))) struct WebhookTests {
    static let seconds: Int64 = 1_800_000_000
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let older = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    /// A source, and what its sender does.
    struct Sender: Sendable, CustomTestStringConvertible {
        var convention: WebhookConvention
        var name: String { "the-\(convention)" }
        var uri: String { "/api/v1/webhooks/\(name)" }
        var testDescription: String { convention.rawValue }

        static let all = WebhookConvention.allCases.map(Sender.init)

        func source(bodyBytes: Int = 1000) throws -> WebhookSource {
            let verifier = try WebhookVerifier(convention, secrets: [secret, older])
            return WebhookSource(name: name, verifier: verifier, bodyBytes: bodyBytes)
        }

        /// A body that says `id` to Stripe, and `invoice.paid` to all but GitHub.
        func body(_ amount: Int = 7, id: String = "evt_1") -> String {
            #"{"id": "\#(id)", "type": "invoice.paid", "amount": \#(amount)}"#
        }

        func signed(
            _ body: String, id: String = "evt_1", at seconds: Int64 = seconds, secret: String = secret
        ) throws -> HTTPFields {
            let key = try WebhookSecret(secret, for: convention)
            let bytes = Array(body.utf8)
            let headers: [String: String] =
                switch convention {
                case .github:
                    [
                        "X-Hub-Signature-256": "sha256=" + key.code(of: bytes).hex, "X-GitHub-Delivery": id,
                        "X-GitHub-Event": "invoice.paid",
                    ]
                case .stripe:
                    [
                        "Stripe-Signature": "t=\(seconds),v1="
                            + key.code(of: Array("\(seconds).".utf8), bytes).hex
                    ]
                case .standard:
                    [
                        "webhook-id": id, "webhook-timestamp": "\(seconds)",
                        "webhook-signature": "v1,"
                            + Base64.encode(key.code(of: Array("\(id).\(seconds).".utf8), bytes)),
                    ]
                }
            return HTTPFields(
                headers.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } })
        }

        var signature: HTTPField.Name {
            switch convention {
            case .github: HTTPField.Name("X-Hub-Signature-256")!
            case .stripe: HTTPField.Name("Stripe-Signature")!
            case .standard: HTTPField.Name("webhook-signature")!
            }
        }

        func workflow(_ id: String, _ more: String = "") -> String {
            """
            workflow_id: \(id)
            trigger: {type: webhook, source: \(name)\(more)}
            steps: [{id: done, type: decision, decision: allow, reason: "{{amount}}"}]
            """
        }

        func deliver(
            _ body: String, _ headers: HTTPFields, to client: Client, type: String? = "application/json"
        ) async throws -> Answer {
            try await client.with(key: nil).send(.post, uri, headers: headers, type: type, body: Array(body.utf8))
        }
    }

    private static func server(_ limits: ServerLimits = ServerLimits()) async throws -> TestServer {
        let now = Timestamp(microseconds: seconds * 1_000_000)
        let environment = Environment(
            now: { now }, sleep: { try? await Task.sleep(for: $0 - now) }, random: { 0.5 })
        return try await TestServer(
            options: ServerOptions(port: 0, limits: limits), webhooks: try Sender.all.map { try $0.source() },
            dialects: ["compozy"], environment: environment)
    }

    @Test(arguments: Sender.all) func aDeliveryStartsItsWorkflows(sender: Sender) async throws {
        let server = try await Self.server()
        try await server.run { client in
            #expect(try await client.deploy(sender.workflow("paid", ", event: invoice.paid")).status == 201)
            #expect(try await client.deploy(sender.workflow("opened", ", event: invoice.opened")).status == 201)
            let answer = try await sender.deliver(sender.body(), try sender.signed(sender.body()), to: client)
            #expect(answer.status == 202, "\(answer.text)")
            #expect(answer.json["event_id"] == .string("flowmeter:webhook/\(sender.name)/evt_1"))
            #expect(answer.json["duplicate"] == false)
            let id = try #require(answer.json["executions"]?.array?.first?.string)
            #expect(answer.json["executions"]?.array?.count == 1)
            let execution = try await client.send(.get, "/api/v1/executions/\(id)").json
            #expect(execution["workflow_id"] == "paid" && execution["trigger_type"] == "webhook")
            #expect(execution["reason"] == "7")
            let listed = try await client.send(.get, "/api/v1/workflows/paid").json["trigger"]
            #expect(listed == ["type": "webhook", "source": .string(sender.name), "event": "invoice.paid"])
        }
    }

    @Test(arguments: Sender.all) func withoutAWorkflowADeliveryIsRecorded(sender: Sender) async throws {
        let server = try await Self.server()
        try await server.run { client in
            let headers = try sender.signed(sender.body())
            let first = try await sender.deliver(sender.body(), headers, to: client)
            #expect(first.status == 202 && first.json["executions"] == [] && first.json["duplicate"] == false)
            #expect(try await client.deploy(sender.workflow("paid")).status == 201)
            let again = try await sender.deliver(sender.body(), headers, to: client)
            #expect(again.status == 202 && again.json["executions"] == [] && again.json["duplicate"] == true)
        }
    }

    /// Once more what has been sent, later and signed anew, and with another body.
    @Test(arguments: Sender.all) func aRepeatedDeliveryStartsNothing(sender: Sender) async throws {
        let server = try await Self.server()
        try await server.run { client in
            #expect(try await client.deploy(sender.workflow("paid")).status == 201)
            let first = try await sender.deliver(sender.body(), try sender.signed(sender.body()), to: client)
            for later in [Self.seconds, Self.seconds + 60] {
                let headers = try sender.signed(sender.body(), at: later)
                let again = try await sender.deliver(sender.body(), headers, to: client)
                #expect(again.status == 202 && again.json["duplicate"] == true)
                #expect(again.json["executions"] == first.json["executions"])
            }
            let changed = sender.body(8)
            let conflict = try await sender.deliver(changed, try sender.signed(changed), to: client)
            #expect(conflict.status == 409 && conflict.code == "event_conflict")
            let runs = try await client.send(.get, "/api/v1/executions?workflow_id=paid").json["items"]
            #expect(runs?.array?.count == 1)
        }
    }

    @Test(arguments: Sender.all) func bothSecretsHoldWhileOneIsExchanged(sender: Sender) async throws {
        let server = try await Self.server()
        try await server.run { client in
            for (number, secret) in [Self.secret, Self.older].enumerated() {
                let body = sender.body(id: "evt_\(number)")
                let headers = try sender.signed(body, id: "evt_\(number)", secret: secret)
                #expect(try await sender.deliver(body, headers, to: client).status == 202)
            }
        }
    }

    /// All are refused in the same words.
    @Test(arguments: Sender.all) func whatIsNotSignedSoIsRefused(sender: Sender) async throws {
        let server = try await Self.server()
        let body = sender.body()
        let good = try sender.signed(body)
        var unsigned = good
        unsigned[sender.signature] = nil
        var twice = good
        twice.append(HTTPField(name: sender.signature, value: good[sender.signature] ?? ""))
        var garbled = good
        garbled[sender.signature] = "sha256=zz,t=1,v1,"
        let stranger = try sender.signed(body, secret: "whsec_//////////////////////////////////////////8=")
        var refused: [(String, HTTPFields)] = [
            (body, unsigned), (body, twice), (body, garbled), (body, stranger), (sender.body(8), good),
        ]
        refused += [(body + " ", good), (body, HTTPFields()), ("", good)]
        if sender.convention != .github {
            for distance: Int64 in [-301, 301] {
                refused.append((body, try sender.signed(body, at: Self.seconds + distance)))
            }
        }
        try await server.run { [refused] client in
            #expect(try await client.deploy(sender.workflow("paid")).status == 201)
            var details: Set<String?> = []
            for (body, headers) in refused {
                let answer = try await sender.deliver(body, headers, to: client)
                #expect(answer.status == 401 && answer.code == "invalid_signature" && answer.isProblem)
                #expect(answer.headers[.wwwAuthenticate] == "Signature")
                details.insert(answer.json["detail"]?.string)
            }
            #expect(details.count == 1)
            #expect(try await client.send(.get, "/api/v1/executions").json["items"] == [])
            // None of them has used the id up.
            let answer = try await sender.deliver(body, good, to: client)
            #expect(answer.json["duplicate"] == false)
        }
    }

    @Test(arguments: [-300, 300]) func aClockMayBeALittleOff(distance: Int64) async throws {
        let server = try await Self.server()
        try await server.run { client in
            for sender in Sender.all where sender.convention != .github {
                let headers = try sender.signed(sender.body(), at: Self.seconds + distance)
                #expect(try await sender.deliver(sender.body(), headers, to: client).status == 202)
            }
        }
    }

    @Test(arguments: Sender.all) func aBodyHasItsLimit(sender: Sender) async throws {
        let server = try await Self.server()
        try await server.run { client in
            let longest = sender.body() + String(repeating: " ", count: 1000 - sender.body().utf8.count)
            #expect(try await sender.deliver(longest, try sender.signed(longest), to: client).status == 202)
            let longer = longest + " "
            let answer = try await sender.deliver(longer, try sender.signed(longer), to: client)
            #expect(answer.status == 413 && answer.code == "body_too_large")
        }
    }

    @Test func anUnknownSourceIsNotFound() async throws {
        let server = try await Self.server()
        try await server.run { client in
            for name in ["nobody", "The-github", "the-github%00", "%2e%2e"] {
                let answer = try await client.send(.post, "/api/v1/webhooks/\(name)", json: "{}")
                #expect(answer.status == 404 && answer.code == "unknown_webhook")
            }
        }
    }

    @Test func aFullQueueTakesNoMore() async throws {
        let server = try await Self.server(ServerLimits(webhookQueue: 2))
        let sender = Sender(convention: .standard)
        try await server.run { client in
            let queue = server.server.webhookQueue
            #expect(queue.enter() && queue.enter() && !queue.enter())
            let headers = try sender.signed(sender.body())
            let refused = try await sender.deliver(sender.body(), headers, to: client)
            #expect(refused.status == 429 && refused.code == "overloaded" && refused.headers[.retryAfter] == "1")
            // Whoever has no secret learns nothing of it, and takes no room.
            #expect(try await sender.deliver(sender.body(8), headers, to: client).status == 401)
            queue.leave()
            for _ in 0..<3 {
                #expect(try await sender.deliver(sender.body(), headers, to: client).status == 202)
            }
        }
    }

    @Test func gitHubMayDeliverForms() async throws {
        let server = try await Self.server()
        let sender = Sender(convention: .github)
        let type = "application/x-www-form-urlencoded"
        try await server.run { client in
            #expect(try await client.deploy(sender.workflow("paid")).status == 201)
            let form = "payload=%7B%22amount%22%3A+7%2C+%22note%22%3A+%22a%2Bb%22%7D"
            let answer = try await sender.deliver(form, try sender.signed(form), to: client, type: type)
            #expect(answer.status == 202)
            let id = try #require(answer.json["executions"]?.array?.first?.string)
            let trace = try await client.send(.get, "/api/v1/executions/\(id)/trace").json
            #expect(trace["event"]?.object?["data"] == ["amount": 7, "note": "a+b"])
            for bad in ["payload=%7", "payload=%7B", "payload=%5B%5D", "other=1", "payload={}&payload={}", ""] {
                let answer = try await sender.deliver(bad, try sender.signed(bad), to: client, type: type)
                #expect(answer.status == 400 && answer.isProblem, "\(bad)")
            }
            let others = Sender(convention: .standard)
            let refused = try await others.deliver(form, try others.signed(form), to: client, type: type)
            #expect(refused.status == 415)
        }
    }

    /// It is signed, yet no event: the sender may know what is wrong.
    @Test(arguments: ["", "Hello, World!", "[]", "7", "{", #"{"a": 1, "a": 2}"#])
    func whatIsNoObjectIsNoDelivery(body: String) async throws {
        let server = try await Self.server()
        try await server.run { client in
            for sender in Sender.all {
                let answer = try await sender.deliver(body, try sender.signed(body), to: client)
                #expect(answer.status == 400 && answer.isProblem, "\(sender.name): \(answer.text)")
            }
        }
    }

    /// GitHub's published vector; the convention does not say that the body is JSON.
    @Test func thePublishedVectorIsVerified() async throws {
        let verifier = try WebhookVerifier(.github, secrets: ["It's a Secret to Everybody"])
        let server = try await TestServer(webhooks: [WebhookSource(name: "the-github", verifier: verifier)])
        let headers: HTTPFields = [
            HTTPField.Name("X-Hub-Signature-256")!:
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            HTTPField.Name("X-GitHub-Delivery")!: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ]
        try await server.run { client in
            let sender = Sender(convention: .github)
            let published = try await sender.deliver("Hello, World!", headers, to: client)
            let changed = try await sender.deliver("Hello, World.", headers, to: client)
            #expect(published.code == "invalid_json" && changed.status == 401)
        }
    }

    /// The published vector of the reference libraries of Standard Webhooks.
    @Test func theReferenceVectorIsTakenIn() async throws {
        let now = Timestamp(microseconds: 1_614_265_330_000_000)
        let server = try await TestServer(
            webhooks: [try Sender(convention: .standard).source()],
            environment: Environment(
                now: { now }, sleep: { try? await Task.sleep(for: $0 - now) }, random: { 0.5 }))
        let headers: HTTPFields = [
            HTTPField.Name("webhook-id")!: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            HTTPField.Name("webhook-timestamp")!: "1614265330",
            HTTPField.Name("webhook-signature")!: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ]
        try await server.run { client in
            let answer = try await Sender(convention: .standard)
                .deliver(#"{"test": 2432232314}"#, headers, to: client)
            #expect(answer.status == 202)
            #expect(answer.json["event_id"] == "flowmeter:webhook/the-standard/msg_p5jXN8AQM9LWM0D4loKWxJek")
        }
    }

    @Test func deliveriesAreMeasured() async throws {
        let server = try await Self.server()
        let sender = Sender(convention: .standard)
        try await server.run { client in
            #expect(try await client.deploy(sender.workflow("paid", ", event: invoice.paid")).status == 201)
            let headers = try sender.signed(sender.body())
            for body in [sender.body(), sender.body(), sender.body(8)] {
                _ = try await sender.deliver(body, headers, to: client)
            }
            let unnamed = #"{"type": "invoice.voided"}"#
            let signed = try sender.signed(unnamed, id: "evt_2")
            #expect(try await sender.deliver(unnamed, signed, to: client).status == 202)
            // No workflow names this one, so that its name is no label.
            let other = Sender(convention: .stripe)
            #expect(try await other.deliver(other.body(), try other.signed(other.body()), to: client).status == 202)
        }
        let families = server.registry.snapshot()
        let total = try #require(families.first { $0.name == "compozy_webhook_events_total" })
        #expect(total.series("invoice.paid", "success")?.value == 2)
        #expect(total.series("invoice.paid", "error")?.value == 0)
        #expect(total.series("other", "success")?.value == 2)
        #expect(total.series("other", "error")?.value == 1)
        let sizes = try #require(families.first { $0.name == "compozy_webhook_payload_size_bytes" })
        guard case .histogram(let size)? = sizes.series("invoice.paid", sender.name)?.reading else {
            Issue.record("no size")
            return
        }
        #expect(size.count == 2 && size.sum == Double(2 * sender.body().utf8.count))
        #expect(sizes.series("other", "other")?.value == 1)
        let times = try #require(families.first { $0.name == "compozy_webhook_processing_duration_seconds" })
        #expect(times.series("invoice.paid", "success")?.value == 2)
    }

    @Test func theQueueIsShown() async throws {
        let server = try await Self.server(ServerLimits(webhookQueue: 2))
        let depth = {
            server.registry.snapshot().first { $0.name == "compozy_webhook_queue_depth" }?.series.first?.value
        }
        #expect(depth() == 0)
        #expect(server.server.webhookQueue.enter())
        #expect(depth() == 1)
    }
}
