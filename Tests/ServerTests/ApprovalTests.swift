import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// Decisions of people by HTTP.
@Suite(.timeLimit(.minutes(30))) struct ApprovalTests {
    static let refund = """
        workflow_id: refund
        trigger: {type: event, event: refund.requested}
        steps:
          - {id: ask, type: approval, title: "Refund {{amount}}", approvers: [alice], roles: [lead], quorum: 2, into: decision}
          - {id: done, type: decision, decision: allow, reason: "{{decision.data.why}}"}
        """

    private func open(_ client: Client) async throws -> JSONObject {
        while true {
            let page = try await client.send(.get, "/api/v1/approvals?workflow_id=refund")
            #expect(page.status == 200)
            if let item = page.json["items"]?.array?.first?.object { return item }
            await Task.yield()
        }
    }

    @Test func thoseWhoAreAskedDecide() async throws {
        let server = try await TestServer(environment: TestServer.still)
        let lead = try await server.keys.create(name: "bob", permissions: [.approvalsWrite], roles: ["lead"]).0.text
        let alice = try await server.keys.create(name: "alice", permissions: [.approvalsWrite]).0.text
        let other = try await server.keys.create(name: "eve", permissions: [.approvalsWrite]).0.text
        let reader = try await server.key(.approvalsRead)
        try await server.run { client in
            _ = try await client.deploy(Self.refund)
            let sent = try await client.send(
                .post, "/api/v1/events", json: #"{"event": "refund.requested", "data": {"amount": 5}}"#)
            #expect(sent.status == 202)
            let approval = try await open(client)
            #expect(approval["title"] == "Refund 5" && approval["quorum"] == 2)
            let path = "/api/v1/approvals/\(try #require(approval["id"]?.string))"
            #expect(try await client.with(key: other).send(.post, path + "/approve").status == 403)
            #expect(try await client.with(key: reader).send(.post, path + "/approve").status == 403)
            #expect(try await client.with(key: lead).send(.post, path + "/approve").status == 200)
            let again = try await client.with(key: lead).send(.post, path + "/approve")
            #expect(again.json["votes"]?.array?.count == 1 && again.json["result"] == .null)
            let second = try await client.with(key: alice).send(
                .post, path + "/approve", json: #"{"comment": "fine", "data": {"why": "kind"}}"#)
            #expect(second.status == 200 && second.json["votes"]?.array?.count == 2)
            let shown = try await client.with(key: reader).send(.get, path)
            #expect(shown.json["result"] == "approved")
            let execution = "/api/v1/executions/\(try #require(approval["execution_id"]?.string))"
            var ended = try await client.send(.get, execution)
            while ended.json["status"] != "ended" { ended = try await client.send(.get, execution) }
            #expect(ended.json["reason"] == "kind")
            #expect(try await client.with(key: other).send(.post, path + "/reject").status == 409)
        }
    }

    @Test func pagesAndUnknownIds() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await client.deploy(Self.refund)
            for _ in 0..<3 {
                _ = try await client.send(
                    .post, "/api/v1/events", json: #"{"event": "refund.requested", "data": {"amount": 5}}"#)
            }
            _ = try await open(client)
            var ids: Set<String> = []
            var cursor: String?
            while ids.count < 3 {
                let page = try await client.send(
                    .get, "/api/v1/approvals?limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""))
                ids.formUnion(page.json["items"]?.array?.compactMap { $0.object?["id"]?.string } ?? [])
                cursor = page.json["next"]?.string
            }
            #expect(try await client.send(.get, "/api/v1/approvals?role=nobody").json["items"]?.array?.isEmpty == true)
            for id in ["x", "0000000000001-1.1.1", "-"] {
                #expect(try await client.send(.get, "/api/v1/approvals/\(id)").status == 404)
                #expect(try await client.send(.post, "/api/v1/approvals/\(id)/approve").status == 404)
            }
            #expect(try await client.send(.get, "/api/v1/approvals?cursor=w00").status == 400)
        }
    }

    /// Nobody hands out a role that is not their own.
    @Test func rolesAreHandedOutByThoseWhoHaveThem() async throws {
        let server = try await TestServer()
        let keeper = try await server.key(.keysWrite, .approvalsWrite)
        try await server.run { client in
            let body = #"{"name": "bob", "permissions": ["approvals:write", "role:lead"]}"#
            #expect(try await client.with(key: keeper).send(.post, "/api/v1/keys", json: body).status == 403)
            let made = try await client.send(.post, "/api/v1/keys", json: body)
            #expect(made.status == 201 && made.json["permissions"] == ["approvals:write", "role:lead"])
            let wrong = try await client.send(
                .post, "/api/v1/keys", json: #"{"name": "bob", "permissions": ["role:"]}"#)
            #expect(wrong.status == 400)
        }
    }
}
