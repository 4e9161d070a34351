import Documents
import Foundation
import Runtime
import Wording
import Workflow

extension Configuration {
    /// How the outside is told, with the secrets that it takes.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong; a secret that is not there is.
    func notificationChannels(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> NotificationChannels {
        guard let path = notificationsFile else { return NotificationChannels() }
        return try NotificationFile.channels(at: path, environment: environment)
    }
}

/// Reads the file of the channels by which people and programs are told. No message shows a secret.
struct NotificationFile {
    private static let keys = ["slack", "webhooks"]

    private var file: SettingsFile
    private var channels = NotificationChannels()

    static func channels(
        at path: String, environment: [String: String]
    ) throws(ConfigurationError) -> NotificationChannels {
        var reader = NotificationFile(file: SettingsFile(environment))
        reader.read(path)
        try reader.file.finish()
        return reader.channels
    }

    private mutating func read(_ path: String) {
        guard let root = file.root(path, setting: "notifications.file", key: "slack"),
            file.check(root, Self.keys, "the file")
        else { return }
        if let slack = root["slack"] { readSlack(slack) }
        for member in file.members(of: root, "webhooks", "webhook") { readWebhook(member) }
    }

    // MARK: Slack

    private mutating func readSlack(_ node: DocumentNode) {
        guard file.check(node, ["url", "channels"], "slack") else { return }
        channels.slackForAll = node["url"].flatMap { secretURL($0) }
        for member in file.members(of: node, "channels", "channel") {
            let channel = member.key.value
            if !Recipient.isChannel(channel) {
                file.note(
                    member.key.place, "\(Prose.quote(channel)) cannot name a channel",
                    "write its name with the #, in quotes: \"#orders\"")
            }
            if let url = secretURL(member.value) { channels.slack[channel] = url }
        }
    }

    /// Whoever knows the address of a channel can write in it.
    private mutating func secretURL(_ node: DocumentNode) -> String? {
        guard let url = file.secret(node) else { return nil }
        return check(url, at: node) ? url : nil
    }

    private mutating func check(_ url: String, at node: DocumentNode) -> Bool {
        do {
            _ = try EgressTarget(parsing: url)
            return true
        } catch {
            file.note(node.place, error.message, error.remedy)
            return false
        }
    }

    // MARK: Webhooks

    private mutating func readWebhook(_ member: DocumentMember) {
        let (name, node) = (member.key.value, member.value)
        if !WebhookName.isSource(name) {
            file.note(
                member.key.place, "\(Prose.quote(name)) cannot name a webhook", "expected \(WebhookName.sourceForm)")
        }
        guard file.check(node, ["url", "secrets"], "the webhook \(Prose.quote(name))") else { return }
        let signer = file.signer(node, name: member.key)
        guard let value = node["url"], let text = value.text?.value else {
            return file.note(
                node["url"]?.place ?? member.key.place, "the webhook \(Prose.quote(name)) has no url",
                "write an address such as https://example.com/hook, or env:NAME or file:PATH where it is secret")
        }
        let isReference = text.hasPrefix("env:") || text.hasPrefix("file:")
        guard let url = isReference ? file.secret(value) : text, check(url, at: value), let signer else { return }
        channels.webhooks[name] = OutgoingWebhook(url: url, signer: signer)
    }
}

extension SettingsFile {
    /// What signs with the secrets of a webhook.
    fileprivate mutating func signer(_ node: DocumentNode, name: SourceText) -> WebhookSigner? {
        guard let references = node["secrets"]?.elements, !references.isEmpty else {
            note(
                node["secrets"]?.place ?? name.place, "the webhook \(Prose.quote(name.value)) has no list of secrets",
                "write secrets: [env:NAME] or [file:PATH]; the receiver verifies with the same")
            return nil
        }
        let secrets = references.compactMap { secret($0) }
        guard secrets.count == references.count else { return nil }
        do {
            return try WebhookSigner(secrets: secrets)
        } catch .secret(let position, let error) {
            note(references[position - 1].place, error.message, error.remedy)
        } catch {
            note(name.place, "\(error)", nil)
        }
        return nil
    }
}
