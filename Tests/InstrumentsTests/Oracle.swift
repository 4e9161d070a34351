import Foundation
import TestSupport

/// A program of others that reads what we write.
struct Oracle {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer {
        let status: Int32
        let output: String
    }

    /// Debian has both; a Python of one's own is named in `FLOWMETER_PYTHON`.
    static let install = "apt-get install -y prometheus python3-prometheus-client"

    let executable: String
    let arguments: [String]

    /// `promtool check metrics`: text 0.0.4 on standard input.
    static func promtool() throws -> Oracle {
        guard let path = find("promtool") else {
            throw Missing(description: "promtool is missing. Install it: \(install)")
        }
        return Oracle(executable: path, arguments: ["check", "metrics"])
    }

    /// The parser of the Python client for a format; prints `name`, labels and value of each sample as JSON.
    static func pythonParser(openMetrics: Bool) throws -> Oracle {
        let candidates = [ProcessInfo.processInfo.environment["FLOWMETER_PYTHON"], find("python3"), "/usr/bin/python3"]
        for path in candidates.compactMap({ $0 }) where FileManager.default.isExecutableFile(atPath: path) {
            let probe = Oracle(executable: path, arguments: ["-c", "import prometheus_client.openmetrics.parser"])
            if try probe.ask([]).status == 0 {
                return Oracle(executable: path, arguments: ["-c", script(openMetrics: openMetrics)])
            }
        }
        throw Missing(
            description: "no python3 with prometheus_client. Install it: \(install), or: python3 -m pip install"
                + " prometheus-client, and name that python3 in FLOWMETER_PYTHON")
    }

    /// A script of ours that needs nothing but Python.
    static func python(_ script: String, _ arguments: [String] = []) throws -> Oracle {
        guard let path = find("python3") else {
            throw Missing(description: "python3 is missing. Install it: \(install)")
        }
        return Oracle(executable: path, arguments: ["-c", script] + arguments)
    }

    /// Runs the program with this input; output and errors come back together.
    func ask(_ input: [UInt8]) throws -> Answer {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString)")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = pipe
        process.standardError = pipe
        try process.start()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Answer(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func script(openMetrics: Bool) -> String {
        """
        import io, json, sys
        from prometheus_client.\(openMetrics ? "openmetrics." : "")parser import text_fd_to_metric_families
        text = io.StringIO(sys.stdin.buffer.read().decode("utf-8"), newline="\\n")
        print(json.dumps([
            {"type": family.type, "name": sample.name, "labels": sample.labels, "value": repr(float(sample.value))}
            for family in text_fd_to_metric_families(text) for sample in family.samples]))
        """
    }
}
