import Documents
import Foundation
import Runtime
import Wording

/// A YAML file that a setting names, while it is read: what is wrong with it, and the secrets that it refers to.
///
/// No message shows a secret.
struct SettingsFile {
    private static let longestSecret = 64 << 10

    private let environment: [String: String]
    private var problems: [ConfigurationProblem] = []

    init(_ environment: [String: String]) { self.environment = environment }

    /// Ends the reading.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    func finish() throws(ConfigurationError) {
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    /// The one document of the file.
    ///
    /// - Parameter key: one with which the file may begin.
    mutating func root(_ path: String, setting: String, key: String) -> DocumentNode? {
        let document: Document
        do {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            document = try Document(yaml: SourceFile(path: path, bytes: bytes))
        } catch let error as DocumentError {
            note(error.place, error.message, error.remedy)
            return nil
        } catch {
            let message = "cannot be read: \(describe(fileError: error))"
            problems.append(.init(place: path, message: message, remedy: "name another file with \(setting)"))
            return nil
        }
        for key in document.repeatedKeys {
            note(key.place, "twice the same key: \(Prose.quote(key.value))", "keep one of the two")
        }
        if document.roots.count != 1 {
            problems.append(.init(place: path, message: "must be one document", remedy: "begin it with `\(key):`"))
        }
        return document.roots.first
    }

    // MARK: Maps

    /// Whether the node is a map; keys that it does not have are problems.
    mutating func check(_ node: DocumentNode, _ keys: [String], _ what: String) -> Bool {
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

    /// The members of the map under a key, each of which is such a thing; none without the key.
    mutating func members(of node: DocumentNode, _ key: String, _ what: String) -> [DocumentMember] {
        guard let value = node[key] else { return [] }
        guard case .mapping(let members) = value.content else {
            note(value.place, "\(key) must be a map", "write each \(what) under its name")
            return []
        }
        return members
    }

    // MARK: Secrets

    /// What a reference leads to: `env:NAME`, `file:PATH`.
    mutating func secret(_ node: DocumentNode) -> String? {
        let reference = node.text?.value ?? ""
        if reference.hasPrefix("env:") { return secret(variable: String(reference.dropFirst(4)), node.place) }
        if reference.hasPrefix("file:") { return secret(file: String(reference.dropFirst(5)), node.place) }
        note(node.place, "this does not say where a secret is", "write env:NAME or file:PATH, never the secret itself")
        return nil
    }

    /// A text, or what a reference to a secret leads to.
    mutating func text(_ node: DocumentNode) -> String? {
        guard let text = node.text?.value else {
            note(node.place, "this is no text", "write one, or env:NAME or file:PATH where it is secret")
            return nil
        }
        return text.hasPrefix("env:") || text.hasPrefix("file:") ? secret(node) : text
    }

    /// An address that may be called, or what a reference to one leads to.
    mutating func url(_ node: DocumentNode) -> String? { text(node).flatMap { check(url: $0, node.place) } }

    /// An address that is a secret.
    mutating func secretURL(_ node: DocumentNode) -> String? { secret(node).flatMap { check(url: $0, node.place) } }

    private mutating func check(url: String, _ place: SourcePlace) -> String? {
        do {
            _ = try EgressTarget(parsing: url)
            return url
        } catch {
            note(place, error.message, error.remedy)
            return nil
        }
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

    mutating func note(_ place: SourcePlace, _ message: String, _ remedy: String?) {
        problems.append(ConfigurationProblem(place: "\(place)", message: message, remedy: remedy))
    }
}
