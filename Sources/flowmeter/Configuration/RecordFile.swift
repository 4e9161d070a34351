import Documents
import Foundation
import Runtime
import Wording
import Workflow

extension Configuration {
    /// Where records are kept, with the secrets that it takes.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong; a secret that is not there is.
    func recordResources(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> [String: RecordResource] {
        guard let path = recordsFile else { return [:] }
        return try RecordFile.resources(at: path, environment: environment)
    }
}

/// Reads the file of the resources in which records are kept. No message shows a secret.
struct RecordFile {
    private var file: SettingsFile

    static func resources(
        at path: String, environment: [String: String]
    ) throws(ConfigurationError) -> [String: RecordResource] {
        var reader = RecordFile(file: SettingsFile(environment))
        let resources = reader.read(path)
        try reader.file.finish()
        return resources
    }

    private mutating func read(_ path: String) -> [String: RecordResource] {
        guard let root = file.root(path, setting: "records.file", key: "entities"),
            file.check(root, ["entities"], "the file")
        else { return [:] }
        var resources: [String: RecordResource] = [:]
        for member in file.members(of: root, "entities", "entity") { resources[member.key.value] = resource(member) }
        return resources
    }

    private mutating func resource(_ member: DocumentMember) -> RecordResource? {
        let (name, node) = (member.key.value, member.value)
        if !WebhookName.isSource(name) {
            file.note(
                member.key.place, "\(Prose.quote(name)) cannot name an entity", "expected \(WebhookName.sourceForm)")
        }
        guard file.check(node, ["url", "headers", "update"], "the entity \(Prose.quote(name))") else { return nil }
        let (headers, update) = (headers(node), update(node))
        guard let value = node["url"] else {
            file.note(
                member.key.place, "the entity \(Prose.quote(name)) has no url",
                "write the address of its collection, such as https://crm.example.com/customers")
            return nil
        }
        guard let url = file.url(value) else { return nil }
        if url.contains("?") || url.contains("#") {
            file.note(value.place, "the url has more than a path", "leave out the query; a record's id is added to it")
        }
        return RecordResource(url: url, headers: headers, update: update)
    }

    private mutating func headers(_ node: DocumentNode) -> [String: String] {
        var headers: [String: String] = [:]
        for member in file.members(of: node, "headers", "header") {
            guard let value = file.text(member.value) else { continue }
            if !HeaderName.isValid(member.key.value) || !value.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) {
                file.note(
                    member.key.place, "this header cannot be sent",
                    "use letters, digits and hyphens for the name, and one line of ASCII for the value")
            }
            headers[member.key.value] = value
        }
        return headers
    }

    private mutating func update(_ node: DocumentNode) -> RecordResource.Update {
        guard let value = node["update"] else { return .patch }
        if let update = value.text.flatMap({ RecordResource.Update(rawValue: $0.value) }) { return update }
        let all = RecordResource.Update.allCases.map(\.rawValue)
        file.note(value.place, "this is no method to update by", "allowed are \(all.joined(separator: ", "))")
        return .patch
    }
}
