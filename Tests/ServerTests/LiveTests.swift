import HTTPTypes
import HummingbirdTesting
import Instruments
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Runtime
import Telemetry
import TestSupport
import Testing
import Workflow

@testable import Server

/// Live updates and traces.
@Suite(.timeLimit(.minutes(30))) struct LiveTests {
    /// Names, ids and data of the events in a stream.
    private func events(_ text: String) -> [(name: String, id: String?, data: JSONObject)] {
        text.split(separator: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            func value(_ field: String) -> String? {
                lines.first { $0.hasPrefix(field + ": ") }.map { String($0.dropFirst(field.count + 2)) }
            }
            guard let name = value("event"), let data = value("data") else { return nil }
            return (name, value("id"), (try? JSONValue(parsing: Array(data.utf8)))?.object ?? [:])
        }
    }

    private func value(_ family: String, _ server: TestServer, _ labels: String...) -> Double? {
        let series = server.registry.snapshot().first { $0.name == family }?.series
        return series?.first { $0.labels.map(\.value) == labels }?.value
    }

    private func started(_ client: Client) async throws -> String {
        _ = try await client.deploy(TestServer.waiting)
        let sent = try await client.send(
            .post, "/api/v1/events", json: #"{"event": "order.placed.slowly", "data": {}}"#)
        return try #require(sent.json["executions"]?.array?.first?.object?["id"]?.string)
    }

    @Test func anExecutionIsFollowedToItsEnd() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let id = try await started(client)
            async let stream = client.send(.get, "/api/v1/executions/\(id)/live")
            while server.engine.liveStreams == 0 { await Task.yield() }
            #expect(value("flowmeter_live_streams", server) == 1)
            _ = try await client.send(.post, "/api/v1/events", json: #"{"event": "order.paid", "data": {"sum": 5}}"#)
            let answer = try await stream
            #expect(answer.status == 200 && answer.headers[.contentType] == "text/event-stream")
            let told = events(answer.text)
            #expect(told.first?.name == "execution" && told.last?.name == "end")
            #expect(told.last?.data["result"] == "allowed")
            let over = told.filter { $0.name == "step_ended" }.compactMap { $0.data["path"]?.string }
            #expect(over.isEmpty || over == ["confirm", "paid"])
            try await until { value("flowmeter_live_streams_ended_total", server, "completed") ?? 0 > 0 }
            #expect(value("flowmeter_live_streams_ended_total", server, "completed") == 1)
        }
    }

    @Test func whoComesBackMissesNothing() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let id = try await started(client)
            _ = try await client.send(.post, "/api/v1/events", json: #"{"event": "order.paid", "data": {}}"#)
            while try await client.send(.get, "/api/v1/executions/\(id)").json["status"] != "ended" {
                await Task.yield()
            }
            let path = "/api/v1/executions/\(id)/live"
            let last = HTTPField.Name("Last-Event-ID")!
            let missed = events(try await client.send(.get, path, headers: [last: "0"]).text)
            let over = missed.filter { $0.name == "step_ended" }.compactMap { $0.data["path"]?.string }
            #expect(over == ["confirm", "paid"])
            let end = try #require(missed.last)
            #expect(end.name == "end")
            let seen = try #require(end.id)
            #expect(try await client.send(.get, path, headers: [last: seen]).status == 204)
            // What is no such id says nothing.
            #expect(
                events(try await client.send(.get, path, headers: [last: "x"]).text).map { $0.name } == [
                    "execution", "end",
                ])
            #expect(try await client.send(.get, "/api/v1/executions/0000000000001/live").status == 404)
        }
    }

    @Test func allExecutionsAreToldUntilTheServerStops() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            async let all = client.send(.get, "/api/v1/live")
            async let other = client.send(.get, "/api/v1/live?workflow_id=other")
            while server.engine.liveStreams < 2 { await Task.yield() }
            _ = try await client.send(
                .post, "/api/v1/events?wait=5s", json: #"{"event": "order.placed", "data": {"order": {"total": 5}}}"#)
            server.engine.stopWaiting()
            let told = events(try await all.text)
            #expect(told.map { $0.name } == ["started", "ended", "closed"])
            #expect(told.last?.data["reason"] == "stopped")
            #expect(events(try await other.text).map { $0.name } == ["closed"])
            let refused = try await client.send(.get, "/api/v1/live")
            #expect(refused.status == 503 && refused.isProblem)
        }
    }

    @Test func aRevokedKeyLooksOnNoLonger() async throws {
        let server = try await TestServer()
        let (key, record) = try await server.keys.create(name: "guest", permissions: [.executionsRead])
        let caller = try #require(server.keys.caller(presenting: Array(server.admin.utf8)))
        try await server.run { client in
            let id = try await started(client)
            let guest = client.with(key: key.text)
            async let one = guest.send(.get, "/api/v1/executions/\(id)/live")
            async let all = guest.send(.get, "/api/v1/live")
            while server.engine.liveStreams < 2 { await Task.yield() }
            #expect(try await server.keys.revoke(record.id, by: caller) == .revoked)
            // Nothing is told of what happens from now on.
            _ = try await client.send(.post, "/api/v1/events", json: #"{"event": "order.paid", "data": {}}"#)
            for text in [try await one.text, try await all.text] {
                let told = events(text)
                #expect(told.last?.name == "closed" && told.last?.data["reason"] == "revoked")
                #expect(!told.contains { $0.name == "end" || $0.name == "ended" })
            }
            try await until { value("flowmeter_live_streams_ended_total", server, "revoked") ?? 0 > 1 }
            #expect(value("flowmeter_live_streams_ended_total", server, "revoked") == 2)
        }
    }

    @Test func thereIsABoundOnStreamsAndOnWhatWaitsForThem() async throws {
        let server = try await TestServer()
        var subscriptions = try (0..<256).map { _ in try server.engine.follow(.all) }
        let refusal = #expect(throws: EngineError.self) { try server.engine.follow(.workflow("guard")) }
        #expect(refusal?.code == .overloaded)
        subscriptions.removeLast(255)
        #expect(server.engine.liveStreams == 1)
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            let event = #"{"event": "order.placed", "data": {"order": {"total": 5}}}"#
            let events = Array(repeating: event, count: 700).joined(separator: ",")
            _ = try await client.send(.post, "/api/v1/events/batch", json: "{\"events\": [\(events)]}")
        }
        #expect(value("flowmeter_live_events_waiting", server) == 1_000)
        let batch = await subscriptions[0].next(within: .seconds(60))
        #expect(batch.events.count == 1_000 && batch.end == .slow)
        subscriptions = []
        #expect(value("flowmeter_live_events_waiting", server) == 0)
        let ends = ["refused": 1.0, "left": 255, "slow": 1, "stopped": 0, "completed": 0]
        for (end, count) in ends {
            #expect(value("flowmeter_live_streams_ended_total", server, end) == count, "\(end)")
        }
    }

    /// One that takes nothing cannot hold its place for ever; an answer that ends may take its time.
    @Test(arguments: [("text/event-stream", false), ("application/json", true)])
    func aClientThatTakesNothingIsDisconnected(type: String, staysOpen: Bool) async throws {
        let server = try await TestServer()
        try stall(server, answering: type, staysOpen: staysOpen)
    }

    private func stall(_ server: TestServer, answering type: String, staysOpen: Bool) throws {
        let channel = EmbeddedChannel(handler: ConnectionGuard(responder: server.server.responder))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPResponse(status: .ok, headerFields: [.contentType: type])
        try channel.writeOutbound(HTTPResponsePart.head(head))
        let patience = TimeAmount(server.options.limits.requestTimeout)
        channel.embeddedEventLoop.advanceTime(by: patience * 10)
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.advanceTime(by: patience)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: patience)
        #expect(channel.isActive == staysOpen)
        _ = try? channel.finish()
    }

    @Test func aTraceHasAttemptsAndSpans() async throws {
        let server = try await TestServer(options: TestServer.patient(maxWait: .seconds(3_600)))
        try await server.run { client in
            _ = try await client.deploy(ControlTests.failing)
            let sent = try await client.send(
                .post, "/api/v1/events?wait=1h",
                json: #"{"event": "order.failing", "data": {"list": [1, 2]}}"#)
            let id = try #require(sent.json["executions"]?.array?.first?.object?["id"]?.string)
            let trace = try await client.send(.get, "/api/v1/executions/\(id)/trace").json
            let steps = trace["steps"]?.array?.compactMap(\.object) ?? []
            let log = try #require(steps.first { $0["path"] == "each[0].one" }?["attempt_log"]?.array?.first?.object)
            #expect(log["activity"] == "log" && log["number"] == 1 && log["input"]?.object?["message"] == "x")
            #expect(log["lease"] == 1 && steps.allSatisfy { $0["lease"] == 1 })
            let spans = try await self.spans(client, id)
            let root = try #require(spans.first)
            #expect(root["name"] == "failing" && root["parentSpanId"] == nil)
            let each = try #require(spans.first { $0["name"] == "each" })
            let one = try #require(spans.first { $0["name"] == "each[0].one" })
            #expect(each["parentSpanId"] == root["spanId"] && one["parentSpanId"] == each["spanId"])
            #expect(spans.contains { $0["name"] == "log" && $0["parentSpanId"] == one["spanId"] })
            let lease: JSONValue = ["key": "flowmeter.lease", "value": ["intValue": "1"]]
            #expect(spans.count { $0["attributes"]?.array?.contains(lease) == true } == spans.count - 1)
            #expect(Set(spans.compactMap { $0["spanId"]?.string }).count == spans.count)
            #expect(Set(spans.compactMap { $0["traceId"]?.string }).count == 1)
            #expect(try await self.spans(client, id) == spans)
            #expect(try await client.send(.get, "/api/v1/executions/\(id)/trace?format=xml").status == 400)
        }
    }

    @Test func aTraceShowsNoHeaders() async throws {
        let server = try await TestServer(options: TestServer.patient(maxWait: .seconds(3_600)))
        try await server.run { client in
            _ = try await client.deploy(Self.calling)
            let sent = try await client.send(.post, "/api/v1/events?wait=1h", json: #"{"event": "order.calling"}"#)
            let id = try #require(sent.json["executions"]?.array?.first?.object?["id"]?.string)
            let step = try await client.send(.get, "/api/v1/executions/\(id)/trace").json["steps"]?.array?.first?.object
            let attempt = try #require(step?["attempt_log"]?.array?.first?.object)
            let input: JSONValue = ["url": "http://127.0.0.1:1/", "headers": ["X-Token": "hidden"]]
            #expect(attempt["input"] == input && attempt["error"]?.string != nil)
        }
    }

    private static let calling = """
        workflow_id: calling
        trigger: {type: event, event: order.calling}
        steps:
          - {id: call, type: execute, execute: [{type: http_request, url: "http://127.0.0.1:1/", headers: {X-Token: abc}}]}
        """

    private func spans(_ client: Client, _ id: String) async throws -> [JSONObject] {
        let answer = try await client.send(.get, "/api/v1/executions/\(id)/trace?format=otlp").json
        let scope = answer["resourceSpans"]?.array?.first?.object?["scopeSpans"]?.array?.first?.object
        return scope?["spans"]?.array?.compactMap(\.object) ?? []
    }
}
