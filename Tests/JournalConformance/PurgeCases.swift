import Testing
import Workflow

extension JournalConformance {
    static let purgeCases: [JournalCase] = [
        JournalCase("what ended before the time goes, with its records and its event; all else stays") { bench in
            let lease = try await bench.lease()
            try await bench.end(1, at: 5, lease: lease)
            try await bench.end(2, at: 10, lease: lease)
            let rest: [Disposition] = [
                .running, .runnable, .waiting(until: nil), .paused, .deadLetter(reason: "r"),
            ]
            for (index, disposition) in rest.enumerated() {
                try await bench.start(Int64(index) + 3, disposition, lease: lease)
            }
            #expect(try await bench.purge(Purge(endedBefore: .at(10), limit: 9)) == Purged(executions: 1, events: 1))
            #expect(try await bench.ids() == [2, 3, 4, 5, 6, 7])
            #expect(try await bench.journal.execution(1) == nil)
            #expect(try await bench.execution(2).records.count == 3)
            #expect(try await bench.signal(1, .pause) == .unknown)
            // Its event may come again.
            #expect(try await bench.start(.sample(1), lease: lease) == Acceptance())
            #expect(try await bench.execution(1).recordTexts == ["record 0 of 1"])
            #expect(try await bench.purge(Purge(endedBefore: .at(10), limit: 9)) == Purged(executions: 0, events: 0))
        },
        JournalCase("a limit takes those that ended first, one workflow after another") { bench in
            let lease = try await bench.lease()
            for (id, at, workflow) in [(Int64(1), Int64(9), "b"), (2, 8, "a"), (3, 7, "a"), (4, 2, "b"), (5, 3, "b")] {
                try await bench.end(id, at: at, workflow: workflow, lease: lease)
            }
            for left in [[1, 2, 4, 5], [1, 4, 5], [1, 5], [1], []] as [[ExecutionID]] {
                let purged = try await bench.purge(Purge(endedBefore: .at(50), limit: 1))
                #expect(purged == Purged(executions: 1, events: 1))
                #expect(try await bench.ids() == left)
            }
            for limit in [0, -1] {
                try await bench.end(6, at: 1, lease: lease)
                let purged = try await bench.purge(Purge(endedBefore: .at(50), limit: limit))
                #expect(purged == Purged(executions: 0, events: 0))
                _ = try await bench.purge(Purge(endedBefore: .at(50), limit: 1_000_000))
            }
        },
        JournalCase("the newest of each workflow stay, as many as are to be kept") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...5 { try await bench.end(id, at: 20 - id, lease: lease) }
            try await bench.start(6, lease: lease)
            for id in Int64(7)...8 { try await bench.end(id, at: id, workflow: "other", lease: lease) }
            // Nothing but a time makes events go.
            #expect(try await bench.purge(Purge(keepLast: 3, limit: 9)) == Purged(executions: 3, events: 0))
            #expect(try await bench.ids() == [4, 5, 6, 7, 8])
            #expect(try await bench.ingest(.sample("start-1"), lease: lease) == [.duplicate(executions: [])])
            #expect(try await bench.purge(Purge(keepLast: 3, limit: 9)).executions == 0)
            // Both conditions must fit.
            let both = Purge(endedBefore: .at(8), keepLast: 1, limit: 9)
            #expect(try await bench.purge(both).executions == 1)
            #expect(try await bench.ids() == [4, 5, 6, 8])
            #expect(try await bench.purge(Purge(keepLast: 0, limit: 9)).executions == 3)
            #expect(try await bench.ids() == [6])
        },
        JournalCase("a purge of one workflow leaves the others, and events that started nothing") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...4 { try await bench.end(id, at: 5, workflow: "w\(id % 2)", lease: lease) }
            try await bench.ingest(.sample("idle"), lease: lease)
            let one = Purge(workflow: "w1", endedBefore: .at(50), limit: 9)
            #expect(try await bench.purge(one) == Purged(executions: 2, events: 0))
            #expect(try await bench.ids() == [2, 4])
            #expect(try await bench.purge(Purge(workflow: "none", endedBefore: .at(50), limit: 9)).executions == 0)
            let all = Purge(endedBefore: .at(50), limit: 9)
            #expect(try await bench.purge(all) == Purged(executions: 2, events: 5))
        },
        JournalCase("a purge of all but some leaves those; one that keeps all lets only events go") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...3 { try await bench.end(id, at: 5, workflow: "w\(id)", lease: lease) }
            try await bench.ingest(.sample("idle"), lease: lease)
            let none = Purge(workflow: "w1", except: ["w1"], endedBefore: .at(50), limit: 9)
            #expect(try await bench.purge(none) == Purged(executions: 0, events: 0))
            let some = Purge(except: ["w1", "w3", "other"], keepLast: 0, limit: 9)
            #expect(try await bench.purge(some) == Purged(executions: 1, events: 0))
            #expect(try await bench.ids() == [1, 3])
            let events = Purge(eventsBefore: .at(50), keepLast: .max, limit: 9)
            #expect(try await bench.purge(events) == Purged(executions: 0, events: 2))
            #expect(try await bench.ids() == [1, 3])
        },
        JournalCase("events are known for longer than executions where they are to be") { bench in
            let lease = try await bench.lease()
            try await bench.end(1, at: 5, receivedAt: 5, lease: lease)
            try await bench.end(2, at: 5, receivedAt: 4, lease: lease)
            let purge = Purge(endedBefore: .at(50), eventsBefore: .at(5), limit: 9)
            #expect(try await bench.purge(purge) == Purged(executions: 2, events: 1))
            #expect(try await bench.ingest(.sample("start-1", at: 5), lease: lease) == [.duplicate(executions: [])])
            let later = Purge(endedBefore: .at(50), eventsBefore: .at(6), limit: 9)
            #expect(try await bench.purge(later) == Purged(executions: 0, events: 1))
            try await bench.end(3, at: 5, receivedAt: 4, workflow: "w", lease: lease)
            let one = Purge(workflow: "w", eventsBefore: .at(9), limit: 9)
            #expect(try await bench.purge(one) == Purged(executions: 1, events: 0))
        },
        JournalCase("an event stays as long as one of its executions, and names those that are there") { bench in
            let lease = try await bench.lease()
            let births = [
                NewExecution.sample(1, .ended(.sample(at: 5))), .sample(2), .sample(3, .ended(.sample(at: 30))),
            ]
            let arrival = Arrival.sample("e", starting: births)
            try await bench.ingest(arrival, lease: lease)
            #expect(try await bench.purge(Purge(endedBefore: .at(10), limit: 9)) == Purged(executions: 1, events: 0))
            #expect(try await bench.ingest(arrival, lease: lease) == [.duplicate(executions: [2, 3])])
            #expect(try await bench.journal.executions(ExecutionQuery(eventID: "e", limit: 9)).map(\.id) == [3, 2])
            try await bench.commit(2, 1, .ended(.sample(at: 20)), lease: lease)
            #expect(try await bench.purge(Purge(endedBefore: .at(99), limit: 9)) == Purged(executions: 2, events: 1))
            #expect(try await bench.ingest(arrival, lease: lease) == [.accepted(woken: [])])
        },
        JournalCase("events that started nothing go when they are old, the oldest first") { bench in
            let lease = try await bench.lease()
            for time in [Int64(5), 3, 9, 10, 4] { try await bench.ingest(.sample("e\(time)", at: time), lease: lease) }
            try await bench.end(1, at: 2, receivedAt: 50, lease: lease)
            let purge = Purge(endedBefore: .at(10), limit: 2)
            // The event of the execution is younger than its execution's end, and stays until it is old.
            #expect(try await bench.purge(purge) == Purged(executions: 1, events: 2))
            #expect(try await bench.ingest(.sample("e5", at: 5), lease: lease) == [.duplicate(executions: [])])
            #expect(try await bench.ingest(.sample("e4", at: 10), lease: lease) == [.accepted(woken: [])])
            #expect(try await bench.purge(purge) == Purged(executions: 0, events: 2))
            #expect(try await bench.purge(purge) == Purged(executions: 0, events: 0))
            #expect(try await bench.purge(Purge(endedBefore: .at(51), limit: 9)) == Purged(executions: 0, events: 3))
        },
        JournalCase("it stays known when the last occurrence of a schedule was that has been forgotten") { bench in
            let lease = try await bench.lease()
            for (id, time) in [("a", 3), ("b", 5), ("c", 4), ("d", 9)] as [(String, Int64)] {
                try await bench.ingest(.sample(id, name: Schedule.eventName, at: time), lease: lease)
            }
            let born = Arrival.sample("e", name: Schedule.eventName, at: 7, starting: [.sample(1, .ended(.sample()))])
            try await bench.ingest(born, lease: lease)
            try await bench.ingest(.sample("other", at: 8), lease: lease)
            #expect(try await bench.forgottenOccurrence() == nil)
            let events = Purge(eventsBefore: .at(9), keepLast: .max, limit: 2)
            #expect(try await bench.purge(events) == Purged(executions: 0, events: 2))
            #expect(try await bench.forgottenOccurrence() == .at(4))
            #expect(try await bench.purge(events) == Purged(executions: 0, events: 2))
            #expect(try await bench.forgottenOccurrence() == .at(5))
            let all = Purge(endedBefore: .at(6), eventsBefore: .at(9), limit: 9)
            #expect(try await bench.purge(all) == Purged(executions: 1, events: 1))
            #expect(try await bench.forgottenOccurrence() == .at(7))
            #expect(try await bench.purge(Purge(eventsBefore: .at(99), keepLast: .max, limit: 9)).events == 1)
            #expect(try await bench.forgottenOccurrence() == .at(9))
        },
        JournalCase("an event stays while a signal that it left has not been consumed") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .waiting(until: nil), waits: [try .sample()], lease: lease)
            let paid = Arrival.sample("paid", name: "order.paid", starting: [.sample(2, .ended(.sample()))])
            try await bench.ingest(paid, lease: lease)
            #expect(try await bench.purge(Purge(endedBefore: .at(99), limit: 9)) == Purged(executions: 1, events: 0))
            let claimed = try #require(try await bench.claim(lease: lease).executions.first)
            #expect(claimed.signals.map(\.kind) == [.event(wait: "wait", paid.event)])
            #expect(try await bench.purge(Purge(endedBefore: .at(99), limit: 9)) == Purged(executions: 0, events: 0))
            try await bench.commit(1, 1, consumed: 1, lease: lease)
            #expect(try await bench.purge(Purge(endedBefore: .at(99), limit: 9)) == Purged(executions: 0, events: 1))
        },
    ]
}

extension JournalBench {
    fileprivate func purge(_ purge: Purge) async throws -> Purged { try await journal.purge(purge) }

    fileprivate func forgottenOccurrence() async throws -> Timestamp? {
        try await journal.statistics().forgottenOccurrence
    }

    fileprivate func ids() async throws -> [ExecutionID] {
        try await journal.executions(ExecutionQuery(limit: 100)).map(\.id).reversed()
    }

    /// Starts an execution and ends it with its third record.
    fileprivate func end(
        _ id: Int64, at: Int64, receivedAt: Int64 = 1, workflow: String = "orders", lease: Lease
    ) async throws {
        let arrival = Arrival.sample("start-\(id)", at: receivedAt, starting: [.sample(id, workflow: workflow)])
        try await ingest(arrival, lease: lease)
        try await commit(id, 1, lease: lease)
        try await commit(id, 2, .ended(.sample(at: at)), at: at, lease: lease)
    }
}
