import Foundation
import GRDB

/// Copies of a journal: made while a server uses it, and checked.
public enum SQLiteBackup {
    /// Writes a copy of a journal, as it stands now, to a new file. Whoever has the journal open goes on using it.
    ///
    /// The copy holds all that was acknowledged before this was called. It is written under a name of its own beside
    /// `path`, checked, put on the disk, and only then given its name, so that there is a whole backup at `path` or none.
    /// It is one file, which its owner alone can read; to restore it, put it in the journal's place while no process has
    /// the journal open. Writers are not held up, but the WAL cannot be used again from its start until the copy is done.
    /// Blocks.
    /// - Parameters:
    ///   - journal: the file of the journal; it is only read.
    ///   - path: where nothing stands yet.
    /// - Returns: what the copy holds.
    @discardableResult
    public static func make(of journal: String, at path: String) throws(SQLiteJournalError) -> JournalFacts {
        try BackupFile(path: path).write(from: journal)
    }

    /// Reads a whole copy, and says what it holds. Blocks.
    /// - Throws: when it is no journal of this release or an earlier one, or is damaged.
    public static func verify(_ path: String) throws(SQLiteJournalError) -> JournalFacts {
        try SQLiteFile(path: path).inspect()
    }
}

/// A copy that is being made.
private struct BackupFile {
    let path: String
    /// Where the copy stands until it is whole.
    private let partialPath: String

    /// Pages copied at a time; 4 KiB each.
    private static let pagesPerStep: Int32 = 1_000

    init(path: String) {
        self.path = path
        partialPath = "\(path).partial-\(UUID().uuidString)"
    }

    func write(from journal: String) throws(SQLiteJournalError) -> JournalFacts {
        defer { removePartial() }
        do {
            if FileManager.default.fileExists(atPath: path) { throw exists }
            // The first thing that is asked of the journal is whether it is one.
            try SQLiteFile(path: journal).read { source in
                try makePartial()
                try copy(from: source)
            }
            let facts = try SQLiteFile(path: partialPath).inspect()
            try sync(partialPath)
            try giveName()
            return facts
        } catch let error as SQLiteJournalError {
            throw error
        } catch {
            throw failure("\(error.localizedDescription)")
        }
    }

    /// For its owner alone: the journal holds what customers have sent.
    private func makePartial() throws {
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
        close(descriptor)
    }

    /// - Parameter source: in a read transaction, so that all steps copy what it has seen, whatever is written meanwhile;
    ///   without it, each write would make the copy begin again.
    private func copy(from source: Database) throws {
        do {
            let target = try DatabaseQueue(path: partialPath)
            try target.writeWithoutTransaction { database in
                try source.backup(to: database, pagesPerStep: Self.pagesPerStep)
                // One file, with nothing beside it. A journal that is opened turns the WAL on again.
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try target.close()
        } catch let error as DatabaseError where error.resultCode != .SQLITE_CORRUPT {
            throw failure("\(error.message ?? "unknown error") (code \(error.extendedResultCode.rawValue))")
        }
    }

    /// A link takes nothing's place, whoever has come first; a rename might.
    private func giveName() throws {
        guard link(partialPath, path) == 0 else {
            if errno == EEXIST { throw exists }
            throw failure(String(cString: strerror(errno)))
        }
        unlink(partialPath)
        // A name is on disk when its directory is.
        try sync(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    private func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("\(path): \(String(cString: strerror(errno)))") }
    }

    private func removePartial() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partialPath + suffix) }
    }

    // Errors

    private var exists: SQLiteJournalError {
        SQLiteJournalError(
            code: .exists, message: "'\(path)' exists already", remedy: "Name another file, or move this one away")
    }

    private func failure(_ reason: String) -> SQLiteJournalError {
        SQLiteJournalError(
            code: .failed, message: "The backup '\(path)' cannot be written: \(reason)",
            remedy: "Make room, or name a file in a directory that can be written")
    }
}
