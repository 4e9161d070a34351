import Foundation
import TestSupport

/// Debian's promtool, which says of each query whether Prometheus 2.42 takes it.
struct Promtool {
    struct Missing: Error, CustomStringConvertible {
        let description = "promtool is missing. Install it: apt-get install -y prometheus"
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private let executable: String

    /// How many rules go into one file.
    private static let batch = 5000

    init() throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let candidates = path.split(separator: ":").map { "\($0)/promtool" }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw Missing()
        }
        executable = found
    }

    /// Which of the queries it refuses, with what it says of them.
    func refusals(of queries: [String]) throws -> [Int: String] {
        var refusals: [Int: String] = [:]
        for start in stride(from: 0, to: queries.count, by: Self.batch) {
            let part = queries[start..<min(start + Self.batch, queries.count)]
            let output = try check(part)
            let found = Self.refusals(in: output)
            guard !found.isEmpty || output.contains("SUCCESS") else {
                throw Unreadable(description: "promtool said nothing of the rules: \(output.prefix(500))")
            }
            refusals.merge(found) { first, _ in first }
        }
        return refusals
    }

    /// One recording rule for each query, named after its index.
    private func check(_ queries: ArraySlice<String>) throws -> String {
        let rules = queries.indices.map { "  - {record: r\($0), expr: \(Self.quoted(queries[$0]))}\n" }
        return try run(["check", "rules"], "groups:\n- name: g\n  rules:\n" + rules.joined())
    }

    /// What it says of a file of this text.
    func run(_ command: [String], _ text: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("promql-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("file.yml")
        let answer = folder.appendingPathComponent("answer")
        try Data(text.utf8).write(to: file)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = command + [file.path]
        let output = try FileHandle(forWritingTo: answer)
        process.standardOutput = output
        process.standardError = output
        try process.start()
        process.waitUntilExit()
        return String(decoding: try Data(contentsOf: answer), as: UTF8.self)
    }

    private static func refusals(in output: String) -> [Int: String] {
        var refusals: [Int: String] = [:]
        for line in output.split(separator: "\n") {
            guard let mark = line.range(of: "group \"g\", rule "),
                let name = line[mark.upperBound...].firstIndex(of: "r"),
                let end = line[name...].firstIndex(of: "\""),
                let index = Int(line[line.index(after: name)..<end])
            else { continue }
            refusals[index] = String(line[end...])
        }
        return refusals
    }

    /// As YAML and JSON quote it.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{20}"..."\u{7E}": quoted.unicodeScalars.append(scalar)
            default: quoted += "\\U" + String(repeating: "0", count: 8 - hex(scalar).count) + hex(scalar)
            }
        }
        return quoted + "\""
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}
