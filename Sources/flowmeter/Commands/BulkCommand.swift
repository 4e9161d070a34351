import ArgumentParser
import Workflow

struct BulkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk", abstract: "Do the same to all executions that fit, or say what would be done.",
        discussion: """
            At most 1,000 at a time, newest first; --cursor goes on where the last one ended. Without --status and \
            --result, those that the action can be done to. It may be repeated: what has been done is not done again.
            """)

    @Argument(help: "pause, resume, cancel, terminate or retry (those that have failed, from the step that failed).")
    var action: String

    @Option(help: "Only those of this workflow.")
    var workflow: String?

    @Option(help: "Only those that stand so: queued, running, waiting, paused, dead_letter or ended.")
    var status: [String] = []

    @Option(help: "Only those that ended so: allowed, blocked, executed, failed, cancelled or timeout.")
    var result: [String] = []

    @Option(help: ArgumentHelp("Only those that started at this time or later.", valueName: "TIME"))
    var from: String?

    @Option(help: ArgumentHelp("Only those that started before this time.", valueName: "TIME"))
    var before: String?

    @Option(help: "Why, for the record, of a cancellation or a termination.")
    var reason: String?

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @Option(help: "How many at most.")
    var limit: Int?

    @Option(help: "Go on where the last one ended.")
    var cursor: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await client.withClient { api in
            let answer = try await api.send(.post, ["executions", "bulk"], body: .json(.object(body)))
            if client.json { return answer.write() }
            print(answer.json.object ?? [:])
        }
    }

    private var body: JSONObject {
        var filter: JSONObject = [:]
        if let workflow { filter["workflow_id"] = .string(workflow) }
        if !status.isEmpty { filter["status"] = .array(status.map { .string($0) }) }
        if !result.isEmpty { filter["result"] = .array(result.map { .string($0) }) }
        if let from { filter["started_from"] = .string(from) }
        if let before { filter["started_before"] = .string(before) }
        var body: JSONObject = ["action": .string(action), "filter": .object(filter), "dry_run": .bool(dryRun)]
        if let reason { body["reason"] = .string(reason) }
        if let limit { body["limit"] = .integer(Int64(limit)) }
        if let cursor { body["cursor"] = .string(cursor) }
        return body
    }

    private func print(_ report: JSONObject) {
        let items = (report["items"]?.array ?? []).compactMap(\.object)
        if items.isEmpty { return Console.line("no executions", to: .error) }
        var table = Table("execution", "workflow", "status", "outcome", "reason")
        for item in items {
            table.add(
                item["id"]?.string, item["workflow_id"]?.string, item["status"]?.string, item["outcome"]?.string,
                item["reason"]?.string ?? item["started"]?.string.map { "started \($0)" })
        }
        Console.print(table.rendered())
        let counts = ["matched", "done", "skipped", "failed"].compactMap { name -> String? in
            guard let count = report[name]?.integer, count > 0 else { return nil }
            return "\(count) \(name)"
        }
        Console.line(counts.joined(separator: ", "), to: .error)
        if let next = report["next"]?.string { Console.line("more: --cursor \(next)", to: .error) }
    }
}
