import Testing
import Workflow

extension JournalConformance {
    static let commitCases: [JournalCase] = [
        JournalCase("records are appended in order and come back with the execution") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, lease: lease)
            for number in 1...12 {
                #expect(try await bench.commit(1, number, lease: lease) == [])
                try await bench.commit(2, number, lease: lease)
            }
            let stored = try await bench.execution(1)
            #expect(stored.recordTexts == (0...12).map { "record \($0) of 1" })
            #expect(stored.summary.status == .running)
        },
        JournalCase("a record with another number than the next is a conflict") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.commit(1, 1, lease: lease)
            for number in [-1, 0, 1, 3] {
                try await bench.expectConflict(on: 1) { try await bench.commit(1, number, lease: lease) }
            }
            try await bench.commit(1, 2, lease: lease)
        },
        JournalCase("an execution that is unknown or driven by nobody or by another lease is a conflict") { bench in
            let lease = try await bench.lease()
            let other = try await bench.lease()
            try await bench.start(1, .waiting(until: nil), lease: lease)
            try await bench.start(2, .runnable, lease: lease)
            try await bench.start(3, .paused, lease: lease)
            try await bench.start(4, .ended(.sample()), lease: lease)
            try await bench.start(5, lease: other)
            for id in Int64(1)...6 {
                try await bench.expectConflict(on: id) { try await bench.commit(id, 1, lease: lease) }
            }
        },
        JournalCase("a commit moves the execution to each disposition") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...5 { try await bench.start(id, lease: lease) }
            try await bench.commit(1, 1, .runnable, at: 7, lease: lease)
            try await bench.commit(2, 1, .waiting(until: .at(30)), lease: lease)
            try await bench.commit(3, 1, .waiting(until: nil), lease: lease)
            try await bench.commit(4, 1, .paused, lease: lease)
            let outcome = Outcome(result: .failed, reason: "no", errorType: .contextBuild, endedAt: .at(9))
            try await bench.commit(5, 1, .ended(outcome), lease: lease)
            #expect(try await bench.status(1) == .queued)
            #expect(try await bench.execution(1).runnableSince == .at(7))
            #expect(try await bench.status(2) == .waiting)
            #expect(try await bench.execution(2).summary.wakeAt == .at(30))
            #expect(try await bench.execution(3).summary.wakeAt == nil)
            #expect(try await bench.status(4) == .paused)
            #expect(try await bench.execution(5).summary.outcome == outcome)
            try await bench.expectConflict(on: 2) { try await bench.commit(2, 2, lease: lease) }
        },
        JournalCase("an end drops waits and signals") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, waits: [try .sample()], lease: lease)
            _ = try await bench.journal.signal(1, .pause, now: .at(2))
            #expect(try await bench.commit(1, 1, .ended(.sample()), lease: lease) == [])
            #expect(try await bench.execution(1).signals == [])
            let paid = try await bench.ingest(.sample("paid", name: "order.paid"), lease: lease)
            #expect(paid == [.accepted(woken: [])])
            #expect(try await bench.status(1) == .ended)
        },
        JournalCase("statistics count what is runnable and what has not ended") { bench in
            #expect(try await bench.counts() == JournalStatistics())
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, .runnable, at: 9, lease: lease)
            try await bench.start(3, .runnable, at: 8, lease: lease)
            try await bench.start(4, .waiting(until: .at(1)), lease: lease)
            try await bench.start(5, .paused, lease: lease)
            try await bench.start(6, .ended(.sample()), lease: lease)
            try await bench.ingest(
                .sample("x", starting: [.sample(7, .running, workflow: "fraud", version: "1")]), lease: lease)
            try await bench.ingest(
                .sample("y", starting: [.sample(8, .running, workflow: "fraud", version: "2")]), lease: lease)
            try await bench.ingest(
                .sample("z", starting: [.sample(9, .runnable, at: 4, workflow: "fraud", priority: 9)]), lease: lease)
            let expected = JournalStatistics(
                runnable: [Priority.usual: .init(count: 2, oldest: .at(8)), 9: .init(count: 1, oldest: .at(4))],
                active: ["orders": 5, "fraud": 3])
            #expect(try await bench.counts() == expected)
        },
    ]
}
