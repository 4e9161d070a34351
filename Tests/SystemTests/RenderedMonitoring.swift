import Foundation
import ProgramUnderTest
import Telemetry

/// What `flowmeter monitoring render` writes, in a directory of its own.
struct RenderedMonitoring {
    let directory: TemporaryDirectory
    let dialects: [String]

    /// - Parameter definitions: names of files, with what is in them.
    init(dialects: [String] = Dialect.choices, definitions: [String: String] = [:], target: String) throws {
        directory = try TemporaryDirectory()
        self.dialects = dialects
        for (name, text) in definitions {
            try text.write(toFile: "\(directory.path)/\(name)", atomically: true, encoding: .utf8)
        }
        let names = definitions.keys.sorted()
        let outcome = try BuiltProgram(directory: directory.path).run(
            ["monitoring", "render", "--monitoring-dialects", dialects.joined(separator: ","), "--listen", target]
                + (names.isEmpty ? [] : ["--definitions"] + names))
        guard outcome.status == 0 else { throw Prometheus.Failure(description: outcome.output + outcome.errors) }
    }

    /// The folder of a dialect.
    func folder(_ dialect: String) -> String { "\(directory.path)/Monitoring/\(dialect)" }

    func text(_ path: String, _ dialect: String) throws -> String {
        try String(contentsOfFile: "\(folder(dialect))/\(path)", encoding: .utf8)
    }

    func write(_ text: String, _ path: String, _ dialect: String) throws {
        try text.write(toFile: "\(folder(dialect))/\(path)", atomically: true, encoding: .utf8)
    }

    /// The dashboards' files.
    func dashboards(_ dialect: String) throws -> [String] {
        let folder = folder(dialect) + "/grafana/dashboards"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
    }
}
