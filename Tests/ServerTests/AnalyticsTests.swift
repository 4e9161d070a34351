import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// What has ended, added up.
@Suite(.timeLimit(.minutes(30))) struct AnalyticsTests {
    private static let query = "?from=2020-01-01T00:30:00Z&before=2020-01-01T03:00:00Z"

    private func run(_ body: @escaping @Sendable (Client) async throws -> Void) async throws {
        let server = try await TestServer()
        try await server.run { client in
            for definition in [TestServer.definition, ControlTests.failing] { _ = try await client.deploy(definition) }
            for total in [50, 60, 150] {
                _ = try await client.send(
                    .post, "/api/v1/events?wait=5s",
                    json: #"{"event": "order.placed", "data": {"order": {"total": \#(total)}}}"#)
            }
            _ = try await client.send(
                .post, "/api/v1/events?wait=5s", json: #"{"event": "order.failing", "data": {}}"#)
            try await body(client)
        }
    }

    @Test func statisticsCountEachEndOnce() async throws {
        try await run { client in
            let all = try await client.send(.get, "/api/v1/analytics/stats").json
            #expect(all["executions"] == 4 && all["failure_ratio"] == .number(0.25))
            let counts: JSONObject = [
                "allowed": 2, "blocked": 1, "executed": 0, "failed": 1, "cancelled": 0, "timeout": 0,
            ]
            #expect(all["by_result"]?.object == counts)
            #expect(all["by_trigger"]?.object?["event"] == 4)
            #expect(all["duration"]?.object?["p99_ms"]?.double != nil)
            let one = try await client.send(.get, "/api/v1/analytics/stats?workflow_id=guard").json
            #expect(one["executions"] == 3 && one["failure_ratio"] == .number(0) && one["workflow_id"] == "guard")
        }
    }

    @Test func whereNothingEndedIsSaidSo() async throws {
        try await run { client in
            let none = try await client.send(.get, "/api/v1/analytics/stats" + Self.query).json
            #expect(none["executions"] == 0 && none["failure_ratio"] == .null && none["last_ended_at"] == .null)
            #expect(none["from"] == "2020-01-01T00:00:00.000000Z" && none["before"] == "2020-01-01T03:00:00.000000Z")
            let hours = try await client.send(.get, "/api/v1/analytics/trends" + Self.query).json["items"]?.array
            #expect(hours?.map { $0.object?["executions"] } == [0, 0, 0])
            let days = try await client.send(.get, "/api/v1/analytics/trends" + Self.query + "&interval=day").json
            #expect(days["items"]?.array?.count == 1 && days["before"] == "2020-01-02T00:00:00.000000Z")
        }
    }

    @Test func trendsRanksAndTheDashboardAgree() async throws {
        try await run { client in
            let trend = try await client.send(.get, "/api/v1/analytics/trends").json["items"]?.array ?? []
            #expect(trend.count == 25 || trend.count == 24)
            #expect(trend.compactMap { $0.object?["executions"]?.integer }.reduce(0, +) == 4)
            let workflows = try await client.send(.get, "/api/v1/analytics/workflows").json
            let ranks = workflows["items"]?.array?.compactMap(\.object)
            #expect(ranks?.map { $0["workflow_id"] } == ["guard", "failing"])
            #expect(ranks?.map { $0["executions"] } == [3, 1] && workflows["omitted"] == 0)
            let errors = try await client.send(.get, "/api/v1/analytics/errors").json
            #expect(errors["items"]?.array?.first?.object?["error_type"] == "validation_error")
            #expect(errors["recent"]?.array?.first?.object?["workflow_id"] == "failing")
            let steps = try await client.send(.get, "/api/v1/analytics/steps?workflow_id=guard").json
            let ended = steps["items"]?.array?.compactMap(\.object)
            #expect(ended?.map { $0["step"] } == ["large", "accept", "refuse"])
            #expect(ended?.map { $0["ended"] } == [3, 2, 1])
            #expect(try await client.send(.get, "/api/v1/analytics/steps?limit=1").json["omitted"] == 4)
            let dashboard = try await client.send(.get, "/api/v1/analytics/dashboard").json
            #expect(dashboard["total"]?.object?["executions"] == 4 && dashboard["interval"] == "hour")
            #expect(dashboard["workflows"]?.array == workflows["items"]?.array)
            #expect(dashboard["errors"]?.array == errors["items"]?.array)
        }
    }

    @Test(arguments: [
        ("stats?from=2020-01-02T00:00:00Z&before=2020-01-01T00:00:00Z", 422), ("stats?from=yesterday", 400),
        ("stats?from=2019-01-01T00:00:00Z&before=2020-06-01T00:00:00Z", 422), ("stats?interval=day", 400),
        ("trends?from=2020-01-01T00:00:00Z&before=2020-03-01T00:00:00Z", 422), ("trends?interval=month", 400),
        ("steps?limit=0", 400), ("dashboard?workflow=guard", 400),
    ])
    func whatCannotBeAnsweredIsRefused(_ path: String, status: Int) async throws {
        let server = try await TestServer()
        try await server.run { client in
            let answer = try await client.send(.get, "/api/v1/analytics/" + path)
            #expect(answer.status == status && answer.isProblem)
        }
    }
}
