import Foundation
import Runtime
import Testing

@testable import flowmeter

@Suite struct ContextFileTests {
    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func read(_ text: String?, _ environment: [String: String]? = ["TOKEN": "Bearer s"]) throws
        -> ContextSettings?
    {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = Configuration()
        configuration.contextFile = directory + "/context.yaml"
        try text?.write(toFile: directory + "/context.yaml", atomically: true, encoding: .utf8)
        return try configuration.contextSettings(environment: environment)
    }

    private func problems(_ text: String?) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.description.replacing(directory + "/", with: "") }
        }
    }

    private static let whole = """
        sources:
          order.details:
            url: https://orders.example/orders/{{order.id}}
            headers: {Authorization: env:TOKEN, X-Plain: "a b"}
            timeout: 5s
            ttl: 30s
            stale_while_revalidate: 5m
            max_response_bytes: 512KiB
            optional: true
          customer: {url: "http://crm.example:81/{{customer.id}}"}
        cache: {max_entries: 10, max_bytes: 1MiB}
        """

    @Test func sourcesAreRead() throws {
        let settings = try #require(try read(Self.whole))
        #expect(settings.names == ["customer", "order.details"] && settings.cached == ["order.details"])
        #expect(settings.bounds == ContextCache.Bounds(entries: 10, bytes: 1 << 20))
        let source = try #require(settings.sources.first)
        #expect(source.timeout == .seconds(5) && source.ttl == .seconds(30))
        #expect(source.staleWhileRevalidate == .seconds(300) && source.isOptional)
        #expect(source.maxResponseBytes == 512 << 10)
        #expect(settings.sources.map(\.use.name) == ["orders.example", "crm.example:81"])
    }

    @Test func withoutAFileThereAreNone() throws {
        #expect(try Configuration().contextSettings(environment: [:]) == nil)
        #expect(try read("sources: {}")?.sources.isEmpty == true)
    }

    @Test func namesCanBeReadWithoutSecrets() throws {
        #expect(try read(Self.whole, nil)?.names == ["customer", "order.details"])
    }

    @Test(
        arguments: [
            (nil, "context.yaml: cannot be read: no such file or directory; name another file with context.file"),
            ("source: {}", "context.yaml:1:1: unknown key \"source\"; did you mean sources?"),
            (
                "sources: {a: {ttl: 1s}}",
                "context.yaml:1:11: the source \"a\" has no url; write url: https://orders.example/orders/{{order.id}}"
            ),
            (
                "sources: {\"a b\": {url: \"https://a.example/\"}}",
                "context.yaml:1:12: \"a b\" cannot name a source; write a name such as order.details"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", ttl: 2d}}",
                "context.yaml:1:47: this is no duration for ttl; expected one from 0s to 1d, such as 30s"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", optional: maybe}}",
                "context.yaml:1:52: this is neither true nor false; write optional: true, or remove it"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", max_response_bytes: 2MiB}}",
                "context.yaml:1:62: this is no number for max_response_bytes; expected one from 1 to 1048576; KiB and MiB may follow it"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", stale_while_revalidate: 1m}}",
                "context.yaml:1:42: without ttl no answer is kept; add ttl, or remove stale_while_revalidate"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", headers: {X: env:NONE}}}",
                "context.yaml:1:55: the variable \"NONE\" is not set; set it to the secret, or remove the entry"
            ),
            (
                "sources: {a: {url: \"https://a.example/\", headers: {\"a b\": c}}}",
                "context.yaml:1:53: this header cannot be sent; use letters, digits and hyphens for the name, and one line of ASCII for the value"
            ),
            (
                "sources: {}\ncache: {max_entries: 0}",
                "context.yaml:2:22: this is no number for max_entries; expected one from 1 to 1000000; KiB and MiB may follow it"
            ),
        ] as [(String?, String)])
    func problemsAreTold(text: String?, problem: String) throws {
        #expect(try problems(text) == [problem])
    }
}
