import GRDB
import GRDBSQLite
import Workflow

/// A statement that failed, with SQLite's own extended result code (<https://www.sqlite.org/rescode.html>).
struct SQLFailure: Error {
    let code: Int32
    let message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: any Error) {
        if let error = error as? DatabaseError {
            self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "\(error)")
        } else {
            self.init(code: SQLITE_ERROR, message: "\(error)")
        }
    }

    var primaryCode: Int32 { code & 0xff }

    /// The answer to a verb whose statement failed before the transaction was committed.
    var journalError: JournalError {
        switch primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(text)
        default: .unavailable(text)
        }
    }

    /// The answer to a verb whose COMMIT failed.
    ///
    /// SQLite writes the frame that commits last, so one that it could not write at all (disk full, locked) leaves
    /// nothing behind. After an I/O error the frame may be on the disk: a later recovery could find it.
    var commitError: JournalError {
        switch primaryCode {
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_INTERNAL: .unknownOutcome(text)
        default: .unavailable(text)
        }
    }

    var errorClass: QueryObservation.ErrorClass {
        switch primaryCode {
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_BUSY where code == SQLITE_BUSY | (2 << 8): .serialization  // SQLITE_BUSY_SNAPSHOT
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT: .timeout
        case SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_FULL, SQLITE_READONLY, SQLITE_NOTADB, SQLITE_CORRUPT: .connection
        case SQLITE_ERROR: .syntax
        default: .other
        }
    }

    private var text: String { "SQLite: \(message) (code \(code))" }
}

/// Why a verb did not get through.
enum VerbFailure: Error {
    /// A statement failed; the transaction cannot be trusted any more.
    case sql(SQLFailure)
    /// The verb itself said no.
    case refused(JournalError)

    var journalError: JournalError {
        switch self {
        case .sql(let failure): failure.journalError
        case .refused(let error): error
        }
    }
}
