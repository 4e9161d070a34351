package import Foundation
import TestSupport

/// The built `flowmeter`, run as users run it.
package struct BuiltProgram {
    /// Where it runs.
    package let directory: String
    package var environment: [String: String]

    package init(directory: String, environment: [String: String] = [:]) {
        self.directory = directory
        self.environment = environment
    }

    package struct Outcome: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// Beside the bundle of the tests.
    package static var executable: URL {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("flowmeter")
    }

    package static var packageRoot: URL {
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
    }

    /// Runs a command line to its end.
    package func run(_ arguments: [String], input: String? = nil) throws -> Outcome {
        try Self.run(process(arguments), input: input)
    }

    /// Runs any other program to its end.
    package static func run(_ program: URL, _ arguments: [String], input: String? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        return try run(process, input: input)
    }

    private static func run(_ process: Process, input: String?) throws -> Outcome {
        let files = (output: try temporaryFile(), errors: try temporaryFile(), input: try temporaryFile(input ?? ""))
        defer {
            for file in [files.output, files.errors, files.input] { try? FileManager.default.removeItem(at: file) }
        }
        process.standardOutput = try FileHandle(forWritingTo: files.output)
        process.standardError = try FileHandle(forWritingTo: files.errors)
        process.standardInput = try FileHandle(forReadingFrom: files.input)
        try process.start()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOf: files.output, encoding: .utf8),
            errors: try String(contentsOf: files.errors, encoding: .utf8))
    }

    /// A process that is ready to run, with an environment of its own.
    package func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("FLOWMETER_") && !$0.key.hasPrefix("MONITORING_")
        }
        process.environment = inherited.merging(environment) { $1 }
        return process
    }

    private static func temporaryFile(_ content: String = "") throws -> URL {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(content.utf8).write(to: file)
        return file
    }
}

/// A directory that goes with the value.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("flowmeter-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
