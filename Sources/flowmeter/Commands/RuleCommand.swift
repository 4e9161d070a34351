import ArgumentParser
import Workflow

struct RuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule", abstract: "Conditions that workflows share.",
        subcommands: [Deploy.self, List.self, Show.self, Test.self, Delete.self])

    struct Deploy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check rules and their tests, then deploy them.",
            discussion: "Nothing is deployed when one has an error or a test fails.")

        @Argument(help: ArgumentHelp("Rules in YAML or JSON.", valueName: "file"))
        var files: [String]

        @OptionGroup var client: ClientOptions

        func run() async throws {
            let checks = try DefinitionCheck.all(files)
            for check in checks where !check.problems.isEmpty { Console.line(check.report, to: .error) }
            if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
            if let other = checks.first(where: { !$0.isRule }) {
                throw CommandError(
                    .usage, "\(other.file) is no rule", remedy: "deploy it with `flowmeter workflow deploy`")
            }
            try await client.withClient { api in
                for check in checks { try await api.deploy(check, json: client.json) }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the deployed rules.")

        @OptionGroup var page: PageOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["rules"], query: page.query)
                if client.json { return answer.write() }
                page.print(RuleView.table(page.items(answer).map(RuleView.init)), of: answer, none: "no rules")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a rule and its source.")

        @Argument(help: "The rule's id.")
        var id: String

        @Flag(help: "Print the source alone, as it was deployed.")
        var source = false

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["rules", id])
                if client.json { return answer.write() }
                let rule = RuleView(answer.json.object ?? [:])
                if !source { Console.print(rule.details + "\n") }
                if let text = rule.object["source"]?.string { Console.print(text) }
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a deployed rule about a context; without one, run its own tests.",
            discussion: "Prints what it says, and which comparisons decided.")

        @Argument(help: "The rule's id.")
        var id: String

        @OptionGroup var context: DataOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let body = try context.object().map { APIClient.Body.json(["context": .object($0)]) }
            try await client.withClient { api in
                let answer = try await api.send(.post, ["rules", id, "test"], body: body)
                if client.json { return answer.write() }
                Console.print(RuleView(answer.json.object ?? [:]).answer)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a rule that no workflow asks.")

        @Argument(help: "The rule's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                _ = try await api.send(.delete, ["rules", id])
                if !client.json { Console.print("deleted  rule \(id.printable)") }
            }
        }
    }
}
