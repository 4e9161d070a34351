import HTTPTypes
import HummingbirdTesting
import Testing
import Workflow

@testable import Server

/// A request that must be refused, and how.
struct BadRequest: Sendable, CustomTestStringConvertible {
    var method: HTTPRequest.Method = .post
    var path = "/api/v1/events"
    var type: String? = "application/json"
    var headers: HTTPFields = [:]
    var body: [UInt8]? = Array(#"{"event": "a"}"#.utf8)
    var status = 400
    var code: String
    /// What the detail or a fault must mention.
    var mention = ""

    var testDescription: String {
        "\(method) \(path.prefix(80)) \(String(decoding: (body ?? []).prefix(60), as: UTF8.self)) → \(status) \(code)"
    }

    static func body(_ text: String, _ code: String, _ mention: String = "", path: String = "/api/v1/events") -> Self {
        BadRequest(path: path, body: Array(text.utf8), code: code, mention: mention)
    }

    static func get(_ path: String, _ mention: String = "") -> Self {
        BadRequest(
            method: .get, path: "/api/v1/\(path)", type: nil, body: nil, code: "invalid_parameter", mention: mention)
    }
}

@Suite(.timeLimit(.minutes(30))) struct MalformedRequestTests {
    static let syntax: [BadRequest] =
        [
            "{", "}", "[", "{\"event\"", "{\"event\":", "{\"event\": \"a\"", "{\"event\": \"a\",}",
            "{\"event\": \"a\" \"b\"}",
            "{'event': 'a'}", "{event: \"a\"}", "{\"event\": a}", "{\"event\": \"a\"} x", "{\"event\": \"a\"}{}",
            "{\"event\": \"a\", \"event\": \"b\"}", "{\"event\": \"a\", \"data\": {\"x\": 1, \"x\": 2}}",
            "{\"event\": \"a\", \"data\": {\"x\": NaN}}", "{\"event\": \"a\", \"data\": {\"x\": Infinity}}",
            "{\"event\": \"a\", \"data\": {\"x\": 1e999}}", "{\"event\": \"a\", \"data\": {\"x\": 01}}",
            "{\"event\": \"a\", \"data\": {\"x\": +1}}", "{\"event\": \"a\", \"data\": {\"x\": 1.}}",
            "{\"event\": \"a\", \"data\": {\"x\": .5}}", "{\"event\": \"a\", \"data\": {\"x\": 0x10}}",
            "{\"event\": \"\u{1}\"}", "{\"event\": \"\\q\"}", "{\"event\": \"\\uD800\"}", "{\"event\": \"\\u12\"}",
            "{\"event\": \"a\",,}", "{\"event\": \"a\" /* why */}", "// {}", "\u{FEFF}{\"event\": \"a\"}", "nul",
            "truth", "undefined", " \n\t ",
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 5_000),
            "{\"event\": \"a\", \"data\": {\"x\": [" + String(repeating: "0,", count: 100_001) + "0]}}",
        ].map { .body($0, "invalid_json") }

    static let encodings: [BadRequest] = [
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0x00],
    ].map { bytes in
        BadRequest(body: Array(#"{"event": ""#.utf8) + bytes + Array(#""}"#.utf8), code: "invalid_json")
    }

    static let shapes: [BadRequest] = [
        .body("null", "invalid_body", "an object, not null"),
        .body("[]", "invalid_body", "an object, not a list"),
        .body("1", "invalid_body", "a number"),
        .body("\"a\"", "invalid_body", "a string"),
        .body("true", "invalid_body", "a boolean"),
        .body("{}", "invalid_body", "event: is missing"),
        .body(#"{"event": 1}"#, "invalid_body", "event: must be a string, not a number"),
        .body(#"{"event": null}"#, "invalid_body", "not null"),
        .body(#"{"event": ""}"#, "invalid_body", "letters"),
        .body(#"{"event": ".a"}"#, "invalid_body", "begin"),
        .body(#"{"event": "a b"}"#, "invalid_body"),
        .body(#"{"event": "é"}"#, "invalid_body"),
        .body(#"{"event": "a/b"}"#, "invalid_body"),
        .body(#"{"event": "\#(String(repeating: "a", count: 201))"}"#, "invalid_body", "1 to 200"),
        .body(#"{"event": "a", "id": ""}"#, "invalid_body", "id: "),
        .body(#"{"event": "a", "id": 7}"#, "invalid_body", "id: must be a string"),
        .body(#"{"event": "a", "id": "é"}"#, "invalid_body", "ASCII"),
        .body(#"{"event": "a", "id": "a\nb"}"#, "invalid_body", "ASCII"),
        .body(#"{"event": "a", "id": "\#(String(repeating: "a", count: 201))"}"#, "invalid_body", "1 to 200"),
        .body(#"{"event": "a", "data": []}"#, "invalid_body", "data: must be an object, not a list"),
        .body(#"{"event": "a", "data": "x"}"#, "invalid_body", "data: "),
        .body(#"{"event": "a", "data": null}"#, "invalid_body", "data: "),
        .body(#"{"event": "a", "dta": {}}"#, "invalid_body", #"did you mean "data"?"#),
        .body(#"{"name": "a"}"#, "invalid_body", #""name" is not a field here"#),
        .body(#"{"Event": "a"}"#, "invalid_body", #"did you mean "event"?"#),
        .body(#"{"event": "a", "": 1}"#, "invalid_body", "is not a field here"),
    ]

    static let batches: [BadRequest] = [
        "[]", "{}", #"{"events": {}}"#, #"{"events": []}"#, #"{"events": null}"#, #"{"event": []}"#,
        #"{"events": [1]}"#, #"{"events": [{}]}"#, #"{"events": [{"event": ""}, null]}"#,
        #"{"events": [{"event": "a"}], "x": 1}"#,
        #"{"events": ["# + String(repeating: #"{"event": "a"},"#, count: 1000) + #"{"event": "a"}]}"#,
    ].map { .body($0, "invalid_body", path: "/api/v1/events/batch") }

    static let otherBodies: [BadRequest] = [
        .body("[]", "invalid_body", path: "/api/v1/workflows/w/run"),
        .body(#"{"input": []}"#, "invalid_body", "input: must be an object", path: "/api/v1/workflows/w/run"),
        .body(#"{"inputs": {}}"#, "invalid_body", #"did you mean "input"?"#, path: "/api/v1/workflows/w/run"),
        .body("{", "invalid_json", path: "/api/v1/workflows/w/run"),
        .body(#"{"reason": 1}"#, "invalid_body", path: "/api/v1/executions/0000000000001/cancel"),
        .body(#"{"why": "x"}"#, "invalid_body", path: "/api/v1/executions/0000000000001/cancel"),
        .body(
            #"{"reason": "\#(String(repeating: "a", count: 1001))"}"#, "invalid_body",
            path: "/api/v1/executions/0000000000001/cancel"),
        .body("{}", "unexpected_body", path: "/api/v1/executions/0000000000001/pause"),
        .body(
            #"{"data": 1}"#, "invalid_body", "data: must be an object", path: "/api/v1/executions/0000000000001/resume"),
        .body(#"{"from": 1}"#, "invalid_body", path: "/api/v1/executions/0000000000001/rerun"),
        .body(#"{"step": "a"}"#, "invalid_body", path: "/api/v1/executions/0000000000001/rerun"),
        .body("{}", "invalid_body", "from: is missing", path: "/api/v1/workflows/w/schedule/backfill"),
        .body(
            #"{"from": "today", "before": 1}"#, "invalid_body", "a time such as",
            path: "/api/v1/workflows/w/schedule/backfill"),
        .body("{}", "unexpected_body", path: "/api/v1/workflows/w/schedule/pause"),
        .body("{}", "unexpected_body", path: "/api/v1/workflows/w/enable"),
        .body("{}", "invalid_body", "name: is missing", path: "/api/v1/keys"),
        .body(#"{"name": ""}"#, "invalid_body", path: "/api/v1/keys"),
        .body(#"{"name": 1}"#, "invalid_body", path: "/api/v1/keys"),
        .body(#"{"name": "a", "permissions": "admin"}"#, "invalid_body", path: "/api/v1/keys"),
        .body(#"{"name": "a", "permissions": []}"#, "invalid_body", "at least one", path: "/api/v1/keys"),
        .body(#"{"name": "a", "permissions": [1]}"#, "invalid_body", "permissions[0]", path: "/api/v1/keys"),
        .body(
            #"{"name": "a", "permissions": ["event:write"]}"#, "invalid_body", #"did you mean "events:write"?"#,
            path: "/api/v1/keys"),
        .body("", "missing_body", path: "/api/v1/events"),
        .body("", "missing_body", path: "/api/v1/keys"),
        .body("", "missing_body", path: "/api/v1/workflows/w/schedule/backfill"),
        .body(#"{"event": "webhook.shop.paid"}"#, "invalid_event", "webhook.", path: "/api/v1/events"),
    ]

    static let types: [BadRequest] =
        [
            nil, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1",
            "application/jsonx", "x",
        ]
        .map { BadRequest(type: $0, status: 415, code: "unsupported_media_type") }
        + [
            BadRequest(headers: [.contentEncoding: "gzip"], status: 415, code: "unsupported_encoding"),
            BadRequest(path: "/api/v1/workflows", type: "application/xml", status: 415, code: "unsupported_media_type"),
            BadRequest(
                headers: [.init("Idempotency-Key")!: ""], code: "invalid_parameter"
            ).at("/api/v1/workflows/w/run", "{}"),
            BadRequest(
                headers: [.init("Idempotency-Key")!: String(repeating: "k", count: 201)], code: "invalid_parameter"
            ).at("/api/v1/workflows/w/run", "{}"),
            BadRequest(
                headers: [.init("Idempotency-Key")!: "é"], code: "invalid_parameter"
            ).at("/api/v1/workflows/w/run", "{}"),
            BadRequest(body: Array(repeating: 0x20, count: 4 << 20) + [0x7B], status: 413, code: "body_too_large"),
            BadRequest(
                path: "/api/v1/keys", body: Array(repeating: 0x20, count: 65_537), status: 413, code: "body_too_large"),
        ]

    static let definitions: [BadRequest] = [
        "", "{", "[]", "a: b: c", "workflow_id: x", "id: \"\u{7}\"", "%", "- x\n- y", "a: &a [*a]", "steps: 1",
        "{\"id\": \"a\", \"id\": \"b\"}", String(repeating: "[", count: 10_000), "\u{0}",
    ].map {
        BadRequest(
            path: "/api/v1/workflows", type: "application/yaml", body: Array($0.utf8), status: 422,
            code: "invalid_definition")
    }

    static let queries: [BadRequest] = [
        .get("executions?limit=0", "1 to 200"), .get("executions?limit=201"), .get("executions?limit=-1"),
        .get("executions?limit=1.5"), .get("executions?limit=1e2"), .get("executions?limit=%2B5"),
        .get("executions?limit=99999999999999999999"), .get("executions?limit=abc"), .get("executions?limit="),
        .get("executions?limit"), .get("executions?limit=5&limit=6", "twice"),
        .get("executions?limi=5", "did you mean"),
        .get("executions?cursor="), .get("executions?cursor=x"), .get("executions?cursor=e"),
        .get("executions?cursor=ezzzzzzzzzzzzz"), .get("executions?cursor=w6162"), .get("workflows?cursor=w6"),
        .get("workflows?cursor=wzz"), .get("workflows?cursor=wff"), .get("workflows?cursor=e0000000000001"),
        .get("workflows?cursor=w" + String(repeating: "61", count: 600)),
        .get("executions?status=done", "queued, running"), .get("executions?status="),
        .get("executions?status=ended&status=endd", #"did you mean "ended"?"#), .get("executions?result=ok"),
        .get("executions?started_from=yesterday", "RFC 3339"), .get("executions?started_from=2026-02-30T00:00:00Z"),
        .get("executions?started_before=2026-01-01T00:00:00+02:00", "%2B"), .get("executions?started_before=0"),
        .get("executions?event_id="), .get("executions?workflow_id=" + String(repeating: "a", count: 201)),
        .get("executions?tag=x", "not known"), .get("executions?%zz=1", "percent"), .get("executions?tag=%ff"),
        .get("executions?limit=%e2%82"), .get("executions/paused?status=paused"), .get("executions/0000000000001?x=1"),
        .get("workflows?enabled=yes"), .get("workflows?enabled=TRUE"), .get("workflows?tag="), .get("keys?limit=1"),
        .get("docs/openapi.yaml?format=json", "takes none"),
        .wait(""), .wait("5"), .wait("-5s"), .wait("61s"), .wait("1h"), .wait("5 s"), .wait("5sec"), .wait("1.5s"),
        .wait("99999999999999999999s"), .wait("NaN"), .wait("s5"), .wait("1s&wait=2s"), .wait("1m1s"),
    ]

    static let paths: [BadRequest] =
        [
            BadRequest(method: .get, path: "/api/v1/workflows/%ff", type: nil, body: nil, code: "invalid_path"),
            BadRequest(method: .get, path: "/api/v1/workflows/%", type: nil, body: nil, code: "invalid_path"),
            BadRequest(method: .get, path: "/api/v1/workflows/%4", type: nil, body: nil, code: "invalid_path"),
            BadRequest(
                method: .get, path: "/api/v1/workflows/nope", type: nil, body: nil, status: 404,
                code: "unknown_workflow"),
            BadRequest(
                method: .get, path: "/api/v1/workflows/a%2Fb%00", type: nil, body: nil, status: 404,
                code: "unknown_workflow"),
            BadRequest(
                method: .delete, path: "/api/v1/workflows/nope", type: nil, body: nil, status: 404,
                code: "unknown_workflow"),
            BadRequest(
                path: "/api/v1/workflows/nope/enable", type: nil, body: nil, status: 404, code: "unknown_workflow"),
            BadRequest(path: "/api/v1/workflows/nope/run", type: nil, body: nil, status: 404, code: "unknown_workflow"),
        ]
        + ["x", "0", "00000000000001", "zzzzzzzzzzzzz", "000000000000l", "0000000000000", "-1", "%00", "🙂"].map {
            BadRequest(
                method: .get, path: "/api/v1/executions/\($0)", type: nil, body: nil, status: 404,
                code: "unknown_execution")
        }

    static let all = syntax + encodings + shapes + batches + otherBodies + types + definitions + queries + paths

    @Test func thereAreManyCases() { #expect(Self.all.count >= 200, "\(Self.all.count)") }

    @Test func eachIsRefusedWithAProblem() async throws {
        let server = try await TestServer()
        try await server.run { client in
            for bad in Self.all {
                let answer = try await client.send(
                    bad.method, bad.path, headers: bad.headers, type: bad.type, body: bad.body)
                let name = Comment(rawValue: bad.testDescription)
                #expect(answer.status == bad.status && answer.code == bad.code, name)
                #expect(answer.isProblem, name)
                let words = "\(answer.json["detail"]?.string ?? "") \(answer.json["remedy"]?.string ?? "")"
                let places = answer.json["problems"]?.array?.compactMap { $0.object?["path"]?.string } ?? []
                #expect(bad.mention.isEmpty || words.contains(bad.mention) || places.contains(bad.mention), name)
            }
        }
    }
}

extension BadRequest {
    static func wait(_ value: String) -> BadRequest {
        BadRequest(
            path: "/api/v1/events?wait=\(value.replacing(" ", with: "%20"))", code: "invalid_parameter", mention: "wait"
        )
    }

    func at(_ path: String, _ body: String) -> BadRequest {
        var request = self
        request.path = path
        request.body = Array(body.utf8)
        return request
    }
}
