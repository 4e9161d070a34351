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
        var channels = try NotificationFile.channels(at: path, environment: environment)
        channels.mail?.timeout = egressTimeout
        channels.mail?.connectTimeout = egressConnectTimeout
        return channels
    }
}

/// Reads the file of the channels by which people and programs are told. No message shows a secret.
struct NotificationFile {
    private static let keys = ["email", "roles", "slack", "webhooks"]
    private static let mailKeys = ["server", "from", "username", "password", "security", "ca_file"]
    private static let mostAddresses = 50

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
        if let email = root["email"] { channels.mail = mailServer(email) }
        for member in file.members(of: root, "roles", "role") { readRole(member) }
        if let slack = root["slack"] { readSlack(slack) }
        for member in file.members(of: root, "webhooks", "webhook") { readWebhook(member) }
    }

    // MARK: Mail

    private mutating func mailServer(_ node: DocumentNode) -> MailServer? {
        guard file.check(node, Self.mailKeys, "email") else { return nil }
        let address = value(node, "server", "write HOST:PORT, such as smtp.example.com:587") { Address($0) }
        let sender = value(node, "from", "write an address, such as Flowmeter <flowmeter@example.com>") {
            MailSender(parsing: $0)
        }
        let security = security(node)
        let credentials = credentials(node, security)
        guard let address, let sender else { return nil }
        var server = MailServer(host: address.host, port: address.port, sender: sender)
        (server.security, server.credentials) = (security, credentials)
        if let path = node["ca_file"] {
            server.authorities = path.text?.value
            if !FileManager.default.isReadableFile(atPath: path.text?.value ?? "") {
                file.note(path.place, "there is no file to read here", "name a file with certificates in PEM")
            }
        }
        return server
    }

    private mutating func value<Value>(
        _ node: DocumentNode, _ key: String, _ remedy: String, _ read: (String) -> Value?
    ) -> Value? {
        if let value = node[key]?.text.flatMap({ read($0.value) }) { return value }
        let what = node[key] == nil ? "email has no \(key)" : "this is no \(key)"
        file.note(node[key]?.place ?? node.place, what, remedy)
        return nil
    }

    private mutating func security(_ node: DocumentNode) -> MailServer.Security {
        guard let value = node["security"] else { return .startTLS }
        let text = value.text?.value ?? ""
        if let security = MailServer.Security(rawValue: text) { return security }
        let all = MailServer.Security.allCases.map(\.rawValue)
        file.note(value.place, "\(Prose.quote(text)) is no security", hint(text, among: all))
        return .startTLS
    }

    private mutating func credentials(
        _ node: DocumentNode, _ security: MailServer.Security
    ) -> MailServer.Credentials? {
        let password = node["password"].flatMap { file.secret($0) }
        guard let name = node["username"] ?? node["password"] else { return nil }
        guard let user = node["username"]?.text?.value, node["password"] != nil else {
            file.note(name.place, "username and password belong together", "add the other, or remove this one")
            return nil
        }
        if security == .none {
            file.note(
                name.place, "without encryption everyone on the way could read the password",
                "use security: starttls or tls, or leave username and password out")
        }
        return password.map { MailServer.Credentials(user: user, password: $0) }
    }

    private mutating func readRole(_ member: DocumentMember) {
        let role = member.key.value
        if !WebhookName.isSource(role) {
            file.note(
                member.key.place, "\(Prose.quote(role)) cannot name a role", "expected \(WebhookName.sourceForm)")
        }
        let elements = member.value.elements
        if elements.isEmpty || elements.count > Self.mostAddresses {
            file.note(
                member.value.place, "the role \(Prose.quote(role)) has no list of addresses",
                "write 1 to \(Self.mostAddresses), such as [lead@example.com]")
        }
        for element in elements {
            let address = element.text?.value ?? ""
            guard Recipient.isAddress(address) else {
                file.note(
                    element.place, "\(Prose.quote(address)) is no mail address", "write one such as lead@example.com")
                continue
            }
            if channels.roles[role]?.contains(address) != true { channels.roles[role, default: []].append(address) }
        }
    }

    // MARK: Slack

    private mutating func readSlack(_ node: DocumentNode) {
        guard file.check(node, ["url", "channels"], "slack") else { return }
        channels.slackForAll = node["url"].flatMap { file.secretURL($0) }
        for member in file.members(of: node, "channels", "channel") {
            let channel = member.key.value
            if !Recipient.isChannel(channel) {
                file.note(
                    member.key.place, "\(Prose.quote(channel)) cannot name a channel",
                    "write its name with the #, in quotes: \"#orders\"")
            }
            // Whoever knows the address of a channel can write in it.
            if let url = file.secretURL(member.value) { channels.slack[channel] = url }
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
        guard let value = node["url"] else {
            return file.note(
                member.key.place, "the webhook \(Prose.quote(name)) has no url",
                "write an address such as https://example.com/hook, or env:NAME or file:PATH where it is secret")
        }
        guard let url = file.url(value), let signer else { return }
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
