import HTTPTypes
import HummingbirdTesting
import Runtime
import Telemetry
import Testing
import Workflow

@testable import Server

@Suite(.timeLimit(.minutes(30))) struct ProblemTests {
    private static let id = HTTPField.Name("X-Request-Id")!

    private func answer(
        _ method: HTTPRequest.Method, _ path: String, type: String? = nil, body: String? = nil
    ) async throws -> Answer {
        let server = try await TestServer()
        return try await server.run { client in
            try await client.send(
                method, path, headers: [Self.id: "req-1"], type: type, body: body.map { Array($0.utf8) })
        }
    }

    @Test func anUnknownFieldReadsSo() async throws {
        let answer = try await answer(
            .post, "/api/v1/events", type: "application/json", body: #"{"event": "a", "dat": {}, "id": 5}"#)
        #expect(
            answer.text == #"""
                {"type":"urn:problem-type:flowmeter:invalid_body","title":"Invalid body","status":400,\#
                "detail":"dat: \"dat\" is not a field here; and 1 more","instance":"req-1","code":"invalid_body",\#
                "remedy":"did you mean \"data\"?","problems":[\#
                {"severity":"error","code":"unknown_field","line":null,"column":null,"path":"dat",\#
                "message":"\"dat\" is not a field here","remedy":"did you mean \"data\"?"},\#
                {"severity":"error","code":"wrong_type","line":null,"column":null,"path":"id",\#
                "message":"must be a string, not a number","remedy":"send a string"}]}
                """#)
    }

    @Test func brokenJSONReadsSo() async throws {
        let answer = try await answer(
            .post, "/api/v1/events", type: "application/json", body: "{\"event\": \"a\",\n \"data\": {\"x\": NaN}}")
        #expect(
            answer.text == #"""
                {"type":"urn:problem-type:flowmeter:invalid_json","title":"Invalid JSON","status":400,\#
                "detail":"line 2, column 16: \"NaN\" is not a JSON value","instance":"req-1","code":"invalid_json",\#
                "remedy":"JSON has no such number: send null or a string","problems":[\#
                {"severity":"error","code":"unknown-word","line":2,"column":16,"path":"",\#
                "message":"\"NaN\" is not a JSON value","remedy":"JSON has no such number: send null or a string"}]}
                """#)
    }

    @Test func aMissingThingReadsSo() async throws {
        let answer = try await answer(.get, "/api/v1/workflows/no%22pe")
        #expect(
            answer.text
                == #"""
                {"type":"urn:problem-type:flowmeter:unknown_workflow","title":"Unknown workflow","status":404,\#
                "detail":"there is no workflow \"no\"pe\"","instance":"req-1","code":"unknown_workflow",\#
                "remedy":"GET /api/v1/workflows lists those there are"}
                """#.replacing("no\"pe\"\"", with: "no\\\"pe\\\"\""))
    }

    @Test func anInvalidDefinitionListsAllItsProblems() async throws {
        let answer = try await answer(
            .post, "/api/v1/workflows", type: "text/yaml", body: "workflow_id: x\ntrigger: {type: evnt}\nsteps: 1\n")
        #expect(answer.status == 422)
        let problems = try #require(answer.json["problems"]?.array).compactMap(\.object)
        #expect(problems.count >= 2)
        for problem in problems {
            #expect(problem["severity"] == "error")
            #expect(problem["line"]?.integer ?? 0 > 0 && problem["column"]?.integer ?? 0 > 0)
            #expect(problem["message"]?.string?.isEmpty == false)
        }
    }

    @Test(arguments: [
        (EngineError.Code.invalidDefinition, 422), (.versionConflict, 409), (.idMismatch, 422),
        (.unknownWorkflow, 404), (.workflowDisabled, 409), (.unknownExecution, 404), (.executionEnded, 409),
        (.invalidEvent, 400), (.overloaded, 429), (.unavailable, 503), (.shuttingDown, 503),
        (EngineError.Code(rawValue: "new"), 500),
    ])
    func engineErrorsHaveStatuses(code: EngineError.Code, status: Int) {
        let problem = APIProblem(EngineError(code, "what"))
        #expect(problem.status.code == status)
        let retries = problem.headers.contains { $0.name == .retryAfter }
        #expect(retries == [429, 503].contains(status))
        #expect(status == 500 || problem.code == code.rawValue)
        #expect(HTTPStatus.known.contains(status))
    }

    @Test func theServersOwnFaultsStayInside() {
        let problem = APIProblem.internal("secret cause")
        #expect(!String(decoding: problem.encoded(requestID: "r"), as: UTF8.self).contains("secret"))
        #expect(
            !String(decoding: APIProblem(JournalError.corrupt("secret")).encoded(requestID: "r"), as: UTF8.self)
                .contains("secret"))
    }

    @Test func aBodyWithoutFaultsIsAProblemToo() {
        let problem = APIProblem.invalidBody([])
        #expect(problem.status == .badRequest && problem.code == "invalid_body" && problem.faults.isEmpty)
        #expect(problem.detail == "the body is not what it must be")
    }

    /// What is of the right kind is not called by it.
    @Test func aValueThatWillNotDoIsShown() {
        let long = String(repeating: "x", count: 100)
        var body = BodyReader(
            ["few": 0, "many": 2.5, "word": "7", "from": "yesterday", "to": .string(long), "at": 5],
            known: ["few", "many", "word", "from", "to", "at"])
        let numbers = ["few", "many", "word"].compactMap { body.integer($0, in: 1...9) }
        let times = ["from", "to", "at"].compactMap { body.timestamp($0) }
        #expect(numbers.isEmpty && times.isEmpty)
        let (number, time) = ("a whole number from 1 to 9", "a time such as 2030-01-31T08:00:00Z")
        #expect(
            body.faults.map(\.message) == [
                "must be \(number), not 0", "must be \(number), not 2.5", "must be \(number), not a string",
                "must be \(time), not \"yesterday\"",
                "must be \(time), not \"\(String(repeating: "x", count: 60))…\"", "must be \(time), not a number",
            ])
        #expect(
            body.faults.map(\.code) == ["invalid", "invalid", "wrong_type", "invalid", "invalid", "wrong_type"])
        let remedies = body.faults.map { $0.remedy ?? "" }
        #expect(remedies == ["send \(number)", "send \(time)"].flatMap { [$0, $0, $0] })
    }

    @Test func quotesAreCutAndMadeVisible() {
        #expect(quoted("a\nb\u{1B}[31m") == #""a\u{a}b\u{1b}[31m""#)
        #expect(quoted(String(repeating: "x", count: 100)).count == 63)
    }
}
