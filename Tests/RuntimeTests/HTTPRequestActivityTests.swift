import NIOCore
import NIOHTTP1
import Testing

@testable import Runtime
@testable import Workflow

/// What a step's `http_request` sends and takes in.
@Suite(.timeLimit(.minutes(30))) struct HTTPRequestActivityTests {
    static func perform(_ arguments: JSONObject, with client: EgressClient) async throws(ActivityFailure) -> JSONValue {
        let task = ActivityTask(
            id: .init(token: 1, visit: 1, activity: 0, attempt: 1), kind: .httpRequest, arguments: .object(arguments),
            idempotencyKey: "key-1", waitKey: nil, step: "call")
        let context = ActivityContext(execution: ExecutionID(rawValue: 1), workflow: "w", depth: 0)
        return try await HTTPRequestActivity(egress: client).perform(task, in: context)
    }

    @Test func sendsTheKeyAndTakesJSONIn() async throws {
        try await TestService.run({ _ in
            .status(201, headers: ["Content-Type": "application/json", "X-A": "1"], body: #"{"id":7}"#)
        }) { service in
            try await EgressBench.run { bench in
                let output = try await Self.perform(
                    [
                        "url": .string("http://a.test:\(service.port)/orders"), "body": ["total": 5],
                        "headers": ["X-Count": 3],
                    ], with: bench.client)
                let object = try #require(output.object)
                #expect(object["status"] == 201 && object["body"] == ["id": 7])
                #expect(object["headers"]?.object?["x-a"] == "1")
                let received = try #require(service.received.first)
                #expect(received.head.method == .POST && received["Idempotency-Key"] == "key-1")
                #expect(received["X-Count"] == "3" && received["User-Agent"] == "flowmeter")
                #expect(received["Content-Type"] == "application/json")
                #expect(String(buffer: received.body) == #"{"total":5}"#)
            }
        }
    }

    @Test(
        arguments: [
            ([:], 404, ActivityFailure.Reason.status(404)), ([:], 302, .status(302)),
            (["max_response_bytes": 3], 200, .result), (["timeout": "never"], 200, .invalid),
            (["url": 5], 200, .invalid), (["url": "ftp://a.test/"], 200, .invalid),
            (["method": "STEAL"], 200, .invalid),
            (["url": "http://127.0.0.2/"], 200, .invalid), (["url": "http://u:p@a.test/"], 200, .invalid),
            (["headers": ["a b": "c"]], 200, .invalid), (["headers": ["a": "b\r\nc: d"]], 200, .invalid),
        ] as [(JSONObject, Int, ActivityFailure.Reason)])
    func failsWithAReason(arguments: JSONObject, status: Int, reason: ActivityFailure.Reason) async throws {
        try await TestService.run({ _ in .status(status, body: "long enough") }) { service in
            try await EgressBench.run { bench in
                var all: JSONObject = ["url": .string("http://a.test:\(service.port)/")]
                for (name, value) in arguments { all[name] = value }
                let failure = await #expect(throws: ActivityFailure.self) {
                    try await Self.perform(all, with: bench.client)
                }
                #expect(failure?.reason == reason, "\(String(describing: failure))")
            }
        }
    }

    @Test func expectedStatusesAreNoFailure() async throws {
        try await TestService.run({ _ in .redirect(to: "http://127.0.0.2/") }) { service in
            try await EgressBench.run { bench in
                let output = try await Self.perform(
                    ["url": .string("http://a.test:\(service.port)/"), "expected_status": [200, 302]],
                    with: bench.client)
                #expect(output.object?["status"] == 302)
            }
        }
    }

    @Test func reasonsSayWhetherAnotherAttemptMayHelp() {
        let until = Timestamp(microseconds: 0)
        let table: [(EgressError, ActivityFailure.Reason)] = [
            (.circuitOpen(integration: "a", until: until), .connection),
            (.rateLimited(integration: "a", until: until), .connection),
            (.refused(.unresolved("a"), redirectedBy: nil), .connection),
            (.refused(.name("localhost"), redirectedBy: nil), .invalid),
            (.unresolvable(host: "a", reason: "b"), .connection), (.timeout(origin: "a", .seconds(1)), .timeout),
            (.connectTimeout(origin: "a", .seconds(1)), .timeout), (.tooLarge(origin: "a", limit: 1), .result),
            (.redirects(origin: "a", limit: 5), .result), (.cancelled, .connection), (.closed, .connection),
            (.connection(origin: "a", reason: "b", wasConnected: true), .connection),
        ]
        for (error, reason) in table {
            #expect(ActivityFailure(error).reason == reason)
            #expect(error.description.contains("; ") && !error.remedy.isEmpty)
        }
    }
}
