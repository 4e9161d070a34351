import Foundation

/// Files under `Tests/Fixtures`.
enum Fixtures {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    /// The names of the files in a folder, sorted, those of one extension or all.
    static func names(in folder: String, extension ending: String? = nil) -> [String] {
        let path = root.appendingPathComponent(folder).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { ending == nil || $0.hasSuffix(".\(ending ?? "")") }.sorted()
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// Compares a text with a golden file; with `UPDATE_GOLDEN=1` in the environment it writes the file instead.
    static func matchesGolden(_ text: String, _ path: String) throws -> Bool {
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: root.appendingPathComponent(path))
        }
        return try text == self.text(path)
    }
}
