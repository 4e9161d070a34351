import Foundation
import GRDB

/// A copy of a journal that is being made.
struct SQLiteBackup: Sendable {
    let path: String
    /// Where the copy stands until it is whole.
    private let partialPath: String

    /// Pages copied at a time; 4 KiB each.
    private static let pagesPerStep: Int32 = 1_000

    init(path: String) {
        self.path = path
        partialPath = "\(path).partial-\(UUID().uuidString)"
    }

    func checkTarget() throws(SQLiteJournalError) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SQLiteJournalError(
                code: .exists, message: "'\(path)' exists already", remedy: "Name another file, or move this one away")
        }
    }

    /// - Parameter source: in a read transaction.
    func write(from source: Result<Database, any Error>) -> Result<Void, SQLiteJournalError> {
        defer { removePartial() }
        do {
            try copy(from: try source.get())
            try checkTarget()
            try FileManager.default.moveItem(atPath: partialPath, toPath: path)
            try syncDirectory()
            return .success(())
        } catch let error as SQLiteJournalError {
            return .failure(error)
        } catch let error as DatabaseError {
            return .failure(failure("\(error.message ?? "unknown error") (code \(error.extendedResultCode.rawValue))"))
        } catch {
            return .failure(failure("\(error.localizedDescription)"))
        }
    }

    private func copy(from source: Database) throws {
        // The first read takes the snapshot. All steps copy it, whatever is written meanwhile; without it, each write
        // would make the copy begin again.
        _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_master")
        let target = try DatabaseQueue(path: partialPath)
        try target.writeWithoutTransaction { database in
            try source.backup(to: database, pagesPerStep: Self.pagesPerStep)
            let verdict = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
            guard verdict == "ok" else { throw damaged(verdict ?? "no answer") }
            // One file, with nothing beside it. A journal that is opened turns the WAL on again.
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
        }
        try target.close()
    }

    /// A rename is on disk when the directory is.
    private func syncDirectory() throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(directory, O_RDONLY)
        guard descriptor >= 0 else { throw failure("its directory cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("its directory cannot be synced") }
    }

    private func removePartial() {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: partialPath + suffix)
        }
    }

    // Errors

    func failure(_ reason: String) -> SQLiteJournalError {
        SQLiteJournalError(
            code: .failed, message: "The backup '\(path)' cannot be written: \(reason)",
            remedy: "Make room, or name a file in a directory that can be written")
    }

    private func damaged(_ verdict: String) -> SQLiteJournalError {
        SQLiteJournalError(
            code: .damaged, message: "The copy of the journal is damaged: \(verdict)",
            remedy: "Check the journal itself with 'PRAGMA integrity_check', and the disk; keep earlier backups")
    }
}
