import GRDB

extension SQLiteJournal {
    /// Writes a copy of the journal, as it stands now, to a new file, while the journal goes on being used.
    ///
    /// The copy is written under a name of its own beside `path`, checked (`integrity_check`), and then renamed, so that
    /// there is a whole backup at `path` or none. It is one file; to restore it, put it in the journal's place while no
    /// process has the journal open. Writers are not held up, but the WAL cannot be used again from its start until the
    /// copy is done.
    /// - Parameter path: where nothing stands yet.
    public func backup(to path: String) async throws(SQLiteJournalError) {
        let copy = SQLiteBackup(path: path)
        try copy.checkTarget()
        guard !writer.queue.isClosed else { throw copy.failure("the journal is closed") }
        let result: Result<Void, SQLiteJournalError> = await withCheckedContinuation { continuation in
            pool.asyncRead { source in continuation.resume(returning: copy.write(from: source)) }
        }
        try result.get()
    }
}
