import Documents
import Foundation
import Runtime
import Wording
import Workflow

/// From where the context of executions is loaded.
struct ContextSettings: Sendable {
    var sources: [ContextSource] = []
    var bounds = ContextCache.Bounds()

    /// Their names, in order.
    var names: [String] { sources.map(\.name).sorted() }

    /// Those whose answers are kept.
    var cached: [String] { sources.filter { $0.ttl > .zero }.map(\.name).sorted() }
}

extension Configuration {
    /// The sources that are configured, with their secrets; nil without a file.
    ///
    /// - Parameter environment: nil leaves the secrets out: for those who only want to know what there is.
    /// - Throws: ``ConfigurationError`` with everything that is wrong; a secret that is not there is.
    func contextSettings(
        environment: [String: String]? = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> ContextSettings? {
        guard let path = contextFile else { return nil }
        return try ContextFile.settings(at: path, environment: environment)
    }
}

/// Reads the file of the context's sources. No message shows a secret.
struct ContextFile {
    private static let keys = [
        "url", "headers", "timeout", "ttl", "stale_while_revalidate", "max_response_bytes", "optional",
    ]
    private static let entries = 1...1_000_000
    private static let bytes = 1 << 10...16 << 30
    private static let shortest = Duration.milliseconds(1)

    private var file: SettingsFile

    static func settings(
        at path: String, environment: [String: String]?
    ) throws(ConfigurationError) -> ContextSettings {
        var reader = ContextFile(file: SettingsFile(environment))
        let settings = reader.read(path)
        try reader.file.finish()
        return settings
    }

    private mutating func read(_ path: String) -> ContextSettings {
        var settings = ContextSettings()
        guard let root = file.root(path, setting: "context.file", key: "sources"),
            file.check(root, ["sources", "cache"], "the file")
        else { return settings }
        if let cache = root["cache"], file.check(cache, ["max_entries", "max_bytes"], "the cache") {
            settings.bounds.entries = size(cache, "max_entries", Self.entries) ?? settings.bounds.entries
            settings.bounds.bytes = size(cache, "max_bytes", Self.bytes) ?? settings.bounds.bytes
        }
        settings.sources = file.members(of: root, "sources", "source").compactMap { source($0) }
        return settings
    }

    private mutating func source(_ member: DocumentMember) -> ContextSource? {
        let (name, node) = (member.key.value, member.value)
        if !IncomingEvent.isName(name) {
            file.note(
                member.key.place, "\(Prose.quote(name)) cannot name a source", "write a name such as order.details")
        }
        guard file.check(node, Self.keys, "the source \(Prose.quote(name))") else { return nil }
        guard let url = node["url"]?.text else {
            file.note(
                node["url"]?.place ?? member.key.place, "the source \(Prose.quote(name)) has no url",
                "write url: https://orders.example/orders/{{order.id}}")
            return nil
        }
        let headers = file.headers(node)
        let timeout = duration(node, "timeout", Self.shortest...(.seconds(3_600)))
        let ttl = duration(node, "ttl", .zero...(.seconds(86_400)))
        let stale = duration(node, "stale_while_revalidate", .zero...(.seconds(86_400)))
        let bytes = size(node, "max_response_bytes", 1...Limits.responseBytes)
        let isOptional = flag(node, "optional")
        if stale != nil, ttl ?? .zero == .zero, let key = node.member("stale_while_revalidate")?.key {
            file.note(key.place, "without ttl no answer is kept", "add ttl, or remove stale_while_revalidate")
        }
        do {
            var source = try ContextSource(name: name, url: url.value, headers: headers)
            (source.timeout, source.isOptional) = (timeout, isOptional)
            (source.ttl, source.staleWhileRevalidate) = (ttl ?? .zero, stale ?? .zero)
            source.maxResponseBytes = bytes ?? source.maxResponseBytes
            return source
        } catch {
            file.note(url.place, error.message, error.remedy)
            return nil
        }
    }

    // MARK: Values

    private mutating func duration(_ node: DocumentNode, _ key: String, _ range: ClosedRange<Duration>) -> Duration? {
        guard let value = node[key] else { return nil }
        let text = value.text?.value ?? ""
        let duration = text == "0s" ? .zero : Self.duration(text)
        if let duration, range.contains(duration) { return duration }
        let least = range.lowerBound == .zero ? "0s" : range.lowerBound.shortText
        file.note(
            value.place, "this is no duration for \(key)",
            "expected one from \(least) to \(range.upperBound.shortText), such as 30s")
        return nil
    }

    private static func duration(_ text: String) -> Duration? { try? Duration(parsing: text) }

    private mutating func size(_ node: DocumentNode, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = node[key] else { return nil }
        if let text = value.text?.value, let number = Self.number(text), range.contains(number) { return number }
        file.note(
            value.place, "this is no number for \(key)",
            "expected one from \(range.lowerBound) to \(range.upperBound); KiB and MiB may follow it")
        return nil
    }

    private static func number(_ text: String) -> Int? {
        let unit = ["KiB": 1 << 10, "MiB": 1 << 20].first { text.hasSuffix($0.key) }
        let digits = text.dropLast(unit == nil ? 0 : 3)
        guard 1...9 ~= digits.utf8.count, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(digits).map { $0 * (unit?.value ?? 1) }
    }

    private mutating func flag(_ node: DocumentNode, _ key: String) -> Bool {
        guard let value = node[key] else { return false }
        if let flag = ["true": true, "false": false][value.text?.value ?? ""] { return flag }
        file.note(value.place, "this is neither true nor false", "write \(key): true, or remove it")
        return false
    }
}
