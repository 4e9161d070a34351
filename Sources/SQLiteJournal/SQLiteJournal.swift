import GRDB
import Synchronization
import Workflow

/// The journal in one SQLite file, for one machine.
///
/// **Durability.** The file is in WAL mode with `synchronous=FULL`: a verb that has returned survives a crash of the
/// process, of the system, and a loss of power, as far as the disk keeps its word.
///
/// **Concurrency.** One thread writes. Verbs that arrive while a transaction is being committed share the next one, so
/// that throughput grows with the number of callers. A verb that fails does not harm those that share its transaction.
/// Up to 50,000 writes may wait; further ones fail with ``JournalError/unavailable(_:)``. Reads run on connections of
/// their own and see everything that was committed before they began.
///
/// **Several processes** may open the same file; leases keep their executions apart, SQLite's lock their writes.
///
/// Call ``close()`` when done; a journal that is dropped closes itself, and loses nothing that was acknowledged.
public final class SQLiteJournal: Sendable {
    let writer: Writer
    let pool: DatabasePool
    let observe: (@Sendable (QueryObservation) -> Void)?
    private let activeReads = Atomic<Int>(0)
    private let failedConnections = Atomic<Int>(0)

    private static let readerCount = 4

    /// Opens the journal, makes the file when there is none, and brings it to the present schema.
    ///
    /// Blocks while it does so.
    /// - Parameters:
    ///   - path: the file. Its directory must exist; SQLite puts `-wal` and `-shm` beside it.
    ///   - observe: is called after each statement, on the thread that ran it, and must be quick.
    public init(
        path: String, observe: (@Sendable (QueryObservation) -> Void)? = nil
    ) throws(SQLiteJournalError) {
        pool = try SQLiteFile(path: path).open(readerCount: Self.readerCount)
        self.observe = observe
        writer = Writer(pool: pool, observe: observe)
        writer.start()
    }

    deinit { writer.queue.close() }

    /// Writes what waits, then closes the file. Verbs called from now on fail with ``JournalError/closed``.
    public func close() async {
        writer.queue.close()
        await writer.queue.waitUntilFinished()
    }

    /// May be asked at any time, from any thread.
    public var connectionNumbers: ConnectionNumbers {
        ConnectionNumbers(
            active: writer.active.load(ordering: .relaxed) + activeReads.load(ordering: .relaxed),
            size: 1 + Self.readerCount,
            failed: failedConnections.load(ordering: .relaxed))
    }

    /// Hands the verb to the writer and waits for its transaction.
    func write<Value: Sendable>(
        weight: Int = 1, _ body: @escaping @Sendable (WriteSession) throws(VerbFailure) -> Value
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation { continuation in
            writer.queue.add(WaitingVerb(weight: weight, continuation: continuation, body: body))
        }
        return try result.get()
    }

    /// Reads one snapshot of the database on a connection and a thread of GRDB's.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(VerbFailure) -> Value
    ) async throws(JournalError) -> Value {
        guard !writer.queue.isClosed else { throw .closed }
        let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
            pool.asyncRead { [self] database in
                continuation.resume(returning: read(database, body))
            }
        }
        return try result.get()
    }

    private func read<Value>(
        _ database: Result<Database, any Error>, _ body: (Connection) throws(VerbFailure) -> Value
    ) -> Result<Value, JournalError> {
        switch database {
        case .failure(let error):
            if writer.queue.isClosed { return .failure(.closed) }
            failedConnections.add(1, ordering: .relaxed)
            return .failure(SQLFailure(error).journalError)
        case .success(let database):
            activeReads.add(1, ordering: .relaxed)
            defer { activeReads.subtract(1, ordering: .relaxed) }
            do throws(VerbFailure) {
                return .success(try body(try Connection(database, observe: observe)))
            } catch {
                return .failure(error.journalError)
            }
        }
    }
}
