import ArgumentParser
import Workflow

struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow", abstract: "Check, deploy and manage workflows.",
        subcommands: [
            Validate.self, Test.self, Deploy.self, Run.self, List.self, Show.self, Enable.self, Disable.self,
            Delete.self, Diff.self, Versions.self, Rollback.self, ScheduleCommand.self,
        ])

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check definitions, without a server. Exit code 1 when one has an error.")

        @Argument(help: ArgumentHelp("Definitions in YAML or JSON, and the rules that they ask.", valueName: "file"))
        var files: [String]

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let checks = try DefinitionCheck.all(files)
            if json {
                Console.print(JSONValue.object(["files": .array(checks.map(\.json))]).description)
            } else {
                for check in checks { Console.print(check.report) }
            }
            if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
        }
    }

    struct Deploy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check definitions and run their tests, then deploy them.",
            discussion: "Nothing is deployed when one has an error or a test fails.")

        @Argument(help: ArgumentHelp("Definitions in YAML or JSON, and the rules that they ask.", valueName: "file"))
        var files: [String]

        @Flag(help: "Deploy without running the tests.")
        var noTest = false

        @OptionGroup var client: ClientOptions

        func run() async throws {
            let checks = try DefinitionCheck.all(files)
            for check in checks where !check.problems.isEmpty { Console.line(check.report, to: .error) }
            if checks.contains(where: \.hasErrors) { throw Silent(status: .refused) }
            if !noTest { try test(checks) }
            try await client.withClient { api in
                for check in checks where check.isRule { try await api.deploy(check, json: client.json) }
                for check in checks where !check.isRule { try await api.deploy(check, json: client.json) }
            }
        }

        private func test(_ checks: [DefinitionCheck]) throws {
            let failed = try DefinitionTests.all(checks).filter { !$0.havePassed }
            guard !failed.isEmpty else { return }
            for tests in failed { Console.line(tests.report, to: .error) }
            Console.error("nothing was deployed", remedy: "mend the definition or its tests, or add --no-test")
            throw Silent(status: .refused)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the deployed workflows.")

        @Option(help: "Only those with this tag.")
        var tag: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["workflows"], query: [("tag", tag)] + page.query)
                if client.json { return answer.write() }
                let workflows = page.items(answer).map(WorkflowView.init)
                page.print(WorkflowView.table(workflows), of: answer, none: "no workflows")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a workflow and its source.")

        @Argument(help: "The workflow's id.")
        var id: String

        @Flag(help: "Print the source alone, as it was deployed.")
        var source = false

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["workflows", id])
                if client.json { return answer.write() }
                let workflow = WorkflowView(answer.json.object ?? [:])
                if !source { Console.print(workflow.details + "\n") }
                if let text = workflow.source { Console.print(text) }
            }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a workflow start executions.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.turn(id, "enable") }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a workflow start nothing more. Executions that run finish.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.turn(id, "disable") }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a workflow. Executions that run finish.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                _ = try await api.send(.delete, ["workflows", id])
                if !client.json { Console.print("deleted  \(id.printable)") }
            }
        }
    }
}

extension APIClient {
    /// Deploys a definition or a rule that has no errors.
    func deploy(_ check: DefinitionCheck, json: Bool) async throws {
        do {
            let answer = try await send(.post, [check.isRule ? "rules" : "workflows"], body: check.body)
            if json { return answer.write() }
            let object = answer.json.object ?? [:]
            let view = WorkflowView(object)
            for warning in object["warnings"]?.array?.compactMap(\.object) ?? [] where !check.shows(warning) {
                Console.line(Finding(warning).rendered(file: check.file), to: .error)
            }
            Console.print(
                check.isRule
                    ? "\(view.deployment)  rule \(view.title)" : "\(view.deployment)  \(view.title)  \(view.trigger)")
        } catch let refusal as Refusal where !refusal.problems.isEmpty {
            for problem in refusal.problems { Console.line(Finding(problem).rendered(file: check.file), to: .error) }
            throw Silent(status: .refused)
        }
    }
}

extension ClientOptions {
    fileprivate func turn(_ id: String, _ verb: String) async throws {
        try await withClient { api in
            let answer = try await api.send(.post, ["workflows", id, verb])
            json ? answer.write() : Console.print("\(verb)d  \(WorkflowView(answer.json.object ?? [:]).title)")
        }
    }
}
