import GRDB
import GRDBSQLite

/// A connection of GRDB's with statements that go straight to SQLite.
///
/// Not sendable: it lives within one access that GRDB gave, on that access's thread.
final class Connection {
    let handle: OpaquePointer
    let observe: (@Sendable (QueryObservation) -> Void)?
    private var statements: [ObjectIdentifier: Statement] = [:]

    /// - Throws: when GRDB has closed the connection.
    init(_ database: Database, observe: (@Sendable (QueryObservation) -> Void)?) throws(VerbFailure) {
        guard let handle = database.sqliteConnection else {
            throw .sql(SQLFailure(code: SQLITE_MISUSE, message: "the connection is closed"))
        }
        self.handle = handle
        self.observe = observe
    }

    /// The prepared statement, without bindings.
    func statement(_ query: Query) throws(VerbFailure) -> Statement {
        if let statement = statements[ObjectIdentifier(query)] { return statement }
        let statement = try Statement(query, in: self)
        statements[ObjectIdentifier(query)] = statement
        return statement
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
    /// Rows inserted, updated and deleted since the connection was opened.
    var changes: Int64 { sqlite3_total_changes64(handle) }
    /// Rows that the last statement inserted, updated or deleted.
    var lastChanges: Int { Int(sqlite3_changes64(handle)) }
    var lastInsertedKey: Int64 { sqlite3_last_insert_rowid(handle) }

    func failure(_ code: Int32) -> SQLFailure {
        SQLFailure(
            code: code == SQLITE_OK ? SQLITE_ERROR : sqlite3_extended_errcode(handle),
            message: (sqlite3_errmsg(handle).map { String(cString: $0) } ?? "unknown error") + systemMessage)
    }

    /// What the system said, where it was asked: an I/O error can be many things.
    private var systemMessage: String {
        guard [SQLITE_IOERR, SQLITE_CANTOPEN].contains(sqlite3_errcode(handle) & 0xff) else { return "" }
        var number = sqlite3_system_errno(handle)
        // SQLite does not pass on why a commit failed; its files know.
        for file in [SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER] where number == 0 {
            number = lastSystemError(of: file)
        }
        return number == 0 ? "" : ": \(SystemError(number))"
    }

    private func lastSystemError(of pointer: Int32) -> Int32 {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", pointer, &file) == SQLITE_OK, let file,
            let control = file.pointee.pMethods?.pointee.xFileControl
        else { return 0 }
        var number: Int32 = 0
        return control(file, SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK ? number : 0
    }
}
