import Foundation
import Runtime
import Testing

@testable import flowmeter

@Suite struct WebhookFileTests {
    let directory: String
    private static let environment = ["GITHUB_SECRET": "It's a Secret", "EMPTY": "", "SHORT": "whsec_AAAA"]

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func read(_ text: String?) throws -> [WebhookSource] {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = Configuration()
        configuration.webhooksFile = directory + "/webhooks.yaml"
        try text?.write(toFile: directory + "/webhooks.yaml", atomically: true, encoding: .utf8)
        return try configuration.webhookSources(environment: Self.environment)
    }

    private func problems(_ text: String?) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.description.replacing(directory + "/", with: "") }
        }
    }

    @Test func sourcesAreRead() throws {
        try "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\r\n".write(
            toFile: directory + "/secret", atomically: true, encoding: .utf8)
        let sources = try read(
            """
            sources:
              github-prod: {convention: github, secrets: [env:GITHUB_SECRET], max_body: 25MiB}
              payments: {convention: stripe, secrets: [env:GITHUB_SECRET, env:SHORT], tolerance: 1m, max_body: 512KiB}
              others: {convention: standard, secrets: ["file:\(directory)/secret"]}
            """)
        #expect(sources.map(\.name) == ["github-prod", "payments", "others"])
        #expect(sources.map(\.verifier.convention) == [.github, .stripe, .standard])
        #expect(sources.map(\.bodyBytes) == [25 << 20, 512 << 10, 1 << 20])
    }

    @Test func withoutAFileThereAreNone() throws {
        #expect(try Configuration().webhookSources(environment: [:]).isEmpty)
        #expect(try read("sources: {}").isEmpty)
    }

    @Test(arguments: [
        (nil, "webhooks.yaml: cannot be read: no such file or directory; name another file with webhooks.file"),
        ("source: {}", "webhooks.yaml:1:1: unknown key \"source\"; did you mean sources?"),
        ("sources: [a]", "webhooks.yaml:1:10: sources must be a map; write each source under its name"),
        (
            "sources: {a.b: {convention: github, secrets: [env:GITHUB_SECRET]}}",
            "webhooks.yaml:1:11: \"a.b\" cannot name a source; expected a letter or _, then letters, digits, _ and -, at most 64 in all"
        ),
        (
            "sources: {a: {convention: githb, secrets: [env:GITHUB_SECRET]}}",
            "webhooks.yaml:1:27: \"githb\" is no convention; did you mean github?"
        ),
        (
            "sources: {a: {secrets: [env:GITHUB_SECRET]}}",
            "webhooks.yaml:1:11: the source \"a\" has no convention; allowed are github, stripe, standard"
        ),
        (
            "sources: {a: {convention: github}}",
            "webhooks.yaml:1:11: the source \"a\" has no list of secrets; write secrets: [env:NAME] or [file:PATH]; without one nothing could be told from a forgery"
        ),
        (
            "sources: {a: {convention: github, secrets: []}}",
            "webhooks.yaml:1:44: the source \"a\" has no list of secrets; write secrets: [env:NAME] or [file:PATH]; without one nothing could be told from a forgery"
        ),
        (
            "sources: {a: {convention: github, secrets: [env:MISSING]}}",
            "webhooks.yaml:1:45: the variable \"MISSING\" is not set; set it to the secret, or remove the entry"
        ),
        (
            "sources: {a: {convention: github, secrets: [env:GITHUB_SECRET, env:EMPTY]}}",
            "webhooks.yaml:1:64: the variable \"EMPTY\" is not set; set it to the secret, or remove the entry"
        ),
        (
            "sources: {a: {convention: github, secrets: [\"file:/nowhere/at/all\"]}}",
            "webhooks.yaml:1:45: the file \"/nowhere/at/all\" cannot be read: no such file or directory; put the secret there, or remove the entry"
        ),
        (
            "sources: {a: {convention: github, secrets: [hunter2]}}",
            "webhooks.yaml:1:45: this does not say where a secret is; write env:NAME or file:PATH, never the secret itself"
        ),
        (
            "sources: {a: {convention: standard, secrets: [env:SHORT]}}",
            "webhooks.yaml:1:47: the secret has 3 bytes, fewer than 24; make one of random bytes: whsec_ and the output of openssl rand -base64 32"
        ),
        (
            "sources: {a: {convention: github, secrets: [env:GITHUB_SECRET], tolerance: 5m}}",
            "webhooks.yaml:1:65: GitHub signs no time; remove tolerance"
        ),
        (
            "sources: {a: {convention: stripe, secrets: [env:GITHUB_SECRET], tolerance: 2h}}",
            "webhooks.yaml:1:76: this is no tolerance; expected a duration from 1s to 1h, such as 5m"
        ),
        (
            "sources: {a: {convention: stripe, secrets: [env:GITHUB_SECRET], max_body: 26MiB}}",
            "webhooks.yaml:1:75: this is no size; expected a number of bytes, KiB or MiB up to 25MiB, such as 512KiB"
        ),
    ])
    func whatIsWrongIsTold(_ text: String?, _ expected: String) throws {
        #expect(try problems(text) == [expected])
    }

    @Test(arguments: ["0", "-1", "1GiB", "MiB", "1 MiB", "9999999999", "[]", "1.5MiB"])
    func noSizes(_ size: String) throws {
        let text = "sources: {a: {convention: stripe, secrets: [env:GITHUB_SECRET], max_body: \(size)}}"
        #expect(try problems(text).count == 1)
    }

    @Test func allProblemsAreToldAtOnceAndNoSecret() throws {
        let found = try problems(
            """
            sources:
              a: {convention: github, secrets: [hunter2], max_bdy: 1}
              a: {convention: github, secrets: [env:GITHUB_SECRET]}
              b: {convention: standard, secrets: [env:GITHUB_SECRET]}
            """)
        #expect(found.count == 4)
        #expect(found.allSatisfy { !$0.contains("hunter2") && !$0.contains("It's a Secret") })
    }
}
