import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// Steering executions and schedules.
@Suite(.timeLimit(.minutes(30))) struct ControlTests {
    static let failing = """
        workflow_id: failing
        trigger: {type: event, event: order.failing}
        steps:
          - {id: note, type: execute, execute: [{type: set, values: {noted: 1}}]}
          - {id: each, type: foreach, items: "{{list}}", steps: [{id: one, type: execute, execute: [{type: log, message: x}]}]}
        """
    static let nightly = """
        workflow_id: nightly
        trigger: {type: schedule, cron: "0 3 * * *", timezone: Europe/Berlin}
        steps: [{id: done, type: decision, decision: allow}]
        """
    static let resting = """
        workflow_id: resting
        trigger: {type: event, event: order.resting}
        steps: [{id: rest, type: sleep, duration: 1h}]
        """

    private func ended(_ client: Client, _ path: String) async throws -> [String: JSONValue] {
        while true {
            let execution = try await client.send(.get, path).json
            if execution["status"] == "ended" { return Dictionary(execution.map { ($0, $1) }) { first, _ in first } }
            await Task.yield()
        }
    }

    @Test func anEndedExecutionIsTakenUpAgain() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(Self.failing)
            let sent = try await client.send(
                .post, "/api/v1/events?wait=5s", json: #"{"event": "order.failing", "data": {}}"#)
            let id = try #require(sent.json["executions"]?.array?.first?.object?["id"]?.string)
            #expect(sent.json["executions"]?.array?.first?.object?["result"] == "failed")
            let again = try await client.send(.post, "/api/v1/executions/\(id)/rerun?wait=5s")
            #expect(again.status == 200)
            let execution = try #require(again.json["executions"]?.array?.first?.object)
            #expect(execution["rerun_of"]?.string == id)
            #expect(execution["result"] == "failed")
            #expect(execution["steps"]?.array?.first?.object?["step"] == "note")
            let unknown = try await client.send(.post, "/api/v1/executions/\(id)/rerun", json: #"{"from": "nothing"}"#)
            #expect(unknown.status == 422 && unknown.isProblem)
            let none = try await client.send(.post, "/api/v1/executions/0000000000001/rerun")
            #expect(none.status == 404)
        }
    }

    @Test func aKeyStandsForOneRequest() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(Self.resting)
            func post(_ path: String, _ body: String, key: String) async throws -> Answer {
                try await client.send(
                    .post, path, headers: [.init("Idempotency-Key")!: key], type: "application/json",
                    body: Array(body.utf8))
            }
            let run = "/api/v1/workflows/resting/run"
            #expect(try await post(run, #"{"input": {"a": 1}}"#, key: "k").json["duplicate"] == false)
            #expect(try await post(run, #"{"input": {"a": 1}}"#, key: "k").json["duplicate"] == true)
            let other = try await post(run, #"{"input": {"a": 2}}"#, key: "k")
            #expect(other.status == 409 && other.isProblem)
            #expect(try await post(run, "{}", key: "").status == 400)
            let (events, event) = ("/api/v1/events", #"{"event": "order.resting", "data": {}}"#)
            let sent = try await post(events, event, key: "e1")
            #expect(sent.json["event_id"] == "e1" && sent.json["duplicate"] == false)
            let again = try await client.send(.post, events, json: #"{"event": "order.resting", "id": "e1"}"#)
            #expect(again.json["duplicate"] == true)
            #expect(try await post(events, #"{"event": "order.resting", "id": "e1"}"#, key: "e1").status == 202)
            #expect(try await post(events, #"{"event": "order.resting", "id": "e1"}"#, key: "e2").status == 409)
            #expect(try await post(events, #"{"event": "order.other"}"#, key: "e1").status == 409)
        }
    }

    @Test func limitsAreShown() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let limit = "\nconcurrency: {key: \"{{customer}}\", limit: 1, on_limit: skip}\npriority: 3\n"
            let deployed = try await client.deploy(Self.resting + limit)
            #expect(deployed.json["concurrency"] == ["key": "{{customer}}", "limit": 1, "on_limit": "skip"])
            #expect(deployed.json["priority"] == 3)
            let event = #"{"event": "order.resting", "data": {"customer": 1}}"#
            let first = try await client.send(.post, "/api/v1/events", json: event)
            #expect(first.json["skipped"] == [])
            #expect(first.json["executions"]?.array?.first?.object?["priority"] == 3)
            let second = try await client.send(.post, "/api/v1/events", json: event)
            #expect(second.json["skipped"] == ["resting"] && second.json["executions"] == [])
        }
    }

    @Test func aSourceThatIsNotConfiguredIsTold() async throws {
        let server = try await TestServer()
        try await server.run { client in
            let hooked =
                "workflow_id: hooked\ntrigger: {type: webhook, source: nowhere}\nsteps: [{id: a, type: wait, duration: 1h}]"
            let warnings = try await client.deploy(hooked).json["warnings"]?.array
            #expect(warnings?.count == 1)
            #expect(warnings?.first?.object?["code"] == "unknown-webhook-source")
            #expect(warnings?.first?.object?["severity"] == "warning")
            #expect(try await client.deploy(Self.resting).json["warnings"] == [])
        }
    }

    @Test func executionsAreTerminatedAndResumed() async throws {
        let server = try await TestServer(environment: TestServer.still)
        try await server.run { client in
            _ = try await client.deploy(Self.resting)
            var ids: [String] = []
            for _ in 0..<2 {
                let sent = try await client.send(
                    .post, "/api/v1/events", json: #"{"event": "order.resting", "data": {}}"#)
                ids.append(try #require(sent.json["executions"]?.array?.first?.object?["id"]?.string))
            }
            #expect(
                try await client.send(.post, "/api/v1/executions/\(ids[0])/terminate", json: #"{"reason": "enough"}"#)
                    .status == 202)
            let ended = try await ended(client, "/api/v1/executions/\(ids[0])")
            #expect(ended["result"] == "cancelled" && ended["reason"] == "enough")
            #expect(try await client.send(.post, "/api/v1/executions/\(ids[1])/rerun").status == 409)
            let paused = try await client.send(.post, "/api/v1/executions/\(ids[1])/pause")
            #expect(paused.status == 202 && paused.json["status"] == "paused")
            let resumed = try await client.send(
                .post, "/api/v1/executions/\(ids[1])/resume", json: #"{"data": {"a": 1}}"#)
            #expect(resumed.status == 202)
            let again = try await client.send(
                .post, "/api/v1/executions/\(ids[1])/resume", json: #"{"data": {"a": 1}}"#)
            #expect(again.status == 409 && again.code == "not_paused")
            #expect(try await client.send(.post, "/api/v1/executions/\(ids[1])/resume").status == 202)
        }
    }

    @Test func schedulesAreSeenAndSteered() async throws {
        let server = try await TestServer()
        try await server.run { client in
            for definition in [Self.nightly, Self.resting] { _ = try await client.deploy(definition) }
            let path = "/api/v1/workflows/nightly/schedule"
            let shown = try await client.send(.get, path + "?next=3")
            #expect(shown.status == 200)
            #expect(shown.json["next"]?.array?.count == 3 && shown.json["paused"] == false)
            #expect(try await client.send(.post, path + "/pause").json["paused"] == true)
            #expect(try await client.send(.get, path).json["paused"] == true)
            #expect(try await client.send(.post, path + "/resume").json["paused"] == false)
            let range = #"{"from": "2026-01-01T00:00:00Z", "before": "2026-01-04T00:00:00Z"}"#
            let filled = try await client.send(.post, path + "/backfill", json: range)
            let times: [JSONValue] = [
                "2026-01-01T02:00:00.000000Z", "2026-01-02T02:00:00.000000Z", "2026-01-03T02:00:00.000000Z",
            ]
            #expect(filled.json["started"]?.array == times)
            let again = try await client.send(.post, path + "/backfill", json: range)
            #expect(again.json["started"]?.array == [] && again.json["known"] == 3)
            let tooMany = #"{"from": "2000-01-01T00:00:00Z", "before": "2026-01-04T00:00:00Z"}"#
            #expect(try await client.send(.post, path + "/backfill", json: tooMany).status == 422)
            let backwards = #"{"from": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}"#
            #expect(try await client.send(.post, path + "/backfill", json: backwards).status == 422)
            #expect(try await client.send(.get, "/api/v1/workflows/resting/schedule").status == 404)
            #expect(try await client.send(.get, "/api/v1/workflows/nobody/schedule").status == 404)
            #expect(try await client.send(.get, path + "?next=0").status == 400)
        }
    }
}
