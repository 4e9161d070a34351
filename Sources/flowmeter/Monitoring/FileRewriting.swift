import Documents
import Foundation
import Monitoring

/// Writes files anew whose queries have been changed.
enum FileRewriting {
    /// Changes files, prints the lines that differ, and what could not be changed.
    ///
    /// All files are looked at before the first is written.
    ///
    /// - Parameters:
    ///   - nothing: what to say if no file changes.
    ///   - prepare: looks at all files before the first is changed.
    static func run(
        _ paths: [String], dryRun: Bool, nothing: String, prepare: ([SourceFile]) -> Void = { _ in },
        _ rewrite: (SourceFile) throws(EditError) -> RewrittenFile
    ) throws {
        var changes: [(old: SourceFile, new: [UInt8])] = []
        var problems: [Problem] = []
        let files = try CheckedFiles.files(paths).map { SourceFile(path: $0, bytes: try InputFile.bytes($0)) }
        prepare(files)
        for file in files {
            do throws(EditError) {
                let rewritten = try rewrite(file)
                problems += rewritten.problems
                if rewritten.bytes != file.bytes { changes.append((file, rewritten.bytes)) }
            } catch {
                throw CommandError(.refused, "\(error.place): \(error.message)", remedy: error.remedy)
            }
        }
        for (old, new) in changes {
            Console.print(difference(old, SourceFile(path: old.path, bytes: new)))
            if !dryRun { try Data(new).write(to: URL(fileURLWithPath: old.path), options: .atomic) }
        }
        if changes.isEmpty { Console.print(nothing) }
        guard !problems.isEmpty else { return }
        let report = CheckReport(problems: problems, files: files.count)
        Console.print(String(report.text.dropLast()))
        if report.count(.error) > 0 { throw Silent(status: .refused) }
    }

    /// The lines that differ. What changes a name neither adds nor removes lines.
    private static func difference(_ old: SourceFile, _ new: SourceFile) -> String {
        var lines = ["--- \(old.path)", "+++ \(new.path)"]
        for number in 1...max(1, old.lineCount) where old.line(number) != new.line(number) {
            lines += ["@@ \(number) @@", "-" + old.line(number), "+" + new.line(number)]
        }
        return lines.joined(separator: "\n")
    }
}
