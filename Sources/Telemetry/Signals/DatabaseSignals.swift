public import Instruments

extension Signals {
    /// A statement has run. Duration: the reading of its rows included.
    public static let databaseQuery = Signal<QueryAttributes>(
        "db.query", .occurrence, measures: [Measure("duration", .seconds)], "A statement that has run.")

    /// The connections to a database. `active` ones run a transaction, `idle` ones do not; `size` is how many there can
    /// be, `failed` how often none could be had.
    public static let databasePool = Signal<DatabaseAttributes>(
        "db.pool", .observed,
        measures: [
            Measure("active", .count), Measure("idle", .count), Measure("size", .count),
            Measure("failed", .count, isSum: true),
        ],
        "The connections to a database.")
}

/// Which database.
public enum DatabaseSystem: String, CaseIterable, LabelValue {
    case sqlite, postgresql
}

/// What a statement does.
public enum QueryOperation: String, CaseIterable, LabelValue {
    case select, insert, update, delete
    /// Begin, commit, rollback and whatever else.
    case other
}

/// Why a statement failed.
public enum QueryError: String, CaseIterable, LabelValue {
    /// It did not.
    case none = ""
    case constraint, connection, timeout, serialization, syntax, other
}

/// What tells statements apart.
public struct QueryAttributes: LabelSet {
    @usableFromInline let system: DatabaseSystem
    @usableFromInline let operation: QueryOperation
    @usableFromInline let table: DeclaredName
    @usableFromInline let error: QueryError

    /// A statement that does this to a table.
    @inlinable
    public init(system: DatabaseSystem, operation: QueryOperation, table: DeclaredName, error: QueryError) {
        (self.system, self.operation, self.table, self.error) = (system, operation, table, error)
    }

    /// Their names.
    public static var labels: [Label] {
        [
            Label("db.system.name", DatabaseSystem.self), Label("db.operation.name", QueryOperation.self),
            Label("db.collection.name", DeclaredName.self), Label("error.type", QueryError.self),
        ]
    }

    /// Adds them, in order.
    @inlinable
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(system)
        encoder.add(operation)
        encoder.add(table)
        encoder.add(error)
    }
}

/// What tells databases apart.
public struct DatabaseAttributes: LabelSet {
    let system: DatabaseSystem

    /// The database of this kind.
    public init(system: DatabaseSystem) { self.system = system }

    /// Their names.
    public static var labels: [Label] { [Label("db.system.name", DatabaseSystem.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(system) }
}
