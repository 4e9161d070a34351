import ArgumentParser
import Server
import Workflow

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self, Generate.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key on the server. It is shown once.")

        @Argument(help: "What the key is for.")
        var name: String

        @Option(
            name: .customLong("permission"),
            help: """
                What the key may do; may be repeated. workflows:read, workflows:write, events:write, \
                executions:read, executions:write, approvals:read, approvals:write, keys:write or admin; role:NAME is a \
                role in approvals. Without one: workflows:read, events:write and executions:read.
                """)
        var permissions: [String] = []

        @OptionGroup var client: ClientOptions

        func run() async throws {
            var request: JSONObject = ["name": .string(name)]
            if !permissions.isEmpty { request["permissions"] = .array(permissions.map { .string($0) }) }
            try await client.withClient { api in
                let answer = try await api.send(.post, ["keys"], body: .json(.object(request)))
                if client.json { return answer.write() }
                let key = answer.json.object ?? [:]
                Console.print(
                    fieldLines([
                        ("key", key["key"]?.string), ("id", key["id"]?.string), ("name", key["name"]?.string),
                        ("permissions", key.words("permissions")),
                    ]))
                Console.line("the key is not shown again", to: .error)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List API keys. The keys themselves are not kept.")

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["keys"])
                if client.json { return answer.write() }
                var table = Table("id", "name", "permissions", "created", "revoked")
                for key in (answer.json.object?["items"]?.array ?? []).compactMap(\.object) {
                    table.add(
                        key["id"]?.string, key["name"]?.string, key.words("permissions"),
                        key["created_at"]?.string, key["revoked_at"]?.string)
                }
                Console.print(table.rendered())
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke an API key, from now on.")

        @Argument(help: "The key's id, as `key list` shows it.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                _ = try await api.send(.delete, ["keys", id])
                if !client.json { Console.print("revoked \(id.printable)") }
            }
        }
    }

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make up an API key, without a server: for FLOWMETER_ADMIN_KEY.")

        func run() { Console.print(APIKey.generate().text) }
    }
}

extension JSONObject {
    /// A list of strings, as one.
    func words(_ key: String) -> String? {
        self[key]?.array.map { $0.compactMap(\.string).joined(separator: " ") }
    }
}
