import Foundation
import TestSupport

/// `flowmeter serve` on a free loopback port, with a data directory of its own.
package final class RunningServer {
    private let directory: TemporaryDirectory
    private let process: Process
    private let logFile: URL
    /// What it printed until it was ready.
    package let banner: String

    package struct NotReady: Error, CustomStringConvertible {
        package let description: String
    }

    /// Returns when the server listens.
    package init(arguments: [String] = []) throws {
        directory = try TemporaryDirectory()
        let listen = arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
        process = BuiltProgram(directory: directory.path).process(["serve", "--data", "data"] + listen + arguments)
        logFile = URL(fileURLWithPath: directory.path + "/log")
        try Data().write(to: logFile)
        process.standardError = try FileHandle(forWritingTo: logFile)
        let output = Pipe()
        process.standardOutput = output
        try process.start()
        banner = Self.readBanner(output.fileHandleForReading)
        guard banner.contains("  data ") else {
            process.terminate()
            throw NotReady(description: "the server did not start:\n\(banner)\n\(log)")
        }
    }

    deinit {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Blocks until the banner's last line, or the end of the output.
    private static func readBanner(_ output: FileHandle) -> String {
        var bytes = Data()
        while true {
            let more = output.availableData
            bytes += more
            let text = String(decoding: bytes, as: UTF8.self)
            if more.isEmpty || text.split(separator: "\n").contains(where: { $0.hasPrefix("  data ") }) { return text }
        }
    }

    /// What it has logged so far.
    package var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    package var address: String { field("API") }
    package var key: String { field("admin API key") }

    private func field(_ name: String) -> String {
        let line = banner.split(separator: "\n").first { $0.hasPrefix("  \(name) ") }
        return line?.split(separator: " ").last.map(String.init) ?? ""
    }

    /// What a client needs to find it.
    package var environment: [String: String] { ["FLOWMETER_SERVER": address, "FLOWMETER_API_KEY": key] }

    /// Asks it to stop, and returns its exit code.
    package func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
