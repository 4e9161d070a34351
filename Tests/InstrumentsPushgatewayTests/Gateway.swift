import AsyncHTTPClient
import Foundation
import TestSupport
import NIOCore

/// Debian's Pushgateway on a loopback port of its choice, with nothing in it.
final class Gateway {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Answer: Decodable {
        struct Group: Decodable {
            let labels: [String: String]
        }

        let data: [Group]
    }

    let address: String
    private let process = Process()
    private let log = Pipe()

    init(_ arguments: [String] = []) throws {
        process.executableURL = try Self.program()
        process.arguments = ["--web.listen-address=127.0.0.1:0", "--persistence.file="] + arguments
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        try process.start()
        address = "http://" + (try Self.listening(log.fileHandleForReading))
    }

    /// Runs one for as long as the work takes.
    static func run(_ arguments: [String] = [], _ work: (Gateway) async throws -> Void) async throws {
        let gateway = try Gateway(arguments)
        defer { gateway.stop() }
        try await work(gateway)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// The samples that were pushed, as lines, without those that the gateway adds to each group.
    func samples(prefix: String = "") async throws -> [String] {
        let text = try await get(prefix + "/metrics")
        return text.split(separator: "\n").map(String.init).filter {
            $0.contains("job=\"") && !$0.hasPrefix("push_") && !$0.hasPrefix("instruments_")
        }
    }

    /// The labels of all groups.
    func groups() async throws -> [[String: String]] {
        let text = try await get("/api/v1/metrics")
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).data.map(\.labels)
    }

    private func get(_ path: String) async throws -> String {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: address + path), timeout: .seconds(300))
        return String(buffer: try await response.body.collect(upTo: 1 << 24))
    }

    private static func program() throws -> URL {
        let name = "prometheus-pushgateway"
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for folder in path.split(separator: ":") {
            let file = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: file) { return URL(fileURLWithPath: file) }
        }
        throw Failure(description: "\(name) is not installed: run `make deps-test`, or `apt-get install \(name)`")
    }

    /// Waits until the log names the address.
    private static func listening(_ log: FileHandle) throws -> String {
        var text = ""
        while true {
            let data = log.availableData
            guard !data.isEmpty else { throw Failure(description: "the gateway has ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.contains("Listening on") && text.hasSuffix("\n") }
            if let address = line?.split(separator: "address=").last { return String(address) }
        }
    }
}
