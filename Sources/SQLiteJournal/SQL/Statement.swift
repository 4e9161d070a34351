import GRDBSQLite

/// A prepared statement: bind the values in order, run it, read its rows.
///
/// Values are copied when they are bound. Running resets the statement and clears its bindings, also after an error.
final class Statement {
    private let handle: OpaquePointer
    private let query: Query
    private unowned let connection: Connection
    private var position: Int32 = 0
    private var bindingResult = SQLITE_OK

    /// SQLite copies what is bound with it.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    private static let clock = ContinuousClock()

    init(_ query: Query, in connection: Connection) throws(VerbFailure) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = sqlite3_prepare_v3(connection.handle, query.sql, -1, flags, &handle, nil)
        guard result == SQLITE_OK, let handle else { throw .sql(connection.failure(result)) }
        self.handle = handle
        self.query = query
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // Binding

    @discardableResult
    func bind(_ value: Int64?) -> Statement {
        position += 1
        guard let value else { return self }
        return note(sqlite3_bind_int64(handle, position, value))
    }

    @discardableResult
    func bind(_ value: Int) -> Statement { bind(Int64(value)) }

    @discardableResult
    func bind(_ value: String?) -> Statement {
        position += 1
        guard var value else { return self }
        let result = value.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return sqlite3_bind_text(handle, position, "", 0, nil) }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                sqlite3_bind_text64(
                    handle, position, $0, UInt64(utf8.count), Self.transient, UInt8(SQLITE_UTF8))
            }
        }
        return note(result)
    }

    @discardableResult
    func bind(_ value: [UInt8]?) -> Statement {
        position += 1
        guard let value else { return self }
        guard !value.isEmpty else { return note(sqlite3_bind_zeroblob(handle, position, 0)) }
        return note(sqlite3_bind_blob64(handle, position, value, UInt64(value.count), Self.transient))
    }

    private func note(_ result: Int32) -> Statement {
        if result != SQLITE_OK, bindingResult == SQLITE_OK { bindingResult = result }
        return self
    }

    // Running

    /// Runs the statement to its end and hands over each row.
    func run(_ body: (Row) throws(VerbFailure) -> Void) throws(VerbFailure) {
        guard let observe = connection.observe else { return try step(body) }
        let start = Self.clock.now
        var failure: SQLFailure?
        defer {
            observe(
                QueryObservation(
                    operation: query.operation, table: query.table, duration: Self.clock.now - start,
                    error: failure?.errorClass))
        }
        do throws(VerbFailure) {
            try step(body)
        } catch {
            if case .sql(let error) = error { failure = error }
            throw error
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws(VerbFailure) { try run { _ in } }

    /// Runs the statement and makes a value of its first row, if there is one.
    func first<Value>(_ body: (Row) throws(VerbFailure) -> Value) throws(VerbFailure) -> Value? {
        var value: Value?
        try run { row throws(VerbFailure) in
            if value == nil { value = try body(row) }
        }
        return value
    }

    private func step(_ body: (Row) throws(VerbFailure) -> Void) throws(VerbFailure) {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
            position = 0
            bindingResult = SQLITE_OK
        }
        guard bindingResult == SQLITE_OK else { throw .sql(connection.failure(bindingResult)) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try body(Row(handle: handle))
            case SQLITE_DONE: return
            case let result: throw .sql(connection.failure(result))
            }
        }
    }
}

/// The row at which a statement stands; good only until the closure that received it returns.
struct Row {
    fileprivate let handle: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func int(_ column: Int32) -> Int { Int(integer(column)) }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
