import Instruments
import SQLiteJournal
import Synchronization

/// Measures the journal's database: its statements as they run, its connections at each scrape.
final class DatabaseInstruments: Sendable {
    private let durations: Family<Histogram>
    private let errors: Family<Counter>
    private let journal = Mutex<WeakJournal?>(nil)

    private static let database = "sqlite"
    private static let buckets = [
        0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5,
    ]

    init(registry: Registry) throws {
        let operation = Label("query_type", .closed(QueryObservation.Operation.allCases.map(\.rawValue)))
        durations = try registry.histogram(
            "db_query_duration_seconds", help: "How long statements took, the reading of their rows included.",
            labels: [operation, Label("table", .declared)], buckets: Self.buckets)
        errors = try registry.counter(
            "db_query_errors_total", help: "Statements that failed.",
            labels: [operation, Label("error_type", .closed(QueryObservation.ErrorClass.allCases.map(\.rawValue)))])
        try registerConnections(in: registry)
    }

    /// Whose connections are shown.
    func watch(_ journal: SQLiteJournal) {
        self.journal.withLock { $0 = WeakJournal(journal: journal) }
    }

    func observe(_ query: QueryObservation) {
        durations.record(query.operation.rawValue, query.table) { $0.observe(duration: query.duration) }
        if let error = query.error { errors.record(query.operation.rawValue, error.rawValue) { $0.increment() } }
    }

    private func registerConnections(in registry: Registry) throws {
        let labels = [Label("database", .closed([Self.database]))]
        try registry.observedGauge(
            "db_connections_active", help: "Connections that run a transaction.", labels: labels
        ) { [self] in observations(\.active) }
        try registry.observedGauge(
            "db_pool_size", help: "Connections that there can be.", labels: labels
        ) { [self] in observations(\.size) }
        try registry.observedCounter(
            "db_connections_failed_total", help: "How often a connection could not be had.", labels: labels
        ) { [self] in observations(\.failed) }
    }

    private func observations(_ number: KeyPath<ConnectionNumbers, Int>) -> [Observation] {
        let numbers = journal.withLock { $0?.journal }?.connectionNumbers
        return [Observation([Self.database], Double(numbers?[keyPath: number] ?? 0))]
    }

    private struct WeakJournal: Sendable {
        weak let journal: SQLiteJournal?
    }
}
