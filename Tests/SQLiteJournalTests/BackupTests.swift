import Foundation
import GRDB
import Synchronization
import Testing
import Workflow

@testable import SQLiteJournal

@Suite struct BackupTests {
    private let ended = Outcome(result: .executed, reason: nil, errorType: nil, endedAt: second(1))

    private func fill(_ journal: SQLiteJournal, _ ids: Range<Int64>, size: Int, lease: Lease) async throws {
        for id in ids {
            _ = try await journal.ingest([arrival("e\(id)", size: size, birth(id, .ended(ended)))], lease: lease)
        }
    }

    @Test func aBackupHoldsWhatWasAcknowledgedBeforeItBegan() async throws {
        try await withTemporaryDirectory { directory in
            let journal = try SQLiteJournal(path: directory + "/journal.sqlite")
            let lease = try await journal.testLease()
            try await fill(journal, 1..<300, size: 20_000, lease: lease)
            let target = directory + "/backup.sqlite"
            // Somebody writes all the while.
            let isDone = Mutex(false)
            let started = AsyncStream.makeStream(of: Void.self)
            async let written: Int64 = {
                var id: Int64 = 1_000
                while !isDone.withLock({ $0 }) {
                    _ = try await journal.ingest([arrival("e\(id)", birth(id))], lease: lease)
                    started.continuation.yield()
                    id += 1
                }
                return id
            }()
            for await _ in started.stream { break }
            let facts = try SQLiteBackup.make(of: directory + "/journal.sqlite", at: target)
            isDone.withLock { $0 = true }
            #expect(try await written > 1_000)
            await journal.close()
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory).sorted().filter { $0.hasPrefix("b") }
                    == ["backup.sqlite"])
            let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(try SQLiteBackup.verify(target) == facts)
            let copy = try SQLiteJournal(path: target)
            let ids = try await copy.executions(ExecutionQuery(before: ExecutionID(rawValue: 1_000), limit: 1_000))
            #expect(ids.count == 299)
            // What came later is there from the first on, or not at all.
            let later = try await copy.executions(ExecutionQuery(limit: 100_000)).map(\.id.rawValue)
                .filter { $0 >= 1_000 }
            #expect(later.reversed() == Array(1_000..<1_000 + Int64(later.count)))
            #expect(facts.executions == 299 + later.count && facts.active == later.count)
            #expect(facts.events == facts.executions && facts.lastEvent == second(1))
            #expect(try await copy.integer("PRAGMA auto_vacuum") == 2)
            #expect(try await copy.testLease().token == lease.token + 1)
            await copy.close()
        }
    }

    @Test func aBackupOfWhatNobodyHasOpen() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            try await fill(journal, 1..<3, size: 10, lease: try await journal.testLease())
            await journal.close()
            let facts = try SQLiteBackup.make(of: path, at: directory + "/backup.sqlite")
            #expect(facts.executions == 2 && facts.schema == Migration.all.count)
        }
    }

    @Test func aBackupTakesNothingsPlace() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            try await fill(journal, 1..<3, size: 10, lease: try await journal.testLease())
            try Data("mine".utf8).write(to: URL(fileURLWithPath: directory + "/notes"))
            for target in [path, directory + "/notes", directory] {
                let error = #expect(throws: SQLiteJournalError.self) { try SQLiteBackup.make(of: path, at: target) }
                #expect(error?.code == .exists)
            }
            #expect(try String(contentsOfFile: directory + "/notes", encoding: .utf8) == "mine")
            #expect(try await journal.executions(ExecutionQuery(limit: 9)).count == 2)
            await journal.close()
        }
    }

    @Test func aBackupThatCannotBeWrittenLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            let before = try FileManager.default.contentsOfDirectory(atPath: directory)
            for target in [directory + "/missing/backup.sqlite", "/proc/backup.sqlite"] {
                let error = #expect(throws: SQLiteJournalError.self) { try SQLiteBackup.make(of: path, at: target) }
                #expect(error?.code == .failed)
            }
            let missing = #expect(throws: SQLiteJournalError.self) {
                try SQLiteBackup.make(of: directory + "/none.sqlite", at: directory + "/backup.sqlite")
            }
            #expect(missing?.code == .missing)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == before)
            await journal.close()
        }
    }

    @Test func whatIsNoSoundJournalIsTold() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            try await fill(journal, 1..<100, size: 2_000, lease: try await journal.testLease())
            await journal.close()
            func verify(_ name: String, _ code: SQLiteJournalError.Code) {
                let error = #expect(throws: SQLiteJournalError.self) {
                    try SQLiteBackup.verify(directory + "/" + name)
                }
                #expect(error?.code == code, "\(name)")
            }
            verify("none", .missing)
            try Data(repeating: 0x41, count: 10_000).write(to: URL(fileURLWithPath: directory + "/text"))
            verify("text", .notAJournal)
            let other = try DatabaseQueue(path: directory + "/other")
            try await other.write { try $0.execute(sql: "CREATE TABLE t (a)") }
            try other.close()
            verify("other", .notAJournal)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes.replaceSubrange(5 * 4_096..<(bytes.count - 4_096), with: Data(count: bytes.count - 6 * 4_096))
            try bytes.write(to: URL(fileURLWithPath: directory + "/broken"))
            verify("broken", .damaged)
            let newer = try DatabaseQueue(path: path)
            try await newer.write {
                try $0.execute(sql: "INSERT INTO migrations VALUES (\(Migration.all.count + 1), 'x')")
            }
            try newer.close()
            verify("journal.sqlite", .tooNew)
        }
    }
}
