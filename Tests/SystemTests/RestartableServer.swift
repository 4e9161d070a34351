import Foundation
import TestSupport
import ProgramUnderTest

/// `flowmeter serve` on one data directory and one port, started again after each kill.
final class RestartableServer {
    let directory: TemporaryDirectory
    private let shell: String?
    private let environment: [String: String]
    private var process: Process?
    private let port: Int
    private var startedAt = ContinuousClock.now
    private(set) var upSeconds = 0.0
    let client: APIClient

    /// - Parameter shell: what a shell runs before the server takes its place, such as limits; nil is no shell.
    init(
        shell: String? = nil, environment: [String: String] = [:], directory: TemporaryDirectory? = nil
    ) async throws {
        self.shell = shell
        self.environment = environment
        self.directory = try directory ?? TemporaryDirectory()
        port = try await FreePort.find()
        client = APIClient(address: "http://127.0.0.1:\(port)", key: "a-preset-key-for-tests-only")
    }

    /// Returns when the server is ready.
    func start() async throws {
        try launch()
        try await client.waitUntilReady { self.isRunning }
        startedAt = .now
    }

    func launch() throws {
        var program = BuiltProgram(directory: directory.path)
        program.environment = environment.merging(["FLOWMETER_ADMIN_KEY": client.key]) { $1 }
        let arguments = ["serve", "--data", "data", "--listen", "127.0.0.1:\(port)", "--egress-allow", "127.0.0.1"]
        let process = program.process(arguments)
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", BuiltProgram.executable.path] + arguments
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try appendingToLog()
        try process.start()
        self.process = process
    }

    private var logPath: String { directory.path + "/log" }

    private func appendingToLog() throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: logPath) { try Data().write(to: URL(fileURLWithPath: logPath)) }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
        try log.seekToEnd()
        return log
    }

    /// What it has logged, from its first start on.
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// Whether it has ended by a signal.
    var wasKilled: Bool { process.map { !$0.isRunning && $0.terminationReason == .uncaughtSignal } ?? false }
    var processID: Int32 { process?.processIdentifier ?? 0 }
    var isRunning: Bool { process?.isRunning ?? false }

    /// Returns the exit code, or the number of the signal that ended it, when it has ended.
    func waitUntilExit() -> Int32 {
        process?.waitUntilExit()
        return process?.terminationStatus ?? 0
    }

    func kill() {
        guard let process else { return }
        upSeconds += (ContinuousClock.now - startedAt) / .seconds(1)
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets files grow again that a soft limit of the shell's has held.
    func liftFileLimit() throws {
        let tool = Process()
        tool.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        tool.arguments = ["--pid", String(processID), "--fsize=unlimited"]
        try tool.start()
        tool.waitUntilExit()
        guard tool.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
    }

    /// Asks it to stop, and waits for its end.
    @discardableResult
    func stop() -> Int32 {
        process?.terminate()
        return waitUntilExit()
    }

    deinit { if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
}
