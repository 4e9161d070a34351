import ArgumentParser
import Workflow

extension WorkflowCommand {
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start an execution by hand, whatever else would trigger it.",
            discussion: "With --idempotency-key the same run is not started twice; it gets the same answer.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var data: DataOptions

        @Option(help: ArgumentHelp("What tells this run from others, so that it can be repeated.", valueName: "KEY"))
        var idempotencyKey: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let patience = try waiting.patience()
            let body = try data.object().map { APIClient.Body.json(["input": .object($0)]) }
            try await client.withClient { api in
                let answer = try await api.send(
                    .post, ["workflows", id, "run"], query: waiting.query, body: body, idempotencyKey: idempotencyKey,
                    wait: patience)
                client.json ? answer.write() : Console.print(Receipt(answer.json).runs(waited: waiting.wait))
            }
        }
    }
}
