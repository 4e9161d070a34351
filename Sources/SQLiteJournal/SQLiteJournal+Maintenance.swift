import GRDB
public import Workflow

extension SQLiteJournal {
    /// Gives free pages back to the file system, in one short transaction.
    ///
    /// What retention removes leaves free pages, which later writes fill again. Call this repeatedly with a small number
    /// to make the file smaller without holding up the writer; the file shrinks at the next checkpoint. A journal that
    /// was made before schema 3 keeps its free pages for itself: there this does nothing.
    /// - Parameter pages: how many at most, 4 KiB each; no call takes more than 10,000.
    /// - Returns: how many have been given back.
    @discardableResult
    public func reclaim(pages: Int) async throws(JournalError) -> Int {
        let count = min(max(pages, 0), 10_000)
        // The pragma would take 0 for all.
        guard count > 0 else { return 0 }
        return try await write { session throws(VerbFailure) in try session.reclaim(pages: count) }
    }

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

extension WriteSession {
    private static let countFree = Query(.other, "transaction", "PRAGMA freelist_count")

    fileprivate func reclaim(pages: Int) throws(VerbFailure) -> Int {
        let before = try statement(Self.countFree).first { $0.int(0) } ?? 0
        // The number is part of the text, so the statement is not kept.
        try Statement(Query(.other, "transaction", "PRAGMA incremental_vacuum(\(pages))"), in: connection).run()
        let after = try statement(Self.countFree).first { $0.int(0) } ?? 0
        return before - after
    }
}
