import ArgumentParser
import Workflow

struct AnalyticsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analytics", abstract: "What has ended, added up.",
        subcommands: [
            Dashboard.self, Stats.self, Trends.self, Workflows.self, Errors.self, Steps.self,
        ])

    struct Period: ParsableArguments {
        @Option(help: ArgumentHelp("Only what ended from then on; else 24 hours before the end.", valueName: "TIME"))
        var from: String?

        @Option(help: ArgumentHelp("Only what ended before; else now.", valueName: "TIME"))
        var before: String?

        @Option(help: "Only what is of this workflow.")
        var workflow: String?

        var query: [(String, String?)] { [("from", from), ("before", before), ("workflow_id", workflow)] }
    }

    struct Dashboard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What runs now, and what has ended, at a glance.")

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.show("dashboard", period.query) { answer in
                let now = answer["now"]?.object ?? [:]
                let fields = ["active", "held", "dead_letters", "pending_approvals"].map {
                    ($0.replacing("_", with: " "), now[$0]?.integer.map(String.init))
                }
                let tables = [SumView.table(by: "workflow", "workflow_id", answer, "workflows"), Errors.table(answer)]
                let parts = [fieldLines(fields), SumView(answer["total"]?.object ?? [:]).details]
                return (parts + tables.filter { !$0.isEmpty }.map { $0.rendered() }).joined(separator: "\n\n")
            }
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Executions that have ended.")

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.show("stats", period.query) { SumView($0).details } }
    }

    struct Trends: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Executions that have ended, by hour or day.")

        @Option(help: "hour or day.")
        var interval = "hour"

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.show("trends", period.query + [("interval", interval)]) {
                SumView.table(by: "start", "start", $0, "items").rendered()
            }
        }
    }

    struct Workflows: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Executions that have ended, by workflow.")

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.show("workflows", period.query) {
                SumView.table(by: "workflow", "workflow_id", $0, "items").rendered()
            }
        }
    }

    struct Errors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Executions that ended with an error, by its kind.")

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.show("errors", period.query) { answer in
                let recent = (answer["recent"]?.array ?? []).compactMap { $0.object.map(ExecutionView.init) }
                let tables = [Self.table(answer, "items"), ExecutionView.table(recent)].filter { !$0.isEmpty }
                return tables.isEmpty ? "no errors" : tables.map { $0.rendered() }.joined(separator: "\n\n")
            }
        }

        static func table(_ answer: JSONObject, _ key: String = "errors") -> Table {
            var table = Table("workflow", "result", "error", ">executions", "last ended")
            for row in answer[key]?.array?.compactMap(\.object) ?? [] {
                table.add(
                    row["workflow_id"]?.string, row["result"]?.string, row["error_type"]?.string,
                    row["executions"]?.integer.map(String.init), row["last_ended_at"]?.string)
            }
            return table
        }
    }

    struct Steps: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Steps that are over, by workflow and step.")

        @OptionGroup var period: Period
        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.show("steps", period.query) { answer in
                var table = Table("workflow", "step", ">ended", ">failed", ">p50", ">p95", ">p99")
                for row in answer["items"]?.array?.compactMap(\.object) ?? [] {
                    let sum = SumView(row)
                    table.add(
                        row["workflow_id"]?.string, row["step"]?.string, row["ended"]?.integer.map(String.init),
                        sum.failures, sum.quantile("p50_ms"), sum.quantile("p95_ms"), sum.quantile("p99_ms"))
                }
                return table.rendered()
            }
        }
    }
}

/// Executions or steps that have ended, added up, as the API shows them.
private struct SumView {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// In per cent; nil where nothing ended.
    var failures: String? {
        object["failure_ratio"]?.double.map { "\(($0 * 1_000).rounded() / 10) %" }
    }

    func quantile(_ key: String) -> String? {
        object["duration"]?.object?[key]?.double.map(describe(milliseconds:))
    }

    func count(_ key: String, in group: String = "by_result") -> String? {
        object[group]?.object?[key]?.integer.map(String.init)
    }

    var details: String {
        let results = ExecutionResult.allCases.map { ($0.rawValue, count($0.rawValue)) }
        let durations = [("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms")].map { ($0.0, quantile($0.1)) }
        let period = [("from", object["from"]?.string), ("before", object["before"]?.string)]
        let total = [("executions", object["executions"]?.integer.map(String.init))]
        return fieldLines(period + total + results + [("failures", failures)] + durations)
    }

    static func table(by heading: String, _ key: String, _ answer: JSONObject, _ list: String) -> Table {
        var table = Table(heading, ">executions", ">failures", ">p50", ">p95", ">p99")
        for row in answer[list]?.array?.compactMap(\.object) ?? [] {
            let sum = SumView(row)
            table.add(
                row[key]?.string, row["executions"]?.integer.map(String.init), sum.failures, sum.quantile("p50_ms"),
                sum.quantile("p95_ms"), sum.quantile("p99_ms"))
        }
        return table
    }
}

extension ClientOptions {
    fileprivate func show(
        _ name: String, _ query: [(String, String?)], _ text: (JSONObject) -> String
    ) async throws {
        try await withClient { api in
            let answer = try await api.send(.get, ["analytics", name], query: query)
            json ? answer.write() : Console.print(text(answer.json.object ?? [:]))
        }
    }
}
