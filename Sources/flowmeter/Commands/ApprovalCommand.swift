import ArgumentParser
import Workflow

struct ApprovalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval", abstract: "Look at what waits for a decision, and decide.",
        subcommands: [List.self, Show.self, Approve.self, Reject.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what waits for a decision, oldest first.")

        @Option(help: "Only those of this workflow.")
        var workflow: String?

        @Option(help: "Only those of this execution.")
        var execution: String?

        @Option(help: "Only those that name this role.")
        var role: String?

        @Option(help: "Only those that name this approver.")
        var approver: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let query = [
                ("workflow_id", workflow), ("execution_id", execution), ("role", role), ("approver", approver),
            ]
            try await client.withClient { api in
                let answer = try await api.send(.get, ["approvals"], query: query + page.query)
                if client.json { return answer.write() }
                var table = Table("id", "workflow", "title", "asked", "requested", "expires")
                for item in page.items(answer) {
                    table.add(
                        item["id"]?.string, item["workflow_id"]?.string, item["title"]?.string,
                        ApprovalCommand.asked(item), item["requested_at"]?.string, item["expires_at"]?.string)
                }
                page.print(table, of: answer, none: "nothing waits for a decision")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an approval and its votes.")

        @Argument(help: "The approval's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["approvals", id])
                client.json ? answer.write() : Console.print(ApprovalCommand.text(answer.json.object ?? [:]))
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say yes.")

        @Argument(help: "The approval's id.")
        var id: String

        @OptionGroup var vote: VoteOptions
        @OptionGroup var client: ClientOptions

        func run() async throws { try await vote.send("approve", id, client) }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say no; one no rejects.")

        @Argument(help: "The approval's id.")
        var id: String

        @OptionGroup var vote: VoteOptions
        @OptionGroup var client: ClientOptions

        func run() async throws { try await vote.send("reject", id, client) }
    }

    struct VoteOptions: ParsableArguments {
        @Option(help: "Why.")
        var comment: String?

        @Option(help: ArgumentHelp("What goes into the result of the step.", valueName: "JSON"))
        var data: String?

        func send(_ verb: String, _ id: String, _ client: ClientOptions) async throws {
            var body = JSONObject()
            if let comment { body["comment"] = .string(comment) }
            if let data { body["data"] = .object(try parseObject(Array(data.utf8), from: "--data")) }
            try await client.withClient { [body] api in
                let answer = try await api.send(.post, ["approvals", id, verb], body: .json(.object(body)))
                client.json ? answer.write() : Console.print(ApprovalCommand.text(answer.json.object ?? [:]))
            }
        }
    }

    fileprivate static func asked(_ approval: JSONObject) -> String {
        let names = approval["approvers"]?.array?.compactMap(\.string) ?? []
        let roles = approval["roles"]?.array?.compactMap(\.string).map { "role \($0)" } ?? []
        return (names + roles).joined(separator: ", ")
    }

    fileprivate static func text(_ approval: JSONObject) -> String {
        let votes = (approval["votes"]?.array ?? []).compactMap(\.object).map { vote in
            let comment = vote["comment"]?.string.map { ": \($0)" } ?? ""
            return "\(vote["by"]?.string ?? "") \(vote["decision"]?.string ?? "")\(comment)"
        }
        return fieldLines([
            ("approval", approval["id"]?.string), ("title", approval["title"]?.string),
            ("description", approval["description"]?.string), ("workflow", approval["workflow_id"]?.string),
            ("execution", approval["execution_id"]?.string), ("asked", asked(approval)),
            ("quorum", approval["quorum"].map { "\($0)" }), ("votes", votes.joined(separator: ", ")),
            ("result", approval["result"]?.string ?? "open"), ("expires", approval["expires_at"]?.string),
        ])
    }
}
