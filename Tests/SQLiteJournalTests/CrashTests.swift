import Foundation
import GRDB
import Synchronization
import Testing
import Workflow

@testable import SQLiteJournal

/// A process that is killed while it writes loses nothing that it was told was written.
@Suite struct CrashTests {
    /// How many tasks write, each one execution after the other.
    private static let tasks = 32
    private static let records = 6

    @Test(arguments: [40, 300, 900, 1_700])
    func everythingAcknowledgedIsThereAfterAKill(acknowledgements: Int) async throws {
        try await withTemporaryDirectory { directory in
            for round in 0..<3 {
                await #expect(processExitsWith: .signal(SIGKILL)) {
                    [directory = directory as String, limit = acknowledgements as Int, round = round as Int] in
                    try await CrashTests.writeUntilKilled(in: directory, after: limit, round: round)
                }
            }
            try await check(directory)
        }
    }

    /// Writes, notes each acknowledgement in a file, and kills its own process in the middle of it.
    private static func writeUntilKilled(in directory: String, after limit: Int, round: Int) async throws {
        let journal = try SQLiteJournal(path: directory + "/journal.sqlite")
        let log = open(directory + "/acknowledged", O_WRONLY | O_APPEND | O_CREAT, 0o600)
        let lease = try await journal.acquire(holder: "c", now: second(0), until: second(9), takingAll: true).lease
        let notes = Notes(descriptor: log, limit: limit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for turn in 0..<1_000_000 {
                        let id = Int64(((round * 1_000_000) + turn) * tasks + task)
                        _ = try await journal.ingest([arrival("e\(id)", birth(id))], lease: lease)
                        notes.add(id, 0)
                        for number in 1...records {
                            _ = try await journal.commit(record(id, number), lease: lease)
                            notes.add(id, number)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func check(_ directory: String) async throws {
        let log = try String(contentsOfFile: directory + "/acknowledged", encoding: .utf8)
        var acknowledged: [Int64: Int] = [:]
        for line in log.split(separator: "\n") {
            let parts = line.split(separator: " ")
            let (id, number) = (try #require(Int64(parts[0])), try #require(Int(parts[1])))
            acknowledged[id] = max(acknowledged[id] ?? 0, number)
        }
        let journal = try SQLiteJournal(path: directory + "/journal.sqlite")
        #expect(try await journal.integer("SELECT integrity_check = 'ok' FROM pragma_integrity_check") == 1)
        for (id, number) in acknowledged {
            let stored = try #require(try await journal.execution(ExecutionID(rawValue: id)))
            // One more may have been committed without the answer being noted.
            #expect(stored.records.count == number + 1 || stored.records.count == number + 2)
        }
        let list = try await journal.executions(ExecutionQuery(limit: 1_000_000))
        #expect(list.count <= acknowledged.count + 3 * Self.tasks)
        await journal.close()
    }
}

/// A file of acknowledgements, one line each; after the last one that it takes, the process is killed.
private final class Notes: Sendable {
    private let descriptor: Int32
    private let left: Mutex<Int>

    init(descriptor: Int32, limit: Int) {
        self.descriptor = descriptor
        left = Mutex(limit)
    }

    func add(_ id: Int64, _ number: Int) {
        let line = Array("\(id) \(number)\n".utf8)
        left.withLock { left in
            _ = write(descriptor, line, line.count)
            left -= 1
            if left == 0 { kill(getpid(), SIGKILL) }
        }
    }
}
