import NIOHTTP1
import Testing
import Workflow

@testable import Runtime

/// Which address a source has for an event.
@Suite struct ContextSourceTests {
    private static func url(_ template: String, _ data: JSONObject) throws -> String {
        try ContextSource(name: "order.details", url: template).request(for: data).url
    }

    @Test(
        arguments: [
            ("https://a.example/orders/{{order.id}}", ["order": ["id": "o-1"]], "https://a.example/orders/o-1"),
            ("https://a.example/{{id}}?x={{y}}", ["id": 7, "y": true], "https://a.example/7?x=true"),
            ("https://a.example/{{id}}", ["id": "a/b?c#d&e=f"], "https://a.example/a%2Fb%3Fc%23d%26e%3Df"),
            ("https://a.example/{{id}}", ["id": "é @%2e"], "https://a.example/%C3%A9%20%40%252e"),
            ("https://a.example/{{id}}", ["id": "a\u{0}\r\nb\u{1}"], "https://a.example/a%00%0D%0Ab%01"),
            ("https://a.example/{{id}}", ["id": "@evil.example/"], "https://a.example/%40evil.example%2F"),
            ("https://a.example/x?q={{id}}", ["id": ".."], "https://a.example/x?q=.."),
            ("https://a.example/{{id}}.json", ["id": "."], "https://a.example/..json"),
            ("https://a.example", [:], "https://a.example"),
        ] as [(String, JSONObject, String)])
    func valuesAreEncoded(template: String, data: JSONObject, url: String) throws {
        #expect(try Self.url(template, data) == url)
    }

    @Test(
        arguments: [
            ("{{order.id}}", ["order": [:]], "missing"), ("{{order.id}}", [:], "missing"),
            ("{{id}}", ["id": .null], "null"),
            ("{{id}}", ["id": ""], "empty"), ("{{id}}", ["id": [1]], "list"), ("{{id}}", ["id": ["a": 1]], "object"),
            ("{{id}}", ["id": ".."], "lead out"), ("{{id}}/x", ["id": "."], "lead out"),
            ("{{a}}{{b}}/x", ["a": ".", "b": "."], "lead out"),
        ] as [(String, JSONObject, String)])
    func whatIsMissingIsToldAndNotLeftOut(part: String, data: JSONObject, word: String) throws {
        let failure = #expect(throws: ActivityFailure.self) { try Self.url("https://a.example/orders/\(part)", data) }
        #expect(failure?.reason == .invalid)
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        "https://{{host}}/", "https://a.example{{x}}", "{{url}}", "ftp://a.example/", "a.example/x", "",
        "https://a.example:{{port}}/", "https://a b/{{x}}", "https://a.example/{{x",
    ])
    func theHostIsNotMadeOfTheEvent(url: String) {
        #expect(throws: ContextSourceError.self) { try ContextSource(name: "a", url: url) }
    }

    @Test func headersAreSent() throws {
        let source = try ContextSource(
            name: "a", url: "https://a.example/", headers: ["accept": "text/json", "Authorization": "Bearer s"])
        let headers = try source.request(for: [:]).headers
        #expect(headers["Accept"] == ["text/json"] && headers["Authorization"] == ["Bearer s"])
        #expect(source.use == IntegrationUse(name: "a.example", operation: "GET"))
    }
}
