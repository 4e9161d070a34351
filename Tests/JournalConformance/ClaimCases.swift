import Testing
import Workflow

extension JournalConformance {
    static let claimCases: [JournalCase] = [
        JournalCase("a claim takes the runnable and those whose time has come, the oldest first") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .runnable, at: 5, lease: lease)
            try await bench.start(2, .runnable, at: 3, lease: lease)
            try await bench.start(3, .waiting(until: .at(2)), lease: lease)
            try await bench.start(4, .waiting(until: .at(1)), lease: lease)
            try await bench.start(5, .waiting(until: .at(11)), lease: lease)
            try await bench.start(6, .runnable, at: 3, lease: lease)
            try await bench.start(7, .paused, lease: lease)
            try await bench.start(8, .running, lease: lease)
            try await bench.start(9, .waiting(until: nil), lease: lease)
            let claim = try await bench.claim(now: 10, lease: lease)
            #expect(claim.ids == [4, 3, 2, 6, 1])
            #expect(claim.executions.map(\.runnableSince) == [1, 2, 3, 3, 5].map { Timestamp.at($0) })
            #expect(claim.executions.allSatisfy { $0.summary.status == .running && $0.summary.wakeAt == nil })
            #expect(claim.nextWake == .at(11))
            #expect(!claim.more)
            for id in claim.ids { try await bench.commit(id.rawValue, 1, lease: lease) }
        },
        JournalCase("an execution whose wake is exactly now is due") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .waiting(until: .at(10)), lease: lease)
            #expect(try await bench.claim(now: 9, lease: lease).ids == [])
            let claim = try await bench.claim(now: 10, lease: lease)
            #expect(claim.ids == [1])
            #expect(claim.nextWake == nil)
        },
        JournalCase("a limit leaves the rest, and says so") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...3 { try await bench.start(id, .runnable, at: id, lease: lease) }
            try await bench.start(4, .waiting(until: .at(2)), lease: lease)
            let none = try await bench.claim(limit: 0, lease: lease)
            #expect(none.ids == [])
            #expect(none.more)
            let first = try await bench.claim(limit: 2, lease: lease)
            #expect(first.ids == [1, 2])
            #expect(first.more)
            #expect(first.nextWake == .at(2))
            let second = try await bench.claim(limit: 1, lease: lease)
            #expect(second.ids == [4])
            #expect(second.more)
            let third = try await bench.claim(limit: 1, lease: lease)
            #expect(third.ids == [3])
            #expect(!third.more)
        },
        JournalCase("a claim of named executions takes those that can be taken") { bench in
            let lease = try await bench.lease()
            let other = try await bench.lease()
            try await bench.start(1, .runnable, at: 4, lease: lease)
            try await bench.start(2, .waiting(until: .at(1)), lease: lease)
            try await bench.start(3, .waiting(until: .at(99)), lease: lease)
            try await bench.start(4, .running, lease: lease)
            try await bench.start(5, .running, lease: other)
            try await bench.start(6, .paused, lease: lease)
            try await bench.start(7, .ended(.sample()), lease: lease)
            try await bench.start(8, .runnable, at: 3, lease: lease)
            try await bench.start(9, .runnable, at: 2, lease: lease)
            let only: [Int64] = [7, 6, 5, 4, 3, 2, 1, 1, 8, 77]
            let first = try await bench.claim(only, limit: 2, lease: lease)
            #expect(first.ids == [2, 8])
            #expect(first.more)
            let second = try await bench.claim(only, lease: lease)
            #expect(second.ids == [1])
            #expect(!second.more)
            #expect(second.nextWake == .at(99))
            #expect(try await bench.claim([], lease: lease).ids == [])
            #expect(try await bench.status(9) == .queued)
        },
        JournalCase("a claim brings the event, all records and the signals") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.commit(1, 1, lease: lease)
            try await bench.commit(1, 2, .paused, lease: lease)
            _ = try await bench.journal.signal(1, .resume(data: nil), now: .at(8))
            let claimed = try #require(try await bench.claim(lease: lease).executions.first)
            #expect(claimed.recordTexts == (0...2).map { "record \($0) of 1" })
            #expect(claimed.event == Arrival.sample("start-1").event)
            #expect(claimed.signals == [Signal(number: 1, kind: .resume(data: nil), at: .at(8))])
            #expect(claimed.runnableSince == .at(8))
        },
        JournalCase("two leases never get the same execution") { bench in
            let leases = [try await bench.lease(), try await bench.lease()]
            for id in Int64(1)...200 { try await bench.start(id, .runnable, lease: leases[0]) }
            let claimed = try await withThrowingTaskGroup(of: [ExecutionID].self) { group in
                for round in 0..<40 {
                    group.addTask { try await bench.claim(limit: 7, lease: leases[round % 2]).ids }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 200)
            #expect(Set(claimed).count == 200)
        },
    ]
}
