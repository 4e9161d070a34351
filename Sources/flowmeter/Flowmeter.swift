import ArgumentParser
import Foundation
import Workflow

@main
struct Flowmeter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flowmeter",
        abstract: "An event-driven, durable workflow engine that can be seen into.",
        discussion: """
            Exit codes: 0 done; 1 the server refused, or a problem was found; 2 the command line or the \
            configuration is wrong; 3 the server cannot be reached.
            """,
        version: Version.line,
        subcommands: [
            ServeCommand.self, WorkflowCommand.self, RuleCommand.self, EventCommand.self, ExecutionCommand.self,
            ApprovalCommand.self, AnalyticsCommand.self, KeyCommand.self, BackupCommand.self,
            MonitoringCommand.self, ConfigCommand.self, VersionCommand.self,
        ])

    static func main() async {
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        Foundation.exit(status.rawValue)
    }

    /// Runs one command line and tells its errors on stderr.
    static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            var command = try parseAsRoot(WaitOptions.complete(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .success
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> ExitStatus {
        switch error {
        case let error as Silent:
            return error.status
        case let error as Refusal:
            return report(error.commandError)
        case let error as CommandError:
            Console.error(error.message, remedy: error.remedy)
            return error.status
        case let error as JournalError:
            Console.error(
                "the journal cannot be used: \(error.detail)",
                remedy: "look whether the disk of the data directory is full, and whether it can be written")
            return .refused
        case let error as ConfigurationError:
            for problem in error.problems { Console.error("\(problem)") }
            return .usage
        default:
            return reportFromParser(error)
        }
    }

    /// Help is no error; what else the parser throws is a wrong command line; what others throw, they failed at.
    private static func reportFromParser(_ error: any Error) -> ExitStatus {
        let message = fullMessage(for: error)
        switch exitCode(for: error) {
        case .success:
            Console.print(message)
            return .success
        case let code:
            Console.line(message.hasPrefix("Error: ") ? "error: " + message.dropFirst(7) : message, to: .error)
            return code == .validationFailure ? .usage : .refused
        }
    }
}

extension JournalError {
    /// As a clause without a full stop.
    fileprivate var detail: String {
        switch self {
        case .conflict(let text), .unavailable(let text), .unknownOutcome(let text), .corrupt(let text): text
        case .fenced: "another process has taken its lease"
        case .closed: "it is closed"
        }
    }
}
