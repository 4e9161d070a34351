import GRDBSQLite
import Synchronization
import Testing
import Workflow

@testable import SQLiteJournal

@Suite struct WritingTests {
    typealias Answer = Result<[Ingestion], JournalError>
    typealias Ingest = @Sendable (SQLiteJournal) async -> Answer

    private func ingests(_ arrivals: [Arrival], _ lease: Lease) -> [Ingest] {
        arrivals.map { arrival in { journal in await ingest(arrival, lease, journal) } }
    }

    private func ingest(_ arrival: Arrival, _ lease: Lease, _ journal: SQLiteJournal) async -> Answer {
        do throws(JournalError) {
            return .success(try await journal.ingest([arrival], lease: lease))
        } catch {
            return .failure(error)
        }
    }

    /// Makes the next commits fail, or succeed again.
    private func setCommitsFail(_ fail: Bool, _ journal: SQLiteJournal) async -> Answer {
        do throws(JournalError) {
            return .success(
                try await journal.write { session in
                    sqlite3_commit_hook(session.connection.handle, fail ? { _ in 1 } : nil, nil)
                    return []
                })
        } catch {
            return .failure(error)
        }
    }

    private func isUnavailable(_ result: Answer) -> Bool {
        if case .failure(.unavailable) = result { true } else { false }
    }

    @Test func verbsThatGatherShareOneTransaction() async throws {
        let commits = Mutex(0)
        try await withJournal(observe: { observation in
            if observation.table == "transaction" { commits.withLock { $0 += 1 } }
        }) { journal, lease in
            let before = commits.withLock { $0 }
            let results = await journal.inOneBatch(ingests((0..<100).map { arrival("e\($0)", birth($0)) }, lease))
            #expect(results.allSatisfy { $0 == .success([.accepted(woken: [])]) })
            // Begin, data_version and commit; once for the verb that held the writer, once for all the others.
            #expect(commits.withLock { $0 } - before == 6)
        }
    }

    @Test func aVerbThatFailsInTheMiddleOfItsWritesDoesNotHarmItsNeighbours() async throws {
        try await withJournal { journal, lease in
            let calls = [
                arrival("a", birth(1)), arrival("b", birth(2), birth(1)), arrival("c", birth(3)),
                arrival("b", birth(4)),
            ]
            let results = await journal.inOneBatch(ingests(calls, lease))
            let accepted = Answer.success([.accepted(woken: [])])
            #expect(results[0] == accepted)
            #expect(results[1] == .failure(.conflict("there is an execution \(ExecutionID(rawValue: 1)) already")))
            #expect(results[2] == accepted)
            #expect(results[3] == accepted)
            let ids = try await journal.executions(ExecutionQuery(limit: 9)).map(\.id.rawValue)
            #expect(ids == [4, 3, 1])
        }
    }

    @Test func aFullDiskIsUnavailableToThoseWhomItConcerns() async throws {
        try await withJournal { journal, lease in
            _ = try await journal.ingest([arrival("before", birth(1))], lease: lease)
            let pages = try await journal.integer("PRAGMA page_count")
            _ = try await journal.integer("PRAGMA max_page_count = \(pages + 20)")
            let calls = [
                arrival("a", birth(2)), arrival("big", birth(3, size: 1_000_000)), arrival("c", birth(4)),
            ]
            let results = await journal.inOneBatch(ingests(calls, lease))
            #expect(results[0] == .success([.accepted(woken: [])]))
            #expect(isUnavailable(results[1]))
            #expect(results[2] == .success([.accepted(woken: [])]))
            #expect(try await journal.executions(ExecutionQuery(limit: 9)).map(\.id.rawValue) == [4, 2, 1])
            _ = try await journal.integer("PRAGMA max_page_count = 1000000")
            let again = try await journal.ingest([calls[1]], lease: lease)
            #expect(again == [.accepted(woken: [])])
            #expect(try await journal.integer("SELECT count(*) FROM pragma_integrity_check") == 1)
        }
    }

    @Test func aCommitThatFailsFailsEveryVerbOfTheBatch() async throws {
        try await withJournal { journal, lease in
            var calls = ingests([arrival("a", birth(1)), arrival("b", birth(2))], lease)
            calls.insert({ journal in await setCommitsFail(true, journal) }, at: 1)
            // A refusal rests on what the batch wrote, so it falls with the batch.
            calls += ingests([arrival("c")], Lease(token: 99))
            let results = await journal.inOneBatch(calls)
            #expect(results.allSatisfy { isUnavailable($0) })
            #expect(results.count == 4)
            let written = try await journal.executions(ExecutionQuery(limit: 9))
            #expect(written.isEmpty)
            #expect(await setCommitsFail(false, journal) == .success([]))
            #expect(try await journal.ingest([arrival("a", birth(1))], lease: lease) == [.accepted(woken: [])])
        }
    }

    @Test func whatACommitsErrorSaysAboutItsOutcome() {
        func outcome(_ code: Int32) -> JournalError { SQLFailure(code: code, message: "m").commitError }
        #expect(outcome(SQLITE_FULL) == .unavailable("SQLite: m (code 13)"))
        #expect(outcome(SQLITE_BUSY) == .unavailable("SQLite: m (code 5)"))
        let fsync = SQLITE_IOERR | (4 << 8)
        #expect(outcome(fsync) == .unknownOutcome("SQLite: m (code \(fsync))"))
    }

    @Test func aFullQueueRefusesAndAClosedOneWritesWhatWaits() async throws {
        let queue = WriteQueue(capacity: 10)
        func add(_ weight: Int) async -> Result<Int, JournalError> {
            await withCheckedContinuation { continuation in
                queue.add(WaitingVerb(weight: weight, continuation: continuation) { _ in weight })
            }
        }
        async let heavy = add(11)
        while queue.pendingWeight < 11 { await Task.yield() }
        #expect(await add(1) == .failure(.unavailable("more than 10 writes are waiting")))
        queue.close()
        #expect(await add(1) == .failure(.closed))
        let taken = queue.next()
        #expect(taken?.count == 1)
        taken?.first?.fail(.fenced)
        #expect(await heavy == .failure(.fenced))
        #expect(queue.next() == nil)
    }

    @Test func whatCannotBeReadHoldsUpNothing() async throws {
        try await withJournal { journal, lease in
            for id in Int64(1)...2 {
                _ = try await journal.ingest([arrival("e\(id)", birth(id, .runnable))], lease: lease)
            }
            try await journal.execute("UPDATE executions SET started_by = 77 WHERE id = 1")
            let claim = try await journal.claim(only: nil, limit: 10, now: second(3), lease: lease)
            #expect(claim.executions.map(\.summary.id.rawValue) == [2])
            let aside = "FROM executions WHERE id = 1 AND status = -1 AND owner IS NULL AND reason LIKE '%77 is no%'"
            #expect(try await journal.integer("SELECT count(*) \(aside)") == 1)
            let again = try await journal.claim(only: nil, limit: 10, now: second(3), lease: lease)
            #expect(again.executions.isEmpty && !again.more)
        }
    }

    @Test func closingWritesWhatWaitsAndRefusesTheRest() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            let lease = try await journal.testLease()
            let acknowledged = await withTaskGroup(of: Int64?.self) { group in
                for id in Int64(1)...300 {
                    group.addTask {
                        do throws(JournalError) {
                            _ = try await journal.ingest([arrival("e\(id)", birth(id))], lease: lease)
                            return id
                        } catch {
                            #expect(error == .closed)
                            return nil
                        }
                    }
                }
                await journal.close()
                return await group.reduce(into: Set<Int64>()) { set, id in if let id { set.insert(id) } }
            }
            await #expect(throws: JournalError.closed) { try await journal.keys() }
            await #expect(throws: JournalError.closed) { try await journal.testLease() }
            await journal.close()
            let again = try SQLiteJournal(path: path)
            let found = try await again.executions(ExecutionQuery(limit: 1_000)).map(\.id.rawValue)
            #expect(Set(found) == acknowledged)
            await again.close()
        }
    }
}
