import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// What the operations answer when all is well.
@Suite(.timeLimit(.minutes(30))) struct RouteTests {
    @Test func lifeOfAWorkflow() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let created = try await client.deploy(TestServer.definition)
            #expect(created.status == 201)
            #expect(created.json["deployment"] == "created")
            #expect(created.json["warnings"]?.array != nil)
            let unchanged = try await client.deploy(TestServer.definition)
            #expect(unchanged.status == 200 && unchanged.json["deployment"] == "unchanged")
            let other = TestServer.definition.replacing("over 100", with: "too much")
            #expect(try await client.deploy(other).status == 409)
            let updated = try await client.send(
                .put, "/api/v1/workflows/guard", type: "text/yaml; charset=UTF-8",
                body: Array(other.replacing("version: \"1\"", with: "version: \"2\"").utf8))
            #expect(updated.status == 200 && updated.json["deployment"] == "updated")
            let mismatch = try await client.send(
                .put, "/api/v1/workflows/else", type: "text/yaml", body: Array(TestServer.definition.utf8))
            #expect(mismatch.status == 422 && mismatch.isProblem)

            let shown = try await client.send(.get, "/api/v1/workflows/guard")
            #expect(shown.json["source"]?.string?.contains("too much") == true)
            #expect(shown.json["name"] == "Guard \"<é>\"")
            #expect(shown.json["trigger"] == ["type": "event", "event": "order.placed"])
            #expect(shown.json["steps"] == 3)
            #expect(Timestamp(shown.json["deployed_at"]?.string ?? "") != nil)

            let disabled = try await client.send(.post, "/api/v1/workflows/guard/disable")
            #expect(disabled.status == 200 && disabled.json["enabled"] == false)
            #expect(try await client.send(.get, "/api/v1/workflows?enabled=true").json["items"]?.array?.isEmpty == true)
            #expect(try await client.send(.post, "/api/v1/workflows/guard/run").status == 409)
            #expect(try await client.send(.post, "/api/v1/workflows/guard/enable").json["enabled"] == true)
            #expect(try await client.send(.delete, "/api/v1/workflows/guard").status == 204)
            #expect(try await client.send(.get, "/api/v1/workflows/guard").status == 404)
        }
    }

    @Test func eventsAreDecided() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            let event = #"{"id": "o-1", "event": "order.placed", "data": {"order": {"total": 150}}}"#
            let first = try await client.send(.post, "/api/v1/events?wait=5s", json: event)
            #expect(first.status == 200)
            #expect(first.json["event_id"] == "o-1" && first.json["duplicate"] == false)
            let execution = try #require(first.json["executions"]?.array?.first?.object)
            #expect(execution["result"] == "blocked" && execution["reason"] == "over 100")
            #expect(execution["status"] == "ended" && execution["trigger_type"] == "event")
            #expect(execution["steps"]?.array?.count == 2)
            #expect(execution["duration_ms"]?.double ?? -1 >= 0)
            let again = try await client.send(.post, "/api/v1/events?wait=5s", json: event)
            #expect(again.json["duplicate"] == true)
            #expect(again.json["executions"]?.array?.first?.object?["id"] == execution["id"])
            let other = try await client.send(
                .post, "/api/v1/events", json: event.replacing("150", with: "151"))
            #expect(other.status == 409 && other.json["code"] == "event_conflict")
            let both = try await client.send(
                .post, "/api/v1/events/batch",
                json: #"{"events": [{"id": "o-1", "event": "other"}, {"id": "o-2", "event": "other"}]}"#)
            let items = both.json["items"]?.array
            #expect(items?.first?.object?["error"]?.object?["code"] == "event_conflict")
            #expect(items?.last?.object?["event_id"] == "o-2")
            let reserved = try await client.send(
                .post, "/api/v1/events", json: #"{"id": "flowmeter:x", "event": "other"}"#)
            #expect(reserved.status == 400 && reserved.json["code"] == "invalid_event")
            let ignored = try await client.send(.post, "/api/v1/events?wait=1s", json: #"{"event": "nobody.cares"}"#)
            #expect(ignored.status == 200 && ignored.json["executions"]?.array?.isEmpty == true)
            let plain = try await client.send(.post, "/api/v1/events", json: #"{"event": "order.placed"}"#)
            #expect(plain.status == 202)
        }
    }

    @Test func longAnswersLeaveStepsOut() async throws {
        let server = try await TestServer(options: TestServer.patient(maxWait: .seconds(3_600)))
        try await server.run { client in
            _ = try await client.deploy(
                """
                workflow_id: long
                trigger: {type: event, event: list.sent}
                steps:
                  - {id: each, type: foreach, items: "{{items}}", steps: [{id: note, type: execute, execute: [{type: set, values: {last: "{{item}}"}}]}]}
                """)
            let items = (1...6_000).map(String.init).joined(separator: ",")
            let answer = try await client.send(
                .post, "/api/v1/events?wait=1h", json: #"{"event": "list.sent", "data": {"items": [\#(items)]}}"#)
            let execution = try #require(answer.json["executions"]?.array?.first?.object)
            let (shown, omitted) = (execution["steps"]?.array?.count ?? 0, execution["steps_omitted"]?.integer ?? 0)
            #expect(shown > 1_000 && omitted > 1_000 && shown + Int(omitted) == 6_001)
            let id = try #require(execution["id"]?.string)
            let trace = try await client.send(.get, "/api/v1/executions/\(id)/trace")
            #expect(trace.json["steps"]?.array?.count == 6_001)
        }
    }

    @Test func batchesKeepTheirOrder() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            let answer = try await client.send(
                .post, "/api/v1/events/batch?wait=5s",
                json: #"{"events": [{"id": "a", "event": "order.placed"}, {"event": 5}, {"id": "b", "event": "x"}]}"#)
            #expect(answer.status == 200)
            let items = try #require(answer.json["items"]?.array).compactMap(\.object)
            #expect(items.count == 3)
            #expect(items[0]["event_id"] == "a" && items[0]["executions"]?.array?.count == 1)
            let error = try #require(items[1]["error"]?.object)
            #expect(error["status"] == 400)
            #expect(error["problems"]?.array?.first?.object?["path"] == "events[1].event")
            #expect(items[2]["event_id"] == "b")
        }
    }

    @Test func aBatchWithAKeyStartsNothingTwice() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            let header = HTTPField.Name("Idempotency-Key")!
            let body = #"{"events": [{"event": "order.placed"}, {"id": "own", "event": "order.placed"}]}"#
            for isAgain in [false, true] {
                let answer = try await client.send(
                    .post, "/api/v1/events/batch", headers: [header: "monday"], type: "application/json",
                    body: Array(body.utf8))
                let items = try #require(answer.json["items"]?.array).compactMap(\.object)
                #expect(items.map { $0["event_id"] } == ["monday/0", "own"])
                #expect(items.map { $0["duplicate"] } == [.bool(isAgain), .bool(isAgain)])
            }
            let long = try await client.send(
                .post, "/api/v1/events/batch", headers: [header: String(repeating: "k", count: 191)],
                type: "application/json", body: Array(body.utf8))
            #expect(long.status == 400)
        }
    }

    @Test func executionsAreListedAndSteered() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.waiting)
            for number in 0..<5 {
                let sent = try await client.send(
                    .post, "/api/v1/events", json: #"{"id": "e\#(number)", "event": "order.placed.slowly"}"#)
                #expect(sent.status == 202)
            }
            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await client.send(.get, "/api/v1/executions?workflow_id=waiter&limit=2\(cursor)")
                let items = try #require(page.json["items"]?.array).compactMap(\.object)
                seen += items.compactMap { $0["id"]?.string }
                #expect(items.allSatisfy { $0["steps"] == nil })
                cursor = page.json["next"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(seen.count == 5 && seen == seen.sorted().reversed())

            let id = try #require(seen.first)
            let trace = try await client.send(.get, "/api/v1/executions/\(id)/trace")
            #expect(trace.json["event"]?.object?["id"] == "e4")
            #expect(trace.json["event"]?.object?["data"] == [:])
            #expect(trace.json["steps"]?.array?.first?.object?["kind"] == "wait")
            #expect(try await client.send(.get, "/api/v1/executions/\(id)").json["steps"]?.array?.count == 1)
            let cancelled = try await client.send(
                .post, "/api/v1/executions/\(id)/cancel", json: #"{"reason": "changed my mind"}"#)
            #expect(cancelled.status == 202)
            #expect(try await client.send(.get, "/api/v1/executions/paused").json["items"]?.array?.isEmpty == true)
        }
    }

    @Test func manualRunsHaveIdempotencyKeys() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(TestServer.definition)
            let path = "/api/v1/workflows/guard/run?wait=5s"
            let headers: HTTPFields = [HTTPField.Name("Idempotency-Key")!: "once"]
            let body = Array(#"{"input": {"order": {"total": 5}}}"#.utf8)
            let first = try await client.send(.post, path, headers: headers, type: "application/json", body: body)
            let second = try await client.send(.post, path, headers: headers, type: "application/json", body: body)
            #expect(first.status == 200)
            #expect(first.json["executions"]?.array?.first?.object?["trigger_type"] == "manual")
            #expect(first.json["executions"]?.array?.first?.object?["result"] == "allowed")
            #expect(second.json["duplicate"] == true)
            #expect(try await client.send(.post, "/api/v1/workflows/guard/run").status == 202)
        }
    }

    @Test func healthAndReadiness() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let health = try await client.send(.get, "/health?cache=1")
            let readiness = try await client.send(.get, "/ready")
            #expect(health.text == #"{"status":"ok"}"#)
            #expect(readiness.text == #"{"status":"ready"}"#)
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_772_366_400_000_250, "2026-03-01T12:00:00.000250Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func timesAreWrittenAsTheirDescription(microseconds: Int64, text: String) {
        var json = JSONOutput()
        json.object { $0.field("at", Timestamp(microseconds: microseconds)) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"at":"\#(text)"}"#)
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(arguments: [(0, "0"), (1, "0.001"), (12_340, "12.340"), (5_000, "5"), (-7, "0")] as [(Int64, String)])
    func durationsAreExact(microseconds: Int64, text: String) {
        var json = JSONOutput()
        json.object { $0.field("d", milliseconds: .microseconds(microseconds)) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"d":\#(text)}"#)
    }
}
