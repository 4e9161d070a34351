import ArgumentParser
import Foundation
import Workflow

struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Send events.", subcommands: [Send.self])

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an event, and with --wait print what became of it.",
            discussion: """
                Without --id the server makes an id up. The same id again starts nothing and gets the same answer.
                """)

        @Argument(help: "The event's name, such as order.checkout.initiated.")
        var name: String

        @Option(
            help: ArgumentHelp("Take the event's data, a JSON object, from this file; - is stdin.", valueName: "FILE"))
        var file: String?

        @Option(help: ArgumentHelp("The event's data, a JSON object.", valueName: "JSON"))
        var data: String?

        @Option(help: "The event's id.")
        var id: String?

        @Option(
            defaultAsFlag: "5s",
            help: "Wait this long for the executions to end, and print them; 5s when no time is named.")
        var wait: String?

        @OptionGroup var client: ClientOptions

        func validate() throws {
            if file != nil && data != nil { throw ValidationError("--file and --data exclude each other.") }
        }

        func run() async throws {
            let patience = try wait.map(parseDuration)
            var event: JSONObject = ["event": .string(name), "data": try eventData()]
            if let id { event["id"] = .string(id) }
            try await client.withClient { api in
                let answer = try await api.send(
                    .post, ["events"], query: [("wait", wait)], body: .json(.object(event)), wait: patience ?? .zero)
                client.json ? answer.write() : print(Receipt(answer.json), waited: wait)
            }
        }

        private func eventData() throws -> JSONValue {
            guard let source = try text() else { return [:] }
            return .object(try parseObject(source.bytes, from: source.name))
        }

        private func text() throws -> (name: String, bytes: [UInt8])? {
            if let data { return ("--data", Array(data.utf8)) }
            return try file.map { ($0 == "-" ? "stdin" : $0, try InputFile.bytes($0)) }
        }

        private func print(_ receipt: Receipt, waited: String?) {
            Console.print(receipt.headline(event: name))
            for execution in receipt.executions { Console.print("\n" + execution.decision(waited: waited)) }
        }
    }
}

/// Reads a duration as definitions write them.
func parseDuration(_ text: String) throws -> Duration {
    do {
        return try Duration(parsing: text)
    } catch {
        throw CommandError(.usage, "\(error.message)", remedy: error.remedy)
    }
}

/// Reads data that must be a JSON object.
///
/// - Parameter name: of the file or option that it comes from.
func parseObject(_ bytes: [UInt8], from name: String) throws -> JSONObject {
    do {
        let value = try JSONValue(parsing: bytes)
        if let object = value.object { return object }
        throw CommandError(.usage, "\(name): the data is \(value.kindName), not an object")
    } catch let error as JSONError {
        throw CommandError(.usage, "\(name):\(error.line):\(error.column): \(error.message)", remedy: error.remedy)
    }
}

/// Files that the user names.
enum InputFile {
    private static let maximumSize = 16 << 20

    /// The bytes of a file, or of stdin when the path is `-`.
    static func bytes(_ path: String) throws -> [UInt8] {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandError(.usage, "\(path): \(describe(fileError: error))")
        }
        guard data.count <= maximumSize else { throw CommandError(.usage, "\(path): is larger than 16 MiB") }
        return Array(data)
    }
}
