import Foundation
import Synchronization
import Testing
import Workflow

@testable import SQLiteJournal

/// Events come in while much is forgotten. `PURGE_EXECUTIONS=100000` forgets more, and prints what it costs.
@Suite(.timeLimit(.minutes(30))) struct PurgeLoadTests {
    private static let count = ProcessInfo.processInfo.environment["PURGE_EXECUTIONS"].flatMap(Int64.init) ?? 2_000
    private static let batch = 100

    @Test func nobodyWaitsForLong() async throws {
        try await withJournal { journal, lease in
            try await fill(journal, lease)
            let isDone = Mutex(false)
            let started = AsyncStream.makeStream(of: Void.self)
            async let latencies: [Duration] = {
                defer { started.continuation.finish() }
                var latencies: [Duration] = []
                var id = Self.count + 1
                while !isDone.withLock({ $0 }) {
                    let start = ContinuousClock.now
                    _ = try await journal.ingest([arrival("e\(id)", birth(id))], lease: lease)
                    latencies.append(ContinuousClock.now - start)
                    started.continuation.yield()
                    id += 1
                }
                return latencies
            }()
            for await _ in started.stream { break }
            var purges: [Duration] = []
            var left = Int(Self.count)
            while left > 0 {
                let start = ContinuousClock.now
                left -= try await journal.purge(Purge(endedBefore: second(9), limit: Self.batch)).executions
                let took = ContinuousClock.now - start
                purges.append(took)
                try await Task.sleep(for: took)
            }
            isDone.withLock { $0 = true }
            let waited = try await latencies
            #expect(try await journal.statistics().active == ["orders": waited.count])
            #expect(purges.count == (Int(Self.count) + Self.batch - 1) / Self.batch)
            guard Self.count >= 100_000 else { return }
            print("purges of \(Self.batch):", Self.quantiles(purges))
            print("events meanwhile:", Self.quantiles(waited))
        }
    }

    private func fill(_ journal: SQLiteJournal, _ lease: Lease) async throws {
        let ended = Outcome(result: .executed, reason: nil, errorType: nil, endedAt: second(2))
        for start in stride(from: 1, through: Self.count, by: 500) {
            let ids = start..<min(start + 500, Self.count + 1)
            _ = try await journal.ingest(ids.map { arrival("e\($0)", birth($0)) }, lease: lease)
            try await withThrowingTaskGroup { group in
                for id in ids {
                    group.addTask { _ = try await journal.commit(record(id, 1, .ended(ended)), lease: lease) }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func quantiles(_ durations: [Duration]) -> String {
        let sorted = durations.sorted()
        let texts = [0.5, 0.95, 0.99, 1].map { part in
            "P\(Int(part * 100)) \(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))])"
        }
        return "\(sorted.count), " + texts.joined(separator: ", ")
    }
}
