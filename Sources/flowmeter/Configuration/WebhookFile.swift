import Documents
import Foundation
import Runtime
import Wording
import Workflow

extension Configuration {
    /// The webhooks that are configured, with their secrets.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong; a secret that is not there is.
    func webhookSources(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> [WebhookSource] {
        guard let path = webhooksFile else { return [] }
        return try WebhookFile.sources(at: path, environment: environment)
    }
}

/// Reads the file of the webhooks' sources. No message shows a secret.
struct WebhookFile {
    private static let keys = ["convention", "secrets", "tolerance", "max_body"]
    private static let tolerances: ClosedRange<Duration> = .seconds(1)...WebhookVerifier.longestTolerance

    private var file: SettingsFile

    static func sources(
        at path: String, environment: [String: String]
    ) throws(ConfigurationError) -> [WebhookSource] {
        var reader = WebhookFile(file: SettingsFile(environment))
        let sources = reader.read(path)
        try reader.file.finish()
        return sources
    }

    private mutating func read(_ path: String) -> [WebhookSource] {
        guard let root = file.root(path, setting: "webhooks.file", key: "sources") else { return [] }
        guard file.check(root, ["sources"], "the file") else { return [] }
        return file.members(of: root, "sources", "source").compactMap { source($0) }
    }

    // MARK: One source

    private mutating func source(_ member: DocumentMember) -> WebhookSource? {
        let (name, node) = (member.key.value, member.value)
        if !WebhookName.isSource(name) {
            file.note(
                member.key.place, "\(Prose.quote(name)) cannot name a source", "expected \(WebhookName.sourceForm)")
        }
        guard file.check(node, Self.keys, "the source \(Prose.quote(name))") else { return nil }
        let convention = convention(node, name: member.key)
        let tolerance = tolerance(node, convention)
        let bodyBytes = bodyBytes(node)
        guard let convention, let references = references(node, name: member.key) else { return nil }
        let secrets = references.map { file.secret($0) }
        let known = secrets.compactMap(\.self)
        guard known.count == secrets.count else { return nil }
        do {
            let verifier = try WebhookVerifier(convention, secrets: known, tolerance: tolerance)
            return WebhookSource(name: name, verifier: verifier, bodyBytes: bodyBytes)
        } catch .secret(let position, let error) {
            file.note(references[position - 1].place, error.message, error.remedy)
        } catch {
            file.note(member.key.place, "\(error)", nil)
        }
        return nil
    }

    private mutating func convention(_ node: DocumentNode, name: SourceText) -> WebhookConvention? {
        let all = WebhookConvention.allCases.map(\.rawValue)
        guard let value = node["convention"] else {
            file.note(name.place, "the source \(Prose.quote(name.value)) has no convention", hint("", among: all))
            return nil
        }
        let text = value.text?.value ?? ""
        if let convention = WebhookConvention(rawValue: text) { return convention }
        file.note(value.place, "\(Prose.quote(text)) is no convention", hint(text, among: all))
        return nil
    }

    private mutating func tolerance(_ node: DocumentNode, _ convention: WebhookConvention?) -> Duration {
        guard let member = node.member("tolerance") else { return WebhookVerifier.defaultTolerance }
        if convention == .github { file.note(member.key.place, "GitHub signs no time", "remove tolerance") }
        if let text = member.value.text?.value, let duration = try? Duration(parsing: text),
            Self.tolerances.contains(duration)
        {
            return duration
        }
        file.note(member.value.place, "this is no tolerance", "expected a duration from 1s to 1h, such as 5m")
        return WebhookVerifier.defaultTolerance
    }

    private mutating func bodyBytes(_ node: DocumentNode) -> Int {
        guard let value = node["max_body"] else { return WebhookSource.defaultBodyBytes }
        if let bytes = value.text.flatMap({ Self.bytes($0.value) }), 1...WebhookSource.mostBodyBytes ~= bytes {
            return bytes
        }
        file.note(value.place, "this is no size", "expected a number of bytes, KiB or MiB up to 25MiB, such as 512KiB")
        return WebhookSource.defaultBodyBytes
    }

    private static func bytes(_ text: String) -> Int? {
        let unit = ["KiB": 1 << 10, "MiB": 1 << 20].first { text.hasSuffix($0.key) }
        let digits = text.dropLast(unit == nil ? 0 : 3)
        guard 1...9 ~= digits.utf8.count, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(digits).map { $0 * (unit?.value ?? 1) }
    }

    // MARK: Secrets

    private mutating func references(_ node: DocumentNode, name: SourceText) -> [DocumentNode]? {
        if let elements = node["secrets"]?.elements, !elements.isEmpty { return elements }
        file.note(
            node["secrets"]?.place ?? name.place, "the source \(Prose.quote(name.value)) has no list of secrets",
            "write secrets: [env:NAME] or [file:PATH]; without one nothing could be told from a forgery")
        return nil
    }
}
