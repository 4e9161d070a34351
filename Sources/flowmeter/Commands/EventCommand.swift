import ArgumentParser
import Workflow

struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Send events.", subcommands: [Send.self, Batch.self])

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an event, and with --wait print what became of it.",
            discussion: """
                Without --id the server makes an id up. The same id again starts nothing and gets the same answer.
                """)

        @Argument(help: "The event's name, such as order.checkout.initiated.")
        var name: String

        @OptionGroup var data: DataOptions

        @Option(help: "The event's id.")
        var id: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let patience = try waiting.patience()
            var event: JSONObject = ["event": .string(name), "data": .object(try data.object() ?? [:])]
            if let id { event["id"] = .string(id) }
            try await client.withClient { api in
                let answer = try await api.send(
                    .post, ["events"], query: waiting.query, body: .json(.object(event)), wait: patience)
                client.json ? answer.write() : print(Receipt(answer.json))
            }
        }

        private func print(_ receipt: Receipt) {
            Console.print(receipt.headline(event: name))
            for execution in receipt.executions { Console.print("\n" + execution.decision(waited: waiting.wait)) }
        }
    }

    struct Batch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send many events. Exit code 1 when one is refused; the others are taken.",
            discussion: """
                Each line of the file is one: {"event": "order.placed", "id": "o-1", "data": {…}}. They are sent \
                1,000 at a time; give them ids, so that the file can be sent again after a failure.
                """)

        private static let size = 1_000

        @Argument(help: ArgumentHelp("A file with one event in JSON on each line; - is stdin.", valueName: "file"))
        var file: String

        @OptionGroup var client: ClientOptions

        func run() async throws {
            let events = try events()
            var areAllTaken = true
            try await client.withClient { api in
                for start in stride(from: 0, to: events.count, by: Self.size) {
                    let part = events[start..<min(start + Self.size, events.count)]
                    let body = APIClient.Body.json(["events": .array(part.map(\.value))])
                    do {
                        let answer = try await api.send(.post, ["events", "batch"], body: body)
                        let items = (answer.json.object?["items"]?.array ?? []).compactMap(\.object)
                        if items.contains(where: { $0["error"] != nil }) { areAllTaken = false }
                        if client.json { answer.write() } else { print(items, of: part.map(\.line)) }
                    } catch let refusal as Refusal where refusal.status == 400 && !refusal.problems.isEmpty {
                        // None of them is an event.
                        areAllTaken = false
                        for problem in refusal.problems { print(problem, of: part.map(\.line)) }
                    }
                }
            }
            if !areAllTaken { throw Silent(status: .refused) }
        }

        /// As messages name the file.
        private var name: String { file == "-" ? "stdin" : file }

        private func events() throws -> [(line: Int, value: JSONValue)] {
            let lines = try InputFile.bytes(file).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            var events: [(line: Int, value: JSONValue)] = []
            for (index, line) in lines.enumerated() where !line.allSatisfy({ [9, 13, 32].contains($0) }) {
                do throws(JSONError) {
                    events.append((index + 1, try JSONValue(parsing: Array(line))))
                } catch {
                    throw CommandError(
                        .usage, "\(name):\(index + 1):\(error.column): \(error.message)", remedy: error.remedy)
                }
            }
            guard !events.isEmpty else {
                throw CommandError(.usage, "\(name): holds no event", remedy: "write one in JSON on each line")
            }
            return events
        }

        /// A problem whose path begins with `events[N]`.
        private func print(_ problem: JSONObject, of lines: [Int]) {
            let place = problem["path"]?.string?.split { !$0.isNumber }.first.flatMap { Int($0) }
            let line = place.flatMap { lines.indices.contains($0) ? ":\(lines[$0])" : nil } ?? ""
            Console.error("\(name)\(line): \((problem["message"]?.string ?? "refused").printable)")
        }

        /// What became of each.
        private func print(_ items: [JSONObject], of lines: [Int]) {
            for (line, item) in zip(lines, items) {
                guard let error = item["error"]?.object else {
                    let receipt = Receipt(.object(item))
                    let known = receipt.isDuplicate ? "known already" : "\(receipt.executions.count) started"
                    Console.print("\(receipt.eventID.printable)  \(known)")
                    continue
                }
                let detail = error["detail"]?.string ?? error["title"]?.string ?? "refused"
                let problem = error["problems"]?.array?.first?.object?["message"]?.string
                Console.error("\(name):\(line): \((problem ?? detail).printable)")
            }
        }
    }
}
