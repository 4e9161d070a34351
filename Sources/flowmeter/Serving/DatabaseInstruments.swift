import Instruments
import SQLiteJournal
import Synchronization
import Telemetry
import Workflow

/// Measures the journal's database: its statements as they run, its connections at each scrape.
final class DatabaseInstruments: Sendable {
    private static let tables = Dictionary(
        uniqueKeysWithValues: QueryObservation.tables.map { ($0, DeclaredName($0)) })

    private let queries: Recorder<QueryAttributes>
    private let journal = Mutex<WeakJournal?>(nil)

    init(recorders: Recorders) throws {
        queries = try recorders.recorder(of: Signals.databaseQuery)
        let sqlite = DatabaseAttributes(system: .sqlite)
        try recorders.observe(Signals.databasePool) { [self] in
            guard let numbers = journal.withLock({ $0?.journal })?.connectionNumbers else { return [] }
            return [
                Observed(
                    sqlite, Double(numbers.active), Double(numbers.size - numbers.active), Double(numbers.size),
                    Double(numbers.failed))
            ]
        }
    }

    /// Whose connections are shown.
    func watch(_ journal: SQLiteJournal) {
        self.journal.withLock { $0 = WeakJournal(journal: journal) }
    }

    func observe(_ query: QueryObservation) {
        guard let table = Self.tables[query.table] else { return }
        queries.record(
            QueryAttributes(
                system: .sqlite, operation: QueryOperation(query.operation), table: table,
                error: QueryError(query.error)),
            query.duration.inSeconds)
    }

    private struct WeakJournal: Sendable {
        weak let journal: SQLiteJournal?
    }
}

extension QueryOperation {
    fileprivate init(_ operation: QueryObservation.Operation) {
        self =
            switch operation {
            case .select: .select
            case .insert: .insert
            case .update: .update
            case .delete: .delete
            case .other: .other
            }
    }
}

extension QueryError {
    fileprivate init(_ error: QueryObservation.ErrorClass?) {
        self =
            switch error {
            case nil: .none
            case .constraint: .constraint
            case .connection: .connection
            case .timeout: .timeout
            case .serialization: .serialization
            case .syntax: .syntax
            case .other: .other
            }
    }
}
