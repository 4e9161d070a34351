import ArgumentParser
import Workflow

struct ExecutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execution", abstract: "Look at executions, and steer them.",
        subcommands: [
            List.self, Show.self, Trace.self, Watch.self, Pause.self, Resume.self, Cancel.self, Terminate.self,
            Rerun.self, BulkCommand.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List executions, newest first.")

        @Option(help: "Only those of this workflow.")
        var workflow: String?

        @Option(help: "Only those that stand so: queued, running, waiting, paused, dead_letter or ended.")
        var status: String?

        @Option(help: "Only those that ended so: allowed, blocked, executed, failed, cancelled or timeout.")
        var result: String?

        @Option(help: "Only those that this event started.")
        var event: String?

        @Option(help: ArgumentHelp("Only those that started at this time or later.", valueName: "TIME"))
        var from: String?

        @Option(help: ArgumentHelp("Only those that started before this time.", valueName: "TIME"))
        var before: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let query = [
                ("workflow_id", workflow), ("status", status), ("result", result), ("event_id", event),
                ("started_from", from), ("started_before", before),
            ]
            try await client.withClient { api in
                let answer = try await api.send(.get, ["executions"], query: query + page.query)
                if client.json { return answer.write() }
                let executions = page.items(answer).map(ExecutionView.init)
                page.print(ExecutionView.table(executions), of: answer, none: "no executions")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an execution and its steps.")

        @Argument(help: "The execution's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["executions", id])
                if client.json { return answer.write() }
                let execution = ExecutionView(answer.json.object ?? [:])
                Console.print(execution.details)
                if let steps = execution.steps, !steps.isEmpty {
                    Console.print("\n" + StepView.table(steps).rendered())
                }
            }
        }
    }

    struct Trace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an execution with its event, every step and what each step gave.")

        @Argument(help: "The execution's id.")
        var id: String

        @Option(help: "otlp prints spans of OpenTelemetry, in OTLP's JSON, for a collector's /v1/traces.")
        var format: String?

        @OptionGroup var client: ClientOptions

        func run() async throws {
            try await client.withClient { api in
                let answer = try await api.send(.get, ["executions", id, "trace"], query: [("format", format)])
                client.json || format == "otlp" ? answer.write() : Console.print(text(answer.json.object ?? [:]))
            }
        }

        private func text(_ trace: JSONObject) -> String {
            let execution = ExecutionView(trace["execution"]?.object ?? [:])
            let steps = StepView.list(trace["steps"]?.array ?? [])
            var parts = [execution.details]
            if let event = trace["event"]?.object {
                let data = event["data"].map { "\($0)" }
                parts.append(fieldLines([("event", event["name"]?.string), ("data", data)]))
            }
            if !steps.isEmpty { parts.append(StepView.table(steps).rendered()) }
            let outputs = steps.compactMap(\.output).map(\.printable)
            if !outputs.isEmpty { parts.append(outputs.joined(separator: "\n")) }
            return parts.joined(separator: "\n\n")
        }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow an execution until it ends; without an id, all that the server drives, from now on.")

        @Argument(help: "The execution's id.")
        var id: String?

        @Option(help: "Without an id: only those of this workflow.")
        var workflow: String?

        @OptionGroup var client: ClientOptions

        func validate() throws {
            if id != nil && workflow != nil {
                throw ValidationError("--workflow is for all executions, without an id.")
            }
        }

        func run() async throws {
            let path = id.map { ["executions", $0, "live"] } ?? ["live"]
            try await client.withClient { api in
                try await api.follow(path, query: [("workflow_id", workflow)]) { event in
                    if client.json { return Console.print(event.json) }
                    let change = ChangeView(event)
                    if !change.isRepeated { Console.print(change.line) }
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an execution stop before its next step.")

        @Argument(help: "The execution's id.")
        var id: String

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.steer(id, "pause") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let an execution go on that is paused or set aside.")

        @Argument(help: "The execution's id.")
        var id: String

        @Option(help: ArgumentHelp("What goes into its context.", valueName: "JSON"))
        var data: String?

        @OptionGroup var client: ClientOptions

        func run() async throws {
            let data = try data.map { try parseObject(Array($0.utf8), from: "--data") }
            let body = data.map { APIClient.Body.json(["data": .object($0)]) }
            try await client.steer(id, "resume", body: body)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End an execution, after what it has done is undone.")

        @Argument(help: "The execution's id.")
        var id: String

        @Option(help: "Why, for the record.")
        var reason: String?

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.end(id, "cancel", reason: reason) }
    }

    struct Terminate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an execution at once. Nothing is undone.")

        @Argument(help: "The execution's id.")
        var id: String

        @Option(help: "Why, for the record.")
        var reason: String?

        @OptionGroup var client: ClientOptions

        func run() async throws { try await client.end(id, "terminate", reason: reason) }
    }

    struct Rerun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an ended execution up again, as a new one that keeps the history up to a step.")

        @Argument(help: "The execution's id.")
        var id: String

        @Option(help: ArgumentHelp("The step to go on from; else the one that failed.", valueName: "STEP"))
        var from: String?

        @Option(help: ArgumentHelp("What tells this rerun from others, so that it can be repeated.", valueName: "KEY"))
        var idempotencyKey: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let patience = try waiting.patience()
            let body = from.map { APIClient.Body.json(["from": .string($0)]) }
            try await client.withClient { api in
                let answer = try await api.send(
                    .post, ["executions", id, "rerun"], query: waiting.query, body: body,
                    idempotencyKey: idempotencyKey, wait: patience)
                client.json ? answer.write() : Console.print(Receipt(answer.json).runs(waited: waiting.wait))
            }
        }
    }
}

extension ClientOptions {
    fileprivate func end(_ id: String, _ verb: String, reason: String?) async throws {
        try await steer(id, verb, body: reason.map { APIClient.Body.json(["reason": .string($0)]) })
    }

    fileprivate func steer(_ id: String, _ verb: String, body: APIClient.Body? = nil) async throws {
        try await withClient { api in
            let answer = try await api.send(.post, ["executions", id, verb], body: body)
            if json { return answer.write() }
            let execution = ExecutionView(answer.json.object ?? [:])
            let isGoingOn = verb == "pause" && execution.status == "running"
            Console.print(
                "\(verb) requested for \(execution.id); it is \(execution.standing)"
                    + (isGoingOn ? ", and pauses when what it is doing is over" : ""))
        }
    }
}
