/// One SQL statement that is prepared once per connection and kept.
///
/// Each is a constant beside the verb that runs it; its identity is its key among the prepared statements.
final class Query: Sendable {
    let operation: QueryObservation.Operation
    let table: String
    let sql: String

    init(_ operation: QueryObservation.Operation, _ table: String, _ sql: String) {
        self.operation = operation
        self.table = table
        self.sql = sql
    }
}
