import Foundation
import GRDB
public import Workflow

/// What a file with a journal holds.
public struct JournalFacts: Sendable, Hashable {
    /// Of the schema.
    public var schema: Int
    /// The size of the file.
    public var bytes: Int
    /// Those that are deployed.
    public var workflows: Int
    public var executions: Int
    /// Those of the executions that have not ended.
    public var active: Int
    public var events: Int
    /// When the last event came in; nil when there is none.
    public var lastEvent: Timestamp?
}

extension SQLiteFile {
    /// Reads the whole file, without changing it.
    func inspect() throws(SQLiteJournalError) -> JournalFacts {
        try read { database in
            let verdict = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
            guard verdict == "ok" else { throw damaged(verdict) }
            return try facts(database)
        }
    }

    /// Runs in one read transaction of a journal that this release can read.
    func read<Value>(_ body: (Database) throws -> Value) throws(SQLiteJournalError) -> Value {
        guard FileManager.default.fileExists(atPath: path) else {
            throw SQLiteJournalError(
                code: .missing, message: "There is no file '\(path)'",
                remedy: "Name the file, or the data directory of the server")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: readingConfiguration)
            let value = try queue.read { database in
                guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Migration.applicationID else {
                    throw notAJournal("is an SQLite database of another program")
                }
                try check(try appliedMigrations(database), against: Migration.all)
                return try body(database)
            }
            try queue.close()
            return value
        } catch let error as SQLiteJournalError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw damaged(error.message ?? "unknown error")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw notAJournal("is no SQLite database")
        } catch let error as DatabaseError {
            throw SQLiteJournalError(
                code: .failed, message: "'\(path)' cannot be read: \(error.message ?? "unknown error")",
                remedy: "Let the process read the file, and write to its directory")
        } catch {
            throw SQLiteJournalError(
                code: .failed, message: "'\(path)' cannot be read: \(error.localizedDescription)",
                remedy: "Look at the disk")
        }
    }

    private var readingConfiguration: Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    private func facts(_ database: Database) throws -> JournalFacts {
        func number(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
        let last = try Int64.fetchOne(database, sql: "SELECT max(received_at) FROM events")
        return JournalFacts(
            schema: try number("SELECT max(number) FROM migrations"),
            bytes: try number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
            workflows: try number("SELECT count(*) FROM workflows WHERE current IS NOT NULL"),
            executions: try number("SELECT count(*) FROM executions"),
            active: try number("SELECT count(*) FROM executions WHERE ended_at IS NULL"),
            events: try number("SELECT count(*) FROM events"),
            lastEvent: last.map { Timestamp(microseconds: $0) })
    }

    private func damaged(_ verdict: String) -> SQLiteJournalError {
        SQLiteJournalError(
            code: .damaged, message: "'\(path)' is damaged: \(verdict)",
            remedy: "Check the disk; keep earlier backups until a later one is whole")
    }
}
