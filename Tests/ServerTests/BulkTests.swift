import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

@Suite(.timeLimit(.minutes(30))) struct BulkTests {
    private let path = "/api/v1/executions/bulk"

    @Test func manyAreSteeredAtOnce() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(ControlTests.resting)
            for _ in 0..<3 {
                _ = try await client.send(.post, "/api/v1/events", json: #"{"event": "order.resting", "data": {}}"#)
            }
            let dry = try await client.send(
                .post, path, json: #"{"action": "terminate", "filter": {"workflow_id": "resting"}, "dry_run": true}"#)
            #expect(dry.status == 200 && dry.json["matched"] == 3 && dry.json["done"] == 0)
            let first = try await client.send(
                .post, path, json: #"{"action": "terminate", "filter": {"status": ["waiting"]}, "limit": 2}"#)
            #expect(first.json["done"] == 2 && first.json["items"]?.array?.count == 2)
            let next = try #require(first.json["next"]?.string)
            let rest = try await client.send(
                .post, path,
                json: #"{"action": "terminate", "filter": {"status": ["waiting"]}, "cursor": "\#(next)"}"#)
            #expect(rest.json["done"] == 1 && rest.json["next"] == .null)
        }
    }

    @Test(arguments: [
        #"{"action": "terminate"}"#, #"{"action": "terminate", "filter": {}}"#,
        #"{"action": "stop", "filter": {"workflow_id": "a"}}"#, #"{"filter": {"workflow_id": "a"}}"#,
        #"{"action": "pause", "filter": {"workflow": "a"}}"#,
        #"{"action": "pause", "filter": {"status": ["wating"]}}"#, #"{"action": "pause", "filter": {"status": []}}"#,
        #"{"action": "pause", "filter": {"status": "waiting"}}"#,
        #"{"action": "pause", "filter": {"started_from": "today"}}"#,
        #"{"action": "pause", "filter": {"workflow_id": "a"}, "limit": 1001}"#,
        #"{"action": "pause", "filter": {"workflow_id": "a"}, "limit": 0}"#,
        #"{"action": "pause", "filter": {"workflow_id": "a"}, "dry_run": 1}"#,
        #"{"action": "pause", "filter": {"workflow_id": "a"}, "cursor": "x"}"#, "[]", "{}",
    ])
    func whatIsWrongIsRefused(_ body: String) async throws {
        let server = try await TestServer()
        try await server.run { client in
            let answer = try await client.send(.post, path, json: body)
            #expect(answer.status == 400 && answer.isProblem)
        }
    }

    @Test func anEarlierVersionIsCurrentAgain() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(ControlTests.resting)
            _ = try await client.deploy(
                ControlTests.resting.replacing("workflow_id: resting", with: "workflow_id: resting\nversion: 2"))
            let rollback = "/api/v1/workflows/resting/rollback"
            let back = try await client.send(.post, rollback, json: #"{"version": "1"}"#)
            #expect(back.status == 200 && back.json["version"] == "1")
            #expect(try await client.send(.get, "/api/v1/workflows/resting").json["version"] == "1")
            #expect(try await client.send(.post, rollback, json: #"{"version": "3"}"#).status == 404)
            #expect(try await client.send(.post, rollback, json: "{}").status == 400)
        }
    }
}
