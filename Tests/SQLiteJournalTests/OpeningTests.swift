import Foundation
import GRDB
import Testing
import Workflow

@testable import SQLiteJournal

@Suite struct OpeningTests {
    private func expect(_ code: SQLiteJournalError.Code, opening path: String) {
        let error = #expect(throws: SQLiteJournalError.self) { _ = try SQLiteJournal(path: path) }
        #expect(error?.code == code)
        #expect(error?.message.isEmpty == false)
        #expect(error?.remedy.isEmpty == false)
    }

    private func withDatabase(_ path: String, _ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write(body)
        try queue.close()
    }

    /// Opens the file of a journal that was dropped. That one closes on a thread of its own, and if the thread does not
    /// run during the last checkpoint, the file is locked for longer than an opener waits.
    private func reopen(_ path: String) async throws -> SQLiteJournal {
        let end = ContinuousClock.now + .seconds(600)
        while true {
            do throws(SQLiteJournalError) {
                return try SQLiteJournal(path: path)
            } catch {
                guard error.code == .locked, ContinuousClock.now < end else { throw error }
            }
            await Task.yield()
        }
    }

    @Test func everythingIsThereWhenItIsOpenedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let wait = EventWait(key: "w", event: "order.paid", match: [])
            do {
                let journal = try SQLiteJournal(path: path)
                let lease = try await journal.testLease()
                _ = try await journal.ingest([arrival("e", birth(1))], lease: lease)
                _ = try await journal.commit(record(1, 1), lease: lease)
                _ = try await journal.ingest(
                    [arrival("f", birth(2, .waiting(until: nil), waits: [wait]))], lease: lease)
                _ = try await journal.signal(1, .pause)
                await journal.close()
            }
            let journal = try SQLiteJournal(path: path)
            let lease = try await journal.acquire(holder: "b", now: second(2), until: second(9), takingAll: true).lease
            #expect(lease.token == 2)
            let claim = try await journal.claim(only: nil, limit: 9, now: second(3), lease: lease)
            #expect(claim.executions.map(\.records.count) == [2])
            #expect(claim.executions.map(\.takeovers) == [1])
            #expect(claim.executions.first?.signals.map(\.kind) == [.pause])
            let woken = try await journal.ingest([arrival("g", name: "order.paid")], lease: lease)
            #expect(woken == [.accepted(woken: [ExecutionID(rawValue: 2)])])
            #expect(
                try await journal.ingest([arrival("e")], lease: lease)
                    == [.duplicate(executions: [ExecutionID(rawValue: 1)])])
            await journal.close()
        }
    }

    @Test func aJournalThatIsDroppedWithoutClosingLosesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            for round in Int64(1)...5 {
                let journal = try await reopen(path)
                let lease = try await journal.testLease()
                _ = try await journal.ingest([arrival("e\(round)", birth(round))], lease: lease)
                let list = try await journal.executions(ExecutionQuery(limit: 10))
                #expect(list.count == Int(round))
            }
        }
    }

    @Test func theWriterIsDurableAndTheFileIsMarked() async throws {
        try await withJournal { journal, _ in
            #expect(try await journal.integer("PRAGMA synchronous") == 2)
            #expect(try await journal.integer("PRAGMA application_id") == Int64(Migration.applicationID))
            #expect(try await journal.integer("SELECT count(*) FROM migrations") == Int64(Migration.all.count))
            let isWAL = try await journal.integer("SELECT journal_mode = 'wal' FROM pragma_journal_mode")
            #expect(isWAL == 1)
        }
    }

    @Test func migrationsAreNumberedWithoutGaps() {
        #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
        #expect(Set(Migration.all.map(\.checksum)).count == Migration.all.count)
        #expect(Migration(number: 1, sql: "").checksum == "cbf29ce484222325")
        #expect(Migration(number: 1, sql: "a").checksum == "af63dc4c8601ec8c")
    }

    @Test func aFurtherMigrationIsAppliedToAnOldFile() async throws {
        try await withTemporaryDirectory { directory in
            let file = SQLiteFile(path: directory + "/journal.sqlite")
            try file.open(readerCount: 1).close()
            let further = Migration(number: Migration.all.count + 1, sql: "CREATE TABLE later (x INTEGER)")
            let pool = try file.open(readerCount: 1, migrations: Migration.all + [further])
            #expect(try await pool.read { try $0.tableExists("later") })
            try pool.close()
            expect(.tooNew, opening: file.path)
        }
    }

    @Test func aMigrationThatFailsLeavesTheOldSchema() async throws {
        try await withTemporaryDirectory { directory in
            let file = SQLiteFile(path: directory + "/journal.sqlite")
            try file.open(readerCount: 1).close()
            let broken = Migration(
                number: Migration.all.count + 1, sql: "CREATE TABLE later (x INTEGER); CREATE TABLE later (x INTEGER)")
            #expect(throws: SQLiteJournalError.self) {
                try file.open(readerCount: 1, migrations: Migration.all + [broken])
            }
            let pool = try file.open(readerCount: 1)
            #expect(try await pool.read { try !$0.tableExists("later") })
            try pool.close()
        }
    }

    @Test func aFileThatIsNoJournalIsRefusedAndLeftAlone() async throws {
        try await withTemporaryDirectory { directory in
            let text = directory + "/text"
            let bytes = Data(String(repeating: "no database at all\n", count: 500).utf8)
            try bytes.write(to: URL(fileURLWithPath: text))
            expect(.notAJournal, opening: text)
            #expect(try Data(contentsOf: URL(fileURLWithPath: text)) == bytes)
            let other = directory + "/other.sqlite"
            try withDatabase(other) { try $0.execute(sql: "CREATE TABLE players (id INTEGER)") }
            expect(.notAJournal, opening: other)
            try withDatabase(other) { database in
                let wasTouched = try database.tableExists("migrations")
                #expect(!wasTouched)
            }
        }
    }

    @Test func aMigrationOfAnotherChecksumIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            try SQLiteFile(path: path).open(readerCount: 1).close()
            try withDatabase(path) { try $0.execute(sql: "UPDATE migrations SET checksum = 'x'") }
            expect(.alteredMigration, opening: path)
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsSaidToBe() async throws {
        try await withTemporaryDirectory { directory in
            expect(.noDirectory, opening: directory + "/missing/journal.sqlite")
            expect(.readOnly, opening: directory)
            expect(.readOnly, opening: "/proc/journal.sqlite")
        }
    }

    @Test func twoJournalsOnOneFileSeeEachOthersWrites() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let (one, two) = (try SQLiteJournal(path: path), try SQLiteJournal(path: path))
            let (first, second) = (try await one.testLease(), try await two.testLease())
            #expect(second.token > first.token)
            // The other's memory of shapes and names is out of date after each of these.
            _ = try await two.ingest([arrival("a", name: "order.paid")], lease: second)
            let wait = EventWait(key: "w", event: "order.paid", match: [])
            _ = try await one.ingest([arrival("b", birth(1, .waiting(until: nil), waits: [wait]))], lease: first)
            let woken = try await two.ingest([arrival("c", name: "order.paid")], lease: second)
            #expect(woken == [.accepted(woken: [ExecutionID(rawValue: 1)])])
            _ = try await two.ingest([arrival("d", birth(2))], lease: second)
            #expect(try await one.executions(ExecutionQuery(limit: 9)).count == 2)
            _ = try await two.acquire(
                holder: "c", now: .init(microseconds: 0), until: .init(microseconds: 1), takingAll: true)
            await #expect(throws: JournalError.fenced) { try await one.ingest([arrival("e")], lease: first) }
            await one.close()
            await two.close()
        }
    }
}

extension SQLiteJournal {
    fileprivate func signal(_ id: Int64, _ kind: Signal.Kind) async throws -> SignalReceipt {
        try await signal(ExecutionID(rawValue: id), kind, now: second(2))
    }
}
