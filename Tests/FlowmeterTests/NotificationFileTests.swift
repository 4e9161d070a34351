import Foundation
import Runtime
import Testing
import Workflow

@testable import flowmeter

@Suite struct NotificationFileTests {
    let directory: String
    private static let environment = [
        "SLACK": "https://hooks.slack.example/services/T/B/hidden", "NO_URL": "hidden",
        "SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "SHORT": "whsec_AAAA",
    ]

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func read(_ text: String) throws -> NotificationChannels {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = Configuration()
        configuration.notificationsFile = directory + "/notifications.yaml"
        try text.write(toFile: directory + "/notifications.yaml", atomically: true, encoding: .utf8)
        return try configuration.notificationChannels(environment: Self.environment)
    }

    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { $0.description.replacing(directory + "/", with: "") }
        }
    }

    @Test func channelsAreRead() throws {
        let channels = try read(
            """
            slack: {url: env:SLACK, channels: {"#orders": env:SLACK}}
            webhooks:
              ops: {url: "https://ops.example/hook", secrets: [env:SECRET]}
              more: {url: env:SLACK, secrets: [env:SECRET, env:SECRET]}
            """)
        #expect(channels.slackForAll == Self.environment["SLACK"] && channels.slack.keys.sorted() == ["#orders"])
        #expect(channels.names.webhooks == ["more", "ops"] && channels.names.hasAllChannels)
    }

    @Test func mailIsRead() throws {
        let channels = try read(
            """
            email:
              server: "[::1]:587"
              from: Flowmeter <flow@meter.example>
              username: flow
              password: env:NO_URL
            roles: {lead: [a@b.example, c@d.example, a@b.example]}
            """)
        let mail = try #require(channels.mail)
        #expect(mail.host == "::1" && mail.port == 587 && mail.security == .startTLS && mail.credentials != nil)
        #expect(mail.sender.address == "flow@meter.example" && mail.sender.name == "Flowmeter")
        #expect(mail.timeout == .seconds(30) && mail.authorities == nil)
        #expect(channels.roles == ["lead": ["a@b.example", "c@d.example"]])
    }

    @Test func withoutAFileThereIsTheLogAlone() throws {
        #expect(try Configuration().notificationChannels(environment: [:]).names == NotificationChannels().names)
        #expect(try read("{}").names == NotificationChannels().names)
    }

    @Test(arguments: [
        ("slak: {}", "notifications.yaml:1:1: unknown key \"slak\"; did you mean slack?"),
        (
            "email: {server: a, from: b@c}",
            "notifications.yaml:1:17: this is no server; write HOST:PORT, such as smtp.example.com:587"
        ),
        (
            "email: {server: \"a:25\", from: a}",
            "notifications.yaml:1:31: this is no from; write an address, such as Flowmeter <flowmeter@example.com>"
        ),
        (
            "email: {server: \"a:25\", from: a@b, security: startls}",
            "notifications.yaml:1:46: \"startls\" is no security; did you mean starttls?"
        ),
        (
            "email: {server: \"a:25\", from: a@b, username: c}",
            "notifications.yaml:1:46: username and password belong together; add the other, or remove this one"
        ),
        (
            "email: {server: \"a:25\", from: a@b, username: c, password: env:NO_URL, security: none}",
            "notifications.yaml:1:46: without encryption everyone on the way could read the password; use security: starttls or tls, or leave username and password out"
        ),
        (
            "email: {server: \"a:25\", from: a@b, ca_file: /nowhere/hidden.pem}",
            "notifications.yaml:1:45: there is no file to read here; name a file with certificates in PEM"
        ),
        ("roles: {a: [b]}", "notifications.yaml:1:13: \"b\" is no mail address; write one such as lead@example.com"),
        (
            "roles: {a: b@c}",
            "notifications.yaml:1:12: the role \"a\" has no list of addresses; write 1 to 50, such as [lead@example.com]"
        ),
        ("slack: x", "notifications.yaml:1:8: slack must be a map; it has url and channels"),
        (
            "slack: {url: \"https://hooks.slack.example/hidden\"}",
            "notifications.yaml:1:14: this does not say where a secret is; write env:NAME or file:PATH, never the secret itself"
        ),
        (
            "slack: {url: env:NO_URL}",
            "notifications.yaml:1:14: the URL does not begin with http:// or https://; write a URL such as https://example.com/path"
        ),
        (
            "slack: {channels: {orders: env:SLACK}}",
            "notifications.yaml:1:20: \"orders\" cannot name a channel; write its name with the #, in quotes: \"#orders\""
        ),
        (
            "webhooks: {ops: {secrets: [env:SECRET]}}",
            "notifications.yaml:1:12: the webhook \"ops\" has no url; write an address such as https://example.com/hook, or env:NAME or file:PATH where it is secret"
        ),
        (
            "webhooks: {ops: {url: \"https://a.example/\"}}",
            "notifications.yaml:1:12: the webhook \"ops\" has no list of secrets; write secrets: [env:NAME] or [file:PATH]; the receiver verifies with the same"
        ),
        (
            "webhooks: {ops: {url: \"https://a.example/\", secrets: [env:SHORT]}}",
            "notifications.yaml:1:55: the secret has 3 bytes, fewer than 24; make one of random bytes: whsec_ and the output of openssl rand -base64 32"
        ),
        (
            "webhooks: {o.s: {url: \"https://a.example/\", secrets: [env:SECRET]}}",
            "notifications.yaml:1:12: \"o.s\" cannot name a webhook; expected a letter or _, then letters, digits, _ and -, at most 64 in all"
        ),
    ])
    func whatIsWrongIsTold(_ text: String, _ expected: String) throws {
        let found = try problems(text)
        #expect(found.last == expected)
        #expect(!found.joined().contains("hidden"))
    }
}
