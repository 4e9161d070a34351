import ArgumentParser
import Documents
import Monitoring
import Workflow

extension WorkflowCommand {
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say in what a definition differs from the one that is deployed.",
            discussion: "Nothing is deployed. Settings and steps first, then the lines as `diff -U0` has them.")

        @Argument(help: ArgumentHelp("A definition in YAML or JSON.", valueName: "file"))
        var file: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            guard let check = try DefinitionCheck.all([file]).first else { return }
            if !check.problems.isEmpty { Console.line(check.report, to: .error) }
            guard !check.isRule else { throw ValidationError("\(file) is a rule; only workflows are compared") }
            guard let definition = check.definition else { throw Silent(status: .refused) }
            try await client.withClient { api in
                let deployed = try await deployed(definition.id, api)
                let comparison = Comparison(file: file, definition: definition, deployed: deployed)
                Console.print(client.json ? comparison.json.description : comparison.text)
                if let warning = comparison.warning { Console.warning(warning) }
            }
        }

        /// Nil when no workflow has this id.
        private func deployed(_ id: String, _ api: APIClient) async throws -> JSONObject? {
            do {
                return try await api.send(.get, ["workflows", id]).json.object
            } catch let refusal as Refusal where refusal.status == 404 {
                return nil
            }
        }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the versions of a workflow that were deployed, the newest first.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["workflows", id, "versions"])
                if client.json { return answer.write() }
                var table = Table("version", "current", "deployed")
                for item in (answer.json.object?["items"]?.array ?? []).compactMap(\.object) {
                    table.add(
                        item["version"]?.string, item["current"]?.bool == true ? "yes" : "no",
                        item["deployed_at"]?.string)
                }
                Console.print(table.rendered())
            }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a version the current one again that was deployed before.",
            discussion: "Further executions start on it; running ones stay on theirs.")

        @Argument(help: "The workflow's id.")
        var id: String

        @Argument(help: "The version.")
        var version: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let body = APIClient.Body.json(["version": .string(version)])
                let answer = try await api.send(.post, ["workflows", id, "rollback"], body: body)
                if client.json { return answer.write() }
                let workflow = WorkflowView(answer.json.object ?? [:])
                Console.print("current  \(workflow.title)  \(workflow.trigger)")
            }
        }
    }
}

/// A definition beside the one that is deployed.
private struct Comparison {
    let definition: Definition
    /// Of the deployed one; nil when there is none.
    let version: String?
    let source: String?
    let difference: DefinitionDifference?
    let lines: String?

    init(file: String, definition: Definition, deployed: JSONObject?) {
        self.definition = definition
        version = deployed?["version"]?.string
        source = deployed?["source"]?.string
        difference = source.flatMap { DefinitionDifference(from: $0, to: definition.source) }
        lines = source.flatMap { source in
            source == definition.source
                ? nil
                : LineDifference(
                    from: SourceFile(path: "deployed", bytes: Array(source.utf8)),
                    to: SourceFile(path: file, bytes: Array(definition.source.utf8))
                ).text
        }
    }

    /// What would hinder a deployment.
    var warning: String? {
        guard let source, source != definition.source, version == definition.version else { return nil }
        return "version \(definition.version) is deployed with another content: raise `version` to deploy this one"
    }

    var text: String {
        guard let version else { return "\(definition.id) \(definition.version)  is not deployed" }
        let title = "\(definition.id) \(version) -> \(definition.version)"
        guard let lines else { return "\(title)  nothing differs" }
        let changes = words.isEmpty ? ["only the text differs"] : words
        return (["\(title)"] + changes.map { "  \($0)" } + ["", lines]).joined(separator: "\n").printableLines
    }

    private var words: [String] {
        guard let difference else { return [] }
        let entries = difference.entries.map { entry -> String in
            let keys = entry.keys.isEmpty ? "" : ": \(entry.keys.joined(separator: ", "))"
            return "\(entry.change.rawValue) \(entry.setting ?? "step \(entry.step ?? "")")\(keys)"
        }
        return entries + (difference.isReordered ? ["changed the order of steps"] : [])
    }

    var json: JSONValue {
        let changes = (difference?.entries ?? []).map { entry -> JSONValue in
            [
                "change": .string(entry.change.rawValue), "setting": entry.setting.map { .string($0) } ?? .null,
                "step": entry.step.map { .string($0) } ?? .null, "keys": .array(entry.keys.map { .string($0) }),
            ]
        }
        return [
            "workflow_id": .string(definition.id), "deployed": version.map { .string($0) } ?? .null,
            "version": .string(definition.version), "changes": .array(changes),
            "reordered": .bool(difference?.isReordered ?? false), "lines": lines.map { .string($0) } ?? .null,
        ]
    }
}

extension String {
    /// Each line with its control characters made visible.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}
