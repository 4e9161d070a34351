import ArgumentParser
import Workflow

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Look at the schedule of a workflow, and steer it.",
        subcommands: [Show.self, Pause.self, Resume.self, Backfill.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how a schedule stands and when it is due next.")

        @Argument(help: "The workflow's id.")
        var id: String

        @Option(help: "How many of the next occurrences.")
        var next = 5

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(
                    .get, ["workflows", id, "schedule"], query: [("next", String(next))])
                client.json ? answer.write() : Console.print(ScheduleCommand.text(answer.json.object ?? [:]))
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start no more occurrences.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.turnSchedule(id, "pause") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on; what was missed is treated as the definition's catch_up says.")

        @Argument(help: "The workflow's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.turnSchedule(id, "resume") }
    }

    struct Backfill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start the occurrences of a time that have not run, one after the other.")

        @Argument(help: "The workflow's id.")
        var id: String

        @Option(help: ArgumentHelp("The first moment, such as 2030-01-31T08:00:00Z.", valueName: "TIME"))
        var from: String

        @Option(help: ArgumentHelp("The first moment that is not included.", valueName: "TIME"))
        var before: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            let body = APIClient.Body.json(["from": .string(from), "before": .string(before)])
            try await client.withClient { api in
                let answer = try await api.send(.post, ["workflows", id, "schedule", "backfill"], body: body)
                if client.json { return answer.write() }
                let started = answer.json.object?["started"]?.array?.compactMap(\.string) ?? []
                let known = answer.json.object?["known"]?.integer ?? 0
                Console.print((started + ["\(started.count) started, \(known) known before"]).joined(separator: "\n"))
            }
        }
    }

    fileprivate static func text(_ schedule: JSONObject) -> String {
        let next = schedule["next"]?.array?.compactMap(\.string) ?? []
        return fieldLines([
            ("workflow", schedule["workflow_id"]?.string),
            ("standing", schedule["paused"]?.bool == true ? "paused" : "active"),
            ("handled until", schedule["handled_until"]?.string),
            ("next", next.isEmpty ? "never" : next.joined(separator: ", ")),
        ])
    }
}

extension ClientOptions {
    fileprivate func turnSchedule(_ id: String, _ verb: String) async throws {
        try await withClient { api in
            let answer = try await api.send(.post, ["workflows", id, "schedule", verb])
            json ? answer.write() : Console.print(ScheduleCommand.text(answer.json.object ?? [:]))
        }
    }
}
