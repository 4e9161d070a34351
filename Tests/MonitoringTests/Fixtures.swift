import DocumentSupport
import Documents
import Foundation

@testable import Monitoring

/// Files under `Tests/Fixtures/monitoring`.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/monitoring")

    static let names =
        ["rules", "dashboards", "routes"].flatMap { folder in
            let names = try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
            return (names ?? []).filter { !$0.hasSuffix(".txt") }.sorted().map { "\(folder)/\($0)" }
        } + ["queries.promql"]

    static func file(_ name: String) throws -> SourceFile {
        SourceFile(path: name, bytes: [UInt8](try Data(contentsOf: root.appendingPathComponent(name))))
    }

    /// Compares a text with a golden file; with `UPDATE_GOLDEN=1` in the environment it writes the file instead.
    static func matchesGolden(_ text: String, _ name: String) throws -> Bool {
        let file = root.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try Data(text.utf8).write(to: file) }
        return try text == String(decoding: Data(contentsOf: file), as: UTF8.self)
    }
}
