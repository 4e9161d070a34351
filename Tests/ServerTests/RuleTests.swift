import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// Rules by HTTP.
@Suite(.timeLimit(.minutes(30))) struct RuleTests {
    private static let large = """
        rule_id: large
        name: A large order
        condition: {or: [{field: total, operator: gt, value: 1000}, {field: items.length, operator: gt, value: 9}]}
        tests:
          - {name: dear, given: {total: 1001}, expect: true}
          - {name: cheap, given: {total: 1000}, expect: false}
        """
    private static let asking = """
        workflow_id: sample
        trigger: {type: event, event: order.placed}
        steps:
          - {id: ask, type: condition, rule_id: large, on_true: hold, on_false: accept}
          - {id: hold, type: decision, decision: block}
          - {id: accept, type: decision, decision: allow}
        """

    private func put(_ client: Client, _ text: String, at path: String = "/api/v1/rules") async throws -> Answer {
        let method: HTTPRequest.Method = path.hasSuffix("rules") ? .post : .put
        return try await client.send(method, path, type: "application/yaml", body: Array(text.utf8))
    }

    @Test func deployedShownAndDeleted() async throws {
        let server = try await TestServer()
        try await server.run { client in
            #expect(try await client.deploy(Self.asking).status == 422)
            let created = try await put(client, Self.large)
            #expect(created.status == 201 && created.json["deployment"] == "created" && created.json["tests"] == 2)
            #expect(try await put(client, Self.large, at: "/api/v1/rules/large").status == 200)
            #expect(try await put(client, Self.large, at: "/api/v1/rules/small").code == "id_mismatch")
            #expect(try await put(client, Self.large + "\n").code == "version_conflict")
            let failing = try await put(client, Self.large.replacing("total: 1001", with: "total: 100"))
            #expect(failing.status == 422 && failing.isProblem)
            let problem = failing.json["problems"]?.array?.first?.object
            #expect(problem?["code"] == "test-fails" && problem?["line"] == 5)
            #expect(try await client.send(.get, "/api/v1/rules/large").json["source"]?.string == Self.large)
            let page = try await client.send(.get, "/api/v1/rules?limit=1")
            #expect(page.json["items"]?.array?.count == 1 && page.json["next"] == .null)
            #expect(try await client.send(.get, "/api/v1/workflows").json["items"]?.array?.isEmpty == true)
            #expect(try await client.deploy(Self.asking).status == 201)
            #expect(try await client.send(.delete, "/api/v1/rules/large").code == "rule_in_use")
            #expect(try await client.send(.delete, "/api/v1/workflows/sample").status == 204)
            #expect(try await client.send(.delete, "/api/v1/rules/large").status == 204)
            #expect(try await client.send(.delete, "/api/v1/rules/large").status == 404)
            #expect(try await client.send(.get, "/api/v1/rules/large").code == "unknown_rule")
        }
    }

    @Test func triedOut() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await put(client, Self.large)
            let path = "/api/v1/rules/large/test"
            let dear = try await client.send(.post, path, json: #"{"context": {"total": 5, "items": [1]}}"#)
            #expect(dear.json["result"] == false && dear.json["version"] == "1")
            let leaves = dear.json["decided_by"]?.array?.compactMap(\.object) ?? []
            #expect(leaves.map { $0["place"] } == ["or[0]", "or[1]"])
            #expect(leaves.map { $0["found"] } == [5, 1])
            let missing = try await client.send(.post, path, json: #"{"context": {}}"#)
            #expect(missing.json["decided_by"]?.array?.first?.object?["missing"] == true)
            let own = try await client.send(.post, path)
            let tests = own.json["tests"]?.array?.compactMap(\.object) ?? []
            #expect(tests.map { $0["passed"] } == [true, true])
            #expect(tests.map { $0["name"] } == ["dear", "cheap"])
            #expect(try await client.send(.post, path, json: #"{"contxt": {}}"#).status == 400)
            #expect(try await client.send(.post, "/api/v1/rules/none/test").status == 404)
        }
    }

    @Test func theTraceSaysWhichVersionDecided() async throws {
        let server = try await TestServer()
        try await server.run { client in
            _ = try await put(client, Self.large)
            _ = try await client.deploy(Self.asking)
            let sent = try await client.send(
                .post, "/api/v1/events?wait=5s", json: #"{"event": "order.placed", "data": {"total": 2000}}"#)
            let execution = try #require(sent.json["executions"]?.array?.first?.object)
            #expect(execution["result"] == "blocked")
            let steps = execution["steps"]?.array?.compactMap(\.object) ?? []
            #expect(steps.first?["rules"] == [["rule_id": "large", "version": "1"]])
            #expect(steps.last?["rules"] == nil)
        }
    }
}
