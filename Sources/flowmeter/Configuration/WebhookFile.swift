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
    private static let tolerances: ClosedRange<Duration> = .seconds(1)...(.seconds(3600))
    private static let longestSecret = 64 << 10

    private let environment: [String: String]
    private var problems: [ConfigurationProblem] = []

    private init(_ environment: [String: String]) { self.environment = environment }

    static func sources(
        at path: String, environment: [String: String]
    ) throws(ConfigurationError) -> [WebhookSource] {
        var file = WebhookFile(environment)
        let sources = file.read(path)
        guard file.problems.isEmpty else { throw ConfigurationError(problems: file.problems) }
        return sources
    }

    private mutating func read(_ path: String) -> [WebhookSource] {
        guard let root = root(path) else { return [] }
        guard check(root, ["sources"], "the file"), let sources = root["sources"] else { return [] }
        guard case .mapping(let members) = sources.content else {
            note(sources.place, "sources must be a map", "write each source under its name")
            return []
        }
        return members.compactMap { source($0) }
    }

    private mutating func root(_ path: String) -> DocumentNode? {
        let document: Document
        do {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            document = try Document(yaml: SourceFile(path: path, bytes: bytes))
        } catch let error as DocumentError {
            note(error.place, error.message, error.remedy)
            return nil
        } catch {
            let message = "cannot be read: \(describe(fileError: error))"
            problems.append(.init(place: path, message: message, remedy: "name another file with webhooks.file"))
            return nil
        }
        for key in document.repeatedKeys {
            note(key.place, "twice the same key: \(Prose.quote(key.value))", "keep one of the two")
        }
        if document.roots.count != 1 {
            problems.append(.init(place: path, message: "must be one document", remedy: "begin it with `sources:`"))
        }
        return document.roots.first
    }

    // MARK: One source

    private mutating func source(_ member: DocumentMember) -> WebhookSource? {
        let (name, node) = (member.key.value, member.value)
        if !WebhookName.isSource(name) {
            note(
                member.key.place, "\(Prose.quote(name)) cannot name a source", "expected \(WebhookName.sourceForm)")
        }
        guard check(node, Self.keys, "the source \(Prose.quote(name))") else { return nil }
        let convention = convention(node, name: member.key)
        let tolerance = tolerance(node, convention)
        let bodyBytes = bodyBytes(node)
        guard let convention, let references = references(node, name: member.key) else { return nil }
        let secrets = references.map { secret($0) }
        let known = secrets.compactMap(\.self)
        guard known.count == secrets.count else { return nil }
        do {
            let verifier = try WebhookVerifier(convention, secrets: known, tolerance: tolerance)
            return WebhookSource(name: name, verifier: verifier, bodyBytes: bodyBytes)
        } catch .secret(let position, let error) {
            note(references[position - 1].place, error.message, error.remedy)
        } catch {
            note(member.key.place, "\(error)", nil)
        }
        return nil
    }

    private mutating func convention(_ node: DocumentNode, name: SourceText) -> WebhookConvention? {
        let all = WebhookConvention.allCases.map(\.rawValue)
        guard let value = node["convention"] else {
            note(name.place, "the source \(Prose.quote(name.value)) has no convention", hint("", among: all))
            return nil
        }
        let text = value.text?.value ?? ""
        if let convention = WebhookConvention(rawValue: text) { return convention }
        note(value.place, "\(Prose.quote(text)) is no convention", hint(text, among: all))
        return nil
    }

    private mutating func tolerance(_ node: DocumentNode, _ convention: WebhookConvention?) -> Duration {
        guard let member = node.member("tolerance") else { return WebhookVerifier.defaultTolerance }
        if convention == .github { note(member.key.place, "GitHub signs no time", "remove tolerance") }
        if let text = member.value.text?.value, let duration = try? Duration(parsing: text),
            Self.tolerances.contains(duration)
        {
            return duration
        }
        note(member.value.place, "this is no tolerance", "expected a duration from 1s to 1h, such as 5m")
        return WebhookVerifier.defaultTolerance
    }

    private mutating func bodyBytes(_ node: DocumentNode) -> Int {
        guard let value = node["max_body"] else { return WebhookSource.defaultBodyBytes }
        if let bytes = value.text.flatMap({ Self.bytes($0.value) }), 1...WebhookSource.mostBodyBytes ~= bytes {
            return bytes
        }
        note(value.place, "this is no size", "expected a number of bytes, KiB or MiB up to 25MiB, such as 512KiB")
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
        note(
            node["secrets"]?.place ?? name.place, "the source \(Prose.quote(name.value)) has no list of secrets",
            "write secrets: [env:NAME] or [file:PATH]; without one nothing could be told from a forgery")
        return nil
    }

    private mutating func secret(_ node: DocumentNode) -> String? {
        let reference = node.text?.value ?? ""
        if reference.hasPrefix("env:") { return secret(variable: String(reference.dropFirst(4)), node.place) }
        if reference.hasPrefix("file:") { return secret(file: String(reference.dropFirst(5)), node.place) }
        note(node.place, "this does not say where a secret is", "write env:NAME or file:PATH, never the secret itself")
        return nil
    }

    private mutating func secret(variable name: String, _ place: SourcePlace) -> String? {
        if let value = environment[name], !value.isEmpty { return value }
        note(place, "the variable \(Prose.quote(name)) is not set", "set it to the secret, or remove the entry")
        return nil
    }

    private mutating func secret(file path: String, _ place: SourcePlace) -> String? {
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(Self.longestSecret)
            // Most editors end the last line, too.
            let lineEnd = bytes.suffix(2).elementsEqual([0x0D, 0x0A]) ? 2 : bytes.last == 0x0A ? 1 : 0
            if let text = String(validating: bytes.dropLast(lineEnd), as: UTF8.self), !text.isEmpty { return text }
            note(place, "the file \(Prose.quote(path)) holds no secret", "write the secret into it, as text")
        } catch {
            note(
                place, "the file \(Prose.quote(path)) cannot be read: \(describe(fileError: error))",
                "put the secret there, or remove the entry")
        }
        return nil
    }

    // MARK: Problems

    /// Whether the node is a map; keys that it does not have are problems.
    private mutating func check(_ node: DocumentNode, _ keys: [String], _ what: String) -> Bool {
        guard case .mapping(let members) = node.content else {
            note(node.place, "\(what) must be a map", "it has \(Prose.list(keys, "and"))")
            return false
        }
        for member in members where !keys.contains(member.key.value) {
            let key = member.key.value
            note(member.key.place, "unknown key \(Prose.quote(key))", hint(key, among: keys))
        }
        return true
    }

    private mutating func note(_ place: SourcePlace, _ message: String, _ remedy: String?) {
        problems.append(ConfigurationProblem(place: "\(place)", message: message, remedy: remedy))
    }
}
