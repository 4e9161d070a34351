import Foundation
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
    init(shell: String? = nil, environment: [String: String] = [:]) async throws {
        self.shell = shell
        self.environment = environment
        directory = try TemporaryDirectory()
        port = try await FreePort.find()
        client = APIClient(address: "http://127.0.0.1:\(port)", key: "a-preset-key-for-tests-only")
    }

    func start() async throws {
        var program = BuiltProgram(directory: directory.path)
        program.environment = environment.merging(["FLOWMETER_ADMIN_KEY": client.key]) { $1 }
        let arguments = ["serve", "--data", "data", "--listen", "127.0.0.1:\(port)", "--egress-allow", "127.0.0.1"]
        let process = program.process(arguments)
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", BuiltProgram.executable.path] + arguments
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        self.process = process
        try await client.waitUntilReady()
        startedAt = .now
    }

    func kill() {
        guard let process else { return }
        upSeconds += (ContinuousClock.now - startedAt) / .seconds(1)
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func stop() {
        process?.terminate()
        process?.waitUntilExit()
    }

    deinit { if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
}
