import Foundation
import GRDB
import GRDBSQLite

/// The file of a journal: opens it, says what is wrong with it, and migrates it.
struct SQLiteFile {
    let path: String

    /// How long a connection waits for another process, in seconds.
    private static let busyTimeout = 5.0
    /// The WAL is written over from its start after each checkpoint. Only one that has grown beyond this many bytes,
    /// because a long read kept it from being used again, is cut.
    private static let walLimit = 67_108_864
    /// Page caches, in KiB. The writer's holds a full transaction, or pages would be spilled before the commit.
    private static let writerCache = 8_192
    private static let readerCache = 1_024

    /// Opens the file with one connection that writes and `readerCount` that read.
    func open(
        readerCount: Int, migrations: [Migration] = Migration.all
    ) throws(SQLiteJournalError) -> DatabasePool {
        try checkDirectory()
        if let trouble = DiskProbe.trouble(at: path) { throw unusable(trouble, "nothing can be written there") }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration(readerCount: readerCount))
            try pool.writeWithoutTransaction { database in
                try prepareWriter(database)
                // An index that a migration makes is sorted there, however many rows there are.
                try database.execute(sql: "PRAGMA temp_store = FILE")
                try migrate(database, to: migrations)
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
            }
            try synchroniseNames()
            return pool
        } catch let error as SQLiteJournalError {
            throw error
        } catch let error as SystemError {
            throw unusable(error, "its directory cannot be synced")
        } catch {
            throw explain(SQLFailure(error))
        }
    }

    /// The files are new, or their directory is: SQLite syncs what is in them, and does not look whether it could sync
    /// where they are.
    private func synchroniseNames() throws(SystemError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        try DiskProbe.synchronise(directory: directory.path)
        try DiskProbe.synchronise(directory: directory.deletingLastPathComponent().path)
    }

    private func configuration(readerCount: Int) -> Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.busyMode = .timeout(Self.busyTimeout)
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = readerCount
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -\(Self.readerCache); PRAGMA temp_store = MEMORY")
            // Can be chosen only before the first page is written. In small steps, so that nothing is held up.
            if try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
        }
        return configuration
    }

    private func prepareWriter(_ database: Database) throws {
        // GRDB sets NORMAL when it turns the WAL on, so this comes after.
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -\(Self.writerCache);
                PRAGMA journal_size_limit = \(Self.walLimit);
                """)
    }

    // Migrations

    private func migrate(_ database: Database, to migrations: [Migration]) throws {
        try database.inTransaction(.immediate) {
            try checkOwnership(database)
            let applied = try appliedMigrations(database)
            try check(applied, against: migrations)
            for migration in migrations.dropFirst(applied.count) {
                try database.execute(sql: migration.sql)
                try database.execute(
                    sql: "INSERT INTO migrations (number, checksum) VALUES (?, ?)",
                    arguments: [migration.number, migration.checksum])
            }
            return .commit
        }
    }

    /// Refuses a database that another program made.
    private func checkOwnership(_ database: Database) throws {
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if id == Migration.applicationID { return }
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard id == 0, tables == 0 else { throw notAJournal("is an SQLite database of another program") }
        try database.execute(
            sql: """
                PRAGMA application_id = \(Migration.applicationID);
                CREATE TABLE migrations (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT;
                """)
    }

    func appliedMigrations(_ database: Database) throws -> [(number: Int, checksum: String)] {
        try GRDB.Row.fetchAll(database, sql: "SELECT number, checksum FROM migrations ORDER BY number")
            .map { (number: try $0.decode(forColumn: "number"), checksum: try $0.decode(forColumn: "checksum")) }
    }

    func check(_ applied: [(number: Int, checksum: String)], against migrations: [Migration]) throws {
        if let last = applied.last, last.number > migrations.count {
            throw SQLiteJournalError(
                code: .tooNew,
                message:
                    "'\(path)' has schema \(last.number), and this release knows schemas up to \(migrations.count)",
                remedy: "Run the release that wrote it, or a later one, or restore a backup from before the upgrade")
        }
        for (found, known) in zip(applied, migrations)
        where found.number != known.number || found.checksum != known.checksum {
            throw SQLiteJournalError(
                code: .alteredMigration,
                message: """
                    Migration \(found.number) of '\(path)' is \(found.checksum), \
                    and this release's migration \(known.number) is \(known.checksum)
                    """,
                remedy: "Run a released build; the file was made by one whose schema has been changed since")
        }
    }

    // Errors

    private func checkDirectory() throws(SQLiteJournalError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue else {
            throw SQLiteJournalError(
                code: .noDirectory, message: "The directory '\(directory)' does not exist",
                remedy: "Create it, or name another data directory")
        }
    }

    func notAJournal(_ what: String) -> SQLiteJournalError {
        SQLiteJournalError(
            code: .notAJournal, message: "'\(path)' \(what)",
            remedy: "Name another file, or move this one away")
    }

    private func explain(_ failure: SQLFailure) -> SQLiteJournalError {
        switch failure.primaryCode {
        case SQLITE_NOTADB: notAJournal("is no SQLite database")
        case SQLITE_BUSY, SQLITE_LOCKED:
            SQLiteJournalError(
                code: .locked, message: "'\(path)' is locked by another process",
                remedy: "Stop the other process, or name another data directory")
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN:
            // SQLite's words leave open what the system's say.
            if let trouble = DiskProbe.trouble(at: path) {
                unusable(trouble, failure.message)
            } else {
                unusable(failure)
            }
        default:
            SQLiteJournalError(
                code: .failed, message: "'\(path)' cannot be opened: \(failure.message) (code \(failure.code))",
                remedy: "See https://www.sqlite.org/rescode.html")
        }
    }

    private func unusable(_ error: SystemError, _ what: String) -> SQLiteJournalError {
        let isReadOnly = [EROFS, EACCES, EPERM, EISDIR, ENOENT].contains(error.number)
        return SQLiteJournalError(
            code: isReadOnly ? .readOnly : .failed, message: "'\(path)' cannot be used: \(what): \(error)",
            remedy: error.remedy)
    }

    /// The trouble has passed, or is not one that writing meets.
    private func unusable(_ failure: SQLFailure) -> SQLiteJournalError {
        let isReadOnly = ![SQLITE_FULL, SQLITE_IOERR].contains(failure.primaryCode)
        return SQLiteJournalError(
            code: isReadOnly ? .readOnly : .failed,
            message: "'\(path)' cannot be used: \(failure.message) (code \(failure.code))",
            remedy:
                "Let the process write to the file and to its directory, and see whether the disk is full or failing")
    }
}
