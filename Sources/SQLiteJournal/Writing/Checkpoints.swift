import GRDBSQLite

/// Carries the WAL over to the database: when nobody waits for the writer, when it has grown, and at the end.
///
/// SQLite by itself does so within a commit. With a large file the pages of thousands of transactions are spread over
/// it, and whoever wrote last waits until all have been written. A checkpoint that fails is made again after a later
/// commit; nothing is lost by it.
///
/// Not sendable: it belongs to the writer's thread. Call ``stop()`` before the connection goes.
final class Checkpoints {
    /// From so many pages on, 4 KiB each, a pause is used.
    private static let few: Int32 = 1_000
    /// From so many pages on, the commit does it: 16 MiB.
    private static let many: Int32 = 4_000

    private let handle: OpaquePointer
    /// Pages in the WAL after the last commit.
    private var pages: Int32 = 0

    init(_ connection: Connection) {
        handle = connection.handle
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<Checkpoints>.fromOpaque(context).takeUnretainedValue().committed(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func stop() { sqlite3_wal_hook(handle, nil, nil) }

    /// Whether a pause should be used.
    var isDue: Bool { pages >= Self.few }

    /// Carries over what is in the WAL, as far as no reader needs it.
    func make() {
        pages = 0
        sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    private func committed(_ pages: Int32) {
        self.pages = pages
        if pages >= Self.many { make() }
    }
}
