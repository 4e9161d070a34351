import Documents
import Foundation
import Monitoring

/// Writes files anew whose queries have been changed.
enum FileRewriting {
    /// Changes files, prints the lines that differ, and what could not be changed.
    ///
    /// All files are looked at before the first is written. When one cannot be written, it is said which were before.
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
            Console.print(LineDifference(from: old, to: SourceFile(path: old.path, bytes: new)).text)
        }
        if !dryRun { try write(changes) }
        if changes.isEmpty { Console.print(nothing) }
        guard !problems.isEmpty else { return }
        let report = CheckReport(problems: problems, files: files.count)
        Console.print(String(report.text.dropLast()))
        if report.count(.error) > 0 { throw Silent(status: .refused) }
    }

    private static func write(_ changes: [(old: SourceFile, new: [UInt8])]) throws {
        var written: [String] = []
        for (old, new) in changes {
            do {
                try Data(new).write(to: URL(fileURLWithPath: old.path), options: .atomic)
            } catch {
                throw CommandError(
                    .refused, "\(old.path) cannot be written: \(describe(fileError: error))",
                    remedy: written.isEmpty
                        ? "no file was changed" : "changed already: \(written.joined(separator: ", ")); no other was")
            }
            written.append(old.path)
        }
    }
}
