import Documents
import Foundation

/// A file that is to be written anew.
struct FileChange {
    let old: SourceFile
    let new: [UInt8]

    /// The files that change; all are looked at before the first is written.
    static func changes(
        of paths: [String], _ change: (SourceFile) throws(EditError) -> [UInt8]
    ) throws -> [FileChange] {
        try CheckedFiles.files(paths).compactMap { path -> FileChange? in
            let file = SourceFile(path: path, bytes: try InputFile.bytes(path))
            do throws(EditError) {
                let bytes = try change(file)
                return bytes == file.bytes ? nil : FileChange(old: file, new: bytes)
            } catch {
                throw CommandError(.refused, "\(error.place): \(error.message)", remedy: error.remedy)
            }
        }
    }

    /// The lines that differ. What changes a name neither adds nor removes lines.
    fileprivate var difference: String {
        let new = SourceFile(path: old.path, bytes: new)
        var lines = ["--- \(old.path)", "+++ \(old.path)"]
        for number in 1...max(1, old.lineCount) where old.line(number) != new.line(number) {
            lines += ["@@ \(number) @@", "-" + old.line(number), "+" + new.line(number)]
        }
        return lines.joined(separator: "\n")
    }
}

extension [FileChange] {
    /// Prints what differs, and writes the files.
    func make(dryRun: Bool) throws {
        for change in self {
            Console.print(change.difference)
            if !dryRun { try Data(change.new).write(to: URL(fileURLWithPath: change.old.path), options: .atomic) }
        }
    }
}
