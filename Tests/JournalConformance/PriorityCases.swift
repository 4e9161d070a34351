import Testing
import Workflow

extension JournalConformance {
    static let priorityCases: [JournalCase] = [
        JournalCase("of executions that became runnable together, the most urgent is claimed first") { bench in
            let lease = try await bench.lease()
            for priority in [3, 9, 0, 5, 7] {
                let id = Int64(priority) + 1
                try await bench.start(.sample(id, .runnable, priority: priority), lease: lease)
                #expect(try await bench.summary(id).priority == priority)
            }
            #expect(try await bench.claim(limit: 3, lease: lease).ids == [10, 8, 6])
            #expect(try await bench.claim([1, 4], lease: lease).ids == [4, 1])
        },
        JournalCase("waiting makes up for a low priority") { bench in
            let lease = try await bench.lease()
            let step = Int64(Priority.ageing.inSeconds)
            try await bench.start(.sample(1, .runnable, at: 1_000, priority: 0), lease: lease)
            try await bench.start(.sample(2, .runnable, at: 1_000 + 9 * step - 1, priority: 9), lease: lease)
            try await bench.start(.sample(3, .runnable, at: 1_000 + 9 * step, priority: 9), lease: lease)
            try await bench.start(.sample(4, .runnable, at: 1_000 + 9 * step + 1, priority: 9), lease: lease)
            let statistics = try await bench.journal.statistics()
            #expect(statistics.runnable.mapValues(\.count) == [0: 1, 9: 3])
            #expect(statistics.runnable[0]?.oldest == .at(1_000))
            #expect(statistics.runnable[9]?.oldest == .at(1_000 + 9 * step - 1))
            let claim = try await bench.claim(now: 5_000, lease: lease)
            // At equal rank, who has waited longer.
            #expect(claim.ids == [2, 1, 3, 4])
            #expect(claim.executions.first?.runnableSince == .at(1_000 + 9 * step - 1))
        },
        JournalCase("an execution keeps its priority whenever it becomes runnable again") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, .waiting(until: nil), priority: 1), lease: lease)
            try await bench.start(.sample(2, priority: 8), lease: lease)
            try await bench.start(.sample(3, .paused, priority: 9), lease: lease)
            try await bench.signal(1, .pause, at: 5)
            try await bench.signal(3, .pause, at: 5)
            try await bench.commit(2, 1, .runnable, at: 5, lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [3, 2, 1])
            let next = try await bench.lease(now: 6, takingAll: true)
            #expect(try await bench.claim(lease: next).ids == [3, 2, 1])
        },
        JournalCase("a priority out of range is the nearest in it") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, .runnable, priority: -5), lease: lease)
            try await bench.start(.sample(2, .runnable, priority: 1_000), lease: lease)
            #expect(try await bench.summary(1).priority == 0)
            #expect(try await bench.summary(2).priority == 9)
        },
    ]
}
