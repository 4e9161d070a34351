import NIOCore
import NIOHTTP1
import Testing

@testable import Runtime
@testable import Workflow

/// Records in the resources of others.
@Suite(.timeLimit(.minutes(30))) struct RecordActivityTests {
    private static func perform(
        _ kind: ActivityKind, _ arguments: JSONObject, _ bench: EgressBench, port: Int,
        update: RecordResource.Update = .patch
    ) async throws -> JSONValue {
        let resource = RecordResource(
            url: "http://crm.test:\(port)/api/customers", headers: ["Authorization": "Bearer t"], update: update)
        let activity = RecordActivity(
            resources: ["customer": resource], requests: HTTPRequestActivity(egress: bench.client))
        return try await activity.perform(NotifyActivityTests.task(kind, arguments), in: NotifyActivityTests.context)
    }

    @Test(
        arguments: [
            (.createRecord, nil, .patch, HTTPMethod.POST, "/api/customers"),
            (.updateRecord, "C 7/ü?#..", .patch, .PATCH, "/api/customers/C%207%2F%C3%BC%3F%23.."),
            (.updateRecord, 7, .put, .PUT, "/api/customers/7"),
        ] as [(ActivityKind, JSONValue?, RecordResource.Update, HTTPMethod, String)])
    func requestsAreMade(
        kind: ActivityKind, id: JSONValue?, update: RecordResource.Update, method: HTTPMethod, path: String
    ) async throws {
        try await TestService.run({ _ in
            .status(201, headers: ["Content-Type": "application/json"], body: #"{"id":"C-7"}"#)
        }) { service in
            try await EgressBench.run { bench in
                var arguments: JSONObject = ["entity": "customer", "data": ["tier": "gold"]]
                if let id { arguments["entity_id"] = id }
                let output = try await Self.perform(kind, arguments, bench, port: service.port, update: update)
                #expect(output.object?["body"] == ["id": "C-7"] && output.object?["status"] == 201)
                let received = try #require(service.received.first)
                #expect(received.head.method == method && received.head.uri == path)
                #expect(received["Authorization"] == "Bearer t" && received["Idempotency-Key"] == "06x-tell-1-0")
                #expect(String(buffer: received.body) == #"{"tier":"gold"}"#)
            }
        }
    }

    @Test(
        arguments: [
            (["entity": "order"], 200, .invalid, "records.file"), (["entity": 7], 200, .invalid, "records.file"),
            (["entity": "customer"], 200, .invalid, "`entity_id` is null"),
            (["entity": "customer", "entity_id": ".."], 200, .invalid, "not the id of a record"),
            (["entity": "customer", "entity_id": ""], 200, .invalid, "not the id of a record"),
            (["entity": "customer", "entity_id": ["a"]], 200, .invalid, "not the id of a record"),
            (["entity": "customer", "entity_id": "1", "data": [1]], 200, .invalid, "`data` is"),
            (["entity": "customer", "entity_id": "1"], 409, .status(409), "409"),
        ] as [(JSONObject, Int, ActivityFailure.Reason, String)])
    func failsWithAReason(
        arguments: JSONObject, status: Int, reason: ActivityFailure.Reason, words: String
    ) async throws {
        try await TestService.run({ _ in .status(status) }) { service in
            try await EgressBench.run { bench in
                let failure = await #expect(throws: ActivityFailure.self) {
                    _ = try await Self.perform(.updateRecord, arguments, bench, port: service.port)
                }
                #expect(failure?.reason == reason && failure?.message.contains(words) == true, "\(failure as Any)")
                #expect(service.received.count == (reason == .invalid ? 0 : 1))
            }
        }
    }
}
