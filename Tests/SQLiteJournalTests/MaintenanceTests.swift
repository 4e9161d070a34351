import Foundation
import GRDB
import Testing
import Workflow

@testable import SQLiteJournal

@Suite struct MaintenanceTests {
    private let ended = Outcome(result: .executed, reason: nil, errorType: nil, endedAt: second(1))

    private func fill(_ journal: SQLiteJournal, _ ids: Range<Int64>, size: Int, lease: Lease) async throws {
        for id in ids {
            _ = try await journal.ingest([arrival("e\(id)", size: size, birth(id, .ended(ended)))], lease: lease)
        }
    }

    // Space

    @Test func whatIsPurgedMakesTheFileSmallerInSteps() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            try await fill(journal, 1..<200, size: 20_000, lease: try await journal.testLease())
            let full = try await journal.integer("PRAGMA page_count")
            let reclaim = { (pages: Int) in
                try await journal.purge(Purge(limit: 0, reclaiming: pages * 4_096)).reclaimed / 4_096
            }
            #expect(try await reclaim(100) == 0)
            let purged = try await journal.purge(Purge(endedBefore: second(9), limit: 1_000))
            #expect(purged == Purged(executions: 199, events: 199))
            let free = try await journal.integer("PRAGMA freelist_count")
            #expect(free > full / 2)
            let space = try await journal.statistics().space
            #expect(space == JournalStatistics.Space(size: Int(full) * 4_096, free: Int(free) * 4_096))
            #expect(try await reclaim(0) == 0)
            #expect(try await reclaim(50) == 50)
            #expect(try await journal.integer("PRAGMA freelist_count") == free - 50)
            #expect(try await reclaim(1 << 30) == Int(free) - 50)
            #expect(try await journal.integer("SELECT integrity_check = 'ok' FROM pragma_integrity_check") == 1)
            await journal.close()
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
            #expect(try #require(size) < full * 4_096 / 2)
        }
    }

    /// With far fewer pages than a commit would carry over by itself.
    @Test(.timeLimit(.minutes(30))) func aPauseCarriesTheWALOver() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            try await fill(journal, 1..<250, size: 20_000, lease: try await journal.testLease())
            let pages = { (file: String) in
                (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0) / 4_096
            }
            #expect(try pages(path + "-wal") < 4_000)
            while try pages(path) < 300 { try await Task.sleep(for: .milliseconds(10)) }
            await journal.close()
        }
    }

    // Schemas

    @Test func aJournalOfTheSecondSchemaGoesOn() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let old = try SQLiteFile(path: path).open(readerCount: 1, migrations: Array(Migration.all.prefix(2)))
            try await old.writeWithoutTransaction { database in try database.execute(sql: Self.secondSchemaRows) }
            try old.close()
            let journal = try SQLiteJournal(path: path)
            let lease = try await journal.acquire(holder: "b", now: second(9), until: second(20), takingAll: true)
            #expect(lease.takenOver == 1)
            let claim = try await journal.claim(only: nil, limit: 9, now: second(9), lease: lease.lease)
            #expect(claim.executions.map(\.summary.id.rawValue) == [2, 1])
            #expect(claim.executions.map(\.summary.priority) == [Priority.usual, Priority.usual])
            #expect(claim.executions.map(\.signals.count) == [0, 1])
            #expect(try await journal.workflows(.current).map(\.schedule) == [ScheduleState()])
            #expect(
                try await journal.purge(Purge(endedBefore: second(9), limit: 9)) == Purged(executions: 1, events: 2))
            #expect(try await journal.statistics().active == ["orders": 2])
            await journal.close()
        }
    }

    /// A running execution with a signal, one that is runnable, one that has ended; an event that started nothing.
    private static let secondSchemaRows = """
        INSERT INTO leases (holder, expires_at) VALUES ('a', 5000000);
        INSERT INTO workflows (key, id, current, enabled) VALUES (1, 'orders', 1, 1);
        INSERT INTO versions (key, workflow, version, source, deployed_at) VALUES (1, 1, '1.0.0', 'text', 1);
        INSERT INTO events (key, received_at, id, name, executions, data)
        VALUES (1, 1000000, 'e', 'n', x'000000000000000100000000000000020000000000000003', x'7b7d'),
            (2, 1000000, 'f', 'n', x'', x'7b7d'), (3, 1000000, 'g', 'n', x'0000000000000003', x'7b7d');
        INSERT INTO executions (
            id, workflow, version, started_by, event, status, owner, runnable_since, result, started_at, ended_at,
            signalled, pending, opening
        ) VALUES (1, 1, 1, 0, 1, 1, 1, NULL, NULL, 1000000, NULL, 1, 1, x'5b5d'),
            (2, 1, 1, 0, 1, 0, NULL, 2000000, NULL, 1000000, NULL, 0, 0, x'5b5d'),
            (3, 1, 1, 0, 3, 4, NULL, NULL, 2, 1000000, 3000000, 0, 0, x'5b5d');
        INSERT INTO signals (execution, number, kind, at) VALUES (1, 1, 1, 1000000);
        """

    // Plans

    /// What is asked for often, or of large tables, is found by an index.
    @Test(arguments: [
        (
            "SELECT id FROM executions WHERE runnable_since IS NOT NULL "
                + "ORDER BY runnable_since - priority * 30000000, runnable_since, priority, id LIMIT 9",
            "executions_rank"
        ),
        ("SELECT 1 FROM executions WHERE slot = 'a' AND held IS NULL LIMIT 9", "executions_slot"),
        ("SELECT id, slot_limit FROM executions WHERE slot = 'a' AND held = 1 ORDER BY id LIMIT 1", "executions_slot"),
        ("SELECT id FROM executions WHERE workflow = 1 ORDER BY id DESC LIMIT 1 OFFSET 10", "executions_workflow"),
        (
            "SELECT id, event FROM executions WHERE workflow = 1 AND ended_at IS NOT NULL AND ended_at < 7 AND id < 7 "
                + "ORDER BY ended_at, id LIMIT 9", "executions_ended"
        ),
        (
            "SELECT key FROM events WHERE executions = x'' AND received_at < 7 ORDER BY received_at, key LIMIT 9",
            "events_idle"
        ),
        ("SELECT * FROM approvals ORDER BY requested_at, execution, name LIMIT 9", "approvals_requested"),
    ])
    func plansUseTheirIndex(sql: String, index: String) async throws {
        try await withTemporaryDirectory { directory in
            let pool = try SQLiteFile(path: directory + "/journal.sqlite").open(readerCount: 1)
            let plan = try await pool.read { database in
                try GRDB.Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains(index) }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            try pool.close()
        }
    }
}
