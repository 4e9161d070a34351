import Foundation

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
            return found.filter { name in
                suffixes.contains { name.hasSuffix(".\($0)") }
                    && !name.split(separator: "/").contains { $0.hasPrefix(".") }
            }.sorted().map { "\(folder)/\($0)" }
        }
    }
}
