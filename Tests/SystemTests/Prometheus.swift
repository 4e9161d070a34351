import AsyncHTTPClient
import Foundation
import TestSupport
import NIOCore
import ProgramUnderTest
import Testing
import Workflow

/// Debian's Prometheus on a free loopback port, scraping one target each half second.
final class Prometheus {
    private let directory: TemporaryDirectory?
    private let process = Process()
    private let address: String

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Sample {
        let labels: JSONObject
        let value: Double
    }

    /// - Parameter target: the base address of the server, `http://HOST:PORT`.
    convenience init(target: String) async throws {
        let directory = try TemporaryDirectory()
        let configuration = """
            global: {scrape_interval: 500ms, scrape_timeout: 400ms}
            scrape_configs:
              - job_name: flowmeter
                static_configs: [{targets: ["\(target.dropFirst("http://".count))"]}]
            """
        try configuration.write(toFile: directory.path + "/prometheus.yml", atomically: true, encoding: .utf8)
        try self.init(folder: directory.path, port: try await FreePort.find(), keeping: directory)
    }

    /// Runs with the `prometheus.yml` of a folder, which takes the data as well.
    init(folder: String, port: Int, keeping directory: TemporaryDirectory? = nil) throws {
        self.directory = directory
        let listen = "127.0.0.1:\(port)"
        address = "http://\(listen)"
        process.executableURL = try Self.tool("prometheus")
        process.arguments = [
            "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=\(listen)",
            "--log.level=warn",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        try process.start()
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// A program of Debian's package `prometheus`.
    static func tool(_ name: String) throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for folder in path.split(separator: ":") {
            let file = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: file) { return URL(fileURLWithPath: file) }
        }
        throw Failure(description: "\(name) is not installed: run `make deps-test`, or `apt-get install prometheus`")
    }

    static func promtool(_ arguments: [String], input: String) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(try tool("promtool"), arguments, input: input)
    }

    func query(_ expression: String) async throws -> [Sample] {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let encoded = expression.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        let request = HTTPClientRequest(url: "\(address)/api/v1/query?query=\(encoded)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 1 << 22)
        let answer = try JSONValue(parsing: Array(body.readableBytesView)).object ?? [:]
        return (answer["data"]?.object?["result"]?.array ?? []).compactMap { item in
            guard let fields = item.object, let text = fields["value"]?.array?.last?.string, let value = Double(text)
            else { return nil }
            return Sample(labels: fields["metric"]?.object ?? [:], value: value)
        }
    }

    /// Asks until the only sample of the expression satisfies the condition; a failure after ten minutes.
    @discardableResult
    func until(_ expression: String, _ condition: (Double) -> Bool) async throws -> Double {
        var last = "no sample"
        let end = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < end {
            guard process.isRunning else { throw Failure(description: "Prometheus has ended: is \(address) taken?") }
            if let samples = try? await query(expression), samples.count == 1 {
                if condition(samples[0].value) { return samples[0].value }
                last = "\(samples[0].value)"
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(description: "`\(expression)` was \(last) at the end")
    }

    /// The values of a label of all series that an expression gives, when it gives any: a scrape that takes too long ends
    /// all series until the next one.
    func values(of label: String, in expression: String) async throws -> [String] {
        var values: [String] = []
        let end = ContinuousClock.now + .seconds(600)
        while values.isEmpty, ContinuousClock.now < end {
            values = try await query(expression).compactMap { $0.labels[label]?.string }
        }
        return values
    }

    func becomes(_ expression: String, _ value: Double) async throws {
        try await until(expression) { $0 == value }
    }
}
