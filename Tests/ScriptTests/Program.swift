import Foundation

/// The built `flowmeter`, run as users run it.
struct Program {
    /// Where it runs.
    let directory: String
    var environment: [String: String] = [:]

    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Beside the bundle of the tests.
    static var executable: URL {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("flowmeter")
    }

    static var packageRoot: URL {
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
    }

    /// Runs a command line to its end.
    func run(_ arguments: [String], input: String? = nil) throws -> Outcome {
        let files = (output: try temporaryFile(), errors: try temporaryFile(), input: try temporaryFile(input ?? ""))
        let process = process(arguments)
        process.standardOutput = try FileHandle(forWritingTo: files.output)
        process.standardError = try FileHandle(forWritingTo: files.errors)
        process.standardInput = try FileHandle(forReadingFrom: files.input)
        try process.run()
        process.waitUntilExit()
        defer {
            for file in [files.output, files.errors, files.input] { try? FileManager.default.removeItem(at: file) }
        }
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOf: files.output, encoding: .utf8),
            errors: try String(contentsOf: files.errors, encoding: .utf8))
    }

    /// A process that is ready to run, with an environment of its own.
    func process(_ arguments: [String]) -> Process {
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

    private func temporaryFile(_ content: String = "") throws -> URL {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(content.utf8).write(to: file)
        return file
    }
}

/// A directory that goes with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("flowmeter-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
