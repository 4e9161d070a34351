import Foundation
import Wording

/// Files of rules and dashboards that the user names.
enum CheckedFiles {
    private static let suffixes = ["yaml", "yml", "json", "promql"]

    /// The files that are named, and those in the folders that are.
    static func files(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandError(.usage, "there is no \(path)", remedy: "name files or folders that there are")
            }
            guard isFolder.boolValue else { return [path] }
            let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
            let files = found.filter { name in
                suffixes.contains { name.hasSuffix(".\($0)") }
                    && !name.split(separator: "/").contains { $0.hasPrefix(".") }
            }
            guard !files.isEmpty else {
                throw CommandError(
                    .usage, "the folder \(path) has no files ending in \(Prose.list(suffixes.map { ".\($0)" }))",
                    remedy: "name another folder, or the files")
            }
            return files.sorted().map { "\(folder)/\($0)" }
        }
    }
}
