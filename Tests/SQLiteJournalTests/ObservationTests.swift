import Foundation
import Synchronization
import Testing
import Workflow

@testable import SQLiteJournal

@Suite struct ObservationTests {
    @Test func eachStatementIsObservedWithATableOfTheList() async throws {
        let seen = Mutex<[QueryObservation]>([])
        try await withJournal(observe: { observation in seen.withLock { $0.append(observation) } }) { journal, lease in
            _ = try await journal.ingest([arrival("a", birth(1)), arrival("b", birth(2))], lease: lease)
            _ = try await journal.commit(record(1, 1), lease: lease)
            _ = try await journal.execution(ExecutionID(rawValue: 1))
            _ = try await journal.statistics()
            _ = try? await journal.ingest([arrival("c", birth(1))], lease: lease)
        }
        let all = seen.withLock { $0 }
        #expect(all.allSatisfy { QueryObservation.tables.contains($0.table) && $0.duration >= .zero })
        func count(_ operation: QueryObservation.Operation, _ table: String) -> Int {
            all.count { $0.operation == operation && $0.table == table && $0.error == nil }
        }
        #expect(count(.insert, "executions") == 2)
        #expect(count(.insert, "records") == 1)
        #expect(count(.select, "executions") > 0)
        #expect(all.contains { $0.table == "executions" && $0.error == .constraint })
    }

    @Test func connectionsAreCounted() async throws {
        try await withJournal { journal, _ in
            let during = try await journal.write { [journal] _ in journal.connectionNumbers }
            #expect(during == ConnectionNumbers(active: 1, size: 5, failed: 0))
            let reading = try await journal.read { [journal] _ in journal.connectionNumbers }
            #expect(reading.active >= 1)
        }
    }

    @Test func anEndedExecutionOfOneStepTakesLessThanAKilobyte() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            let lease = try await journal.testLease()
            let outcome = Outcome(result: .allowed, reason: "below the limit", errorType: nil, endedAt: second(1))
            let count = 4_000
            for start in stride(from: 0, to: count, by: 500) {
                let arrivals = (start..<start + 500).map { number in
                    arrival(UUID().uuidString, birth(Int64(number) << 20, .ended(outcome)))
                }
                _ = try await journal.ingest(arrivals, lease: lease)
            }
            await journal.close()
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(try #require(size) / count < 1_000)
        }
    }

    @Test func theWALIsUsedAgainRatherThanGrown() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/journal.sqlite"
            let journal = try SQLiteJournal(path: path)
            let lease = try await journal.testLease()
            for number in 0..<60 {
                _ = try await journal.ingest([arrival("e\(number)", size: 1_000_000)], lease: lease)
            }
            let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            #expect(try #require(size) < 24_000_000)
            await journal.close()
        }
    }
}
