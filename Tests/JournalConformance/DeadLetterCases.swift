import Testing
import Workflow

extension JournalConformance {
    static let deadLetterCases: [JournalCase] = [
        JournalCase("an execution whose process dies three times without a record is set aside") { bench in
            var lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            for death in Int64(1)...2 {
                let acquisition = try await bench.acquire(now: death)
                #expect(acquisition.takenOver == 1)
                #expect(acquisition.deadLettered == [])
                lease = acquisition.lease
                #expect(try await bench.claim(now: death, lease: lease).ids == [1])
            }
            let last = try await bench.acquire(now: 3)
            #expect(last.takenOver == 0)
            #expect(last.deadLettered == [1])
            let stored = try await bench.execution(1)
            #expect(stored.summary.status == .deadLetter)
            #expect(stored.summary.deadLetterReason == "its process ended three times or more while it ran")
            #expect(stored.summary.outcome == nil)
            #expect(stored.runnableSince == nil)
            #expect(stored.takeovers == 3)
            #expect(try await bench.claim(now: 99, lease: last.lease).ids == [])
            #expect(try await bench.claim([1], now: 99, lease: last.lease).ids == [])
            let listed = try await bench.journal.executions(ExecutionQuery(statuses: [.deadLetter], limit: 9))
            #expect(listed == [stored.summary])
            let expected = JournalStatistics(active: ["orders": 1], deadLetters: ["orders": 1])
            #expect(try await bench.counts() == expected)
        },
        JournalCase("one that nothing is driven beside is set aside after three deaths") { bench in
            var lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            for death in Int64(1)...3 {
                let acquisition = try await bench.acquire(now: death, deadLetterAfter: DeadLetter.usualLimit)
                #expect(acquisition.deadLettered == (death == 3 ? [1] : []))
                lease = acquisition.lease
                _ = try await bench.claim(now: death, lease: lease)
                // Also one that comes after its trial counts.
                _ = try await bench.journal.renew(
                    lease, now: .at(death + 60), until: .at(death + 90), deadLetterAfter: DeadLetter.usualLimit)
            }
        },
        JournalCase("a record in between makes its earlier deaths forgotten") { bench in
            var lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, lease: lease)
            for death in Int64(1)...4 {
                let acquisition = try await bench.acquire(now: death, deadLetterAfter: 2)
                #expect(acquisition.deadLettered == (death == 2 ? [2] : []))
                lease = acquisition.lease
                _ = try await bench.claim(now: death, lease: lease)
                try await bench.commit(1, Int(death), lease: lease)
            }
            #expect(try await bench.status(1) == .running)
            #expect(try await bench.execution(1).takeovers == 4)
            let reason = try await bench.summary(2).deadLetterReason
            #expect(reason == "its process ended twice while it ran")
        },
        JournalCase("a record that only repeats what was under way forgets no deaths") { bench in
            var lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            for death in Int64(1)...3 {
                let acquisition = try await bench.acquire(now: death)
                #expect(acquisition.deadLettered == (death == 3 ? [1] : []))
                guard death < 3 else { break }
                lease = acquisition.lease
                #expect(try await bench.claim(now: death, lease: lease).ids == [1])
                let commit = Commit(
                    id: 1, number: Int(death), record: [1], disposition: .running, waits: nil, consumed: nil,
                    isRepetition: true, at: .at(death))
                _ = try await bench.journal.commit(commit, lease: lease)
                #expect(try await bench.execution(1).deaths == Int(death))
            }
        },
        JournalCase("a limit below one is one, and renewing sets aside too") { bench in
            let lease = try await bench.lease()
            for id: Int64 in [3, 1] {
                let dead = try await bench.lease(until: 10)
                try await bench.start(id, lease: dead)
            }
            let renewal = try await bench.journal.renew(lease, now: .at(11), until: .at(20), deadLetterAfter: 0)
            #expect(renewal == Renewal(signalled: [], takenOver: 0, deadLettered: [1, 3]))
            let reason = try await bench.summary(1).deadLetterReason
            #expect(reason == "its process ended once while it ran")
        },
        JournalCase("suspects are tried together, then few, then alone; the guilty one is set aside") { bench in
            let guilty: ExecutionID = 280
            var lease = try await bench.lease()
            for id in Int64(1)...300 { try await bench.start(id, lease: lease) }
            var deaths = 0
            var aside: [ExecutionID] = []
            // The process dies whenever the guilty one is claimed; the others write a record each time.
            while aside.isEmpty, deaths < 10 {
                let acquisition = try await bench.acquire(now: 1, deadLetterAfter: DeadLetter.usualLimit)
                deaths += 1
                aside = acquisition.deadLettered
                lease = acquisition.lease
                var claimed: [ExecutionID] = []
                while aside.isEmpty, !claimed.contains(guilty) {
                    let claim = try await bench.claim(now: 1, lease: lease)
                    claimed = claim.ids
                    try #require(!claimed.isEmpty)
                    let sizes = claim.executions.map(\.deaths).map(DeadLetter.trialSize)
                    #expect(sizes.allSatisfy { claimed.count <= $0 })
                    guard !claimed.contains(guilty) else { break }
                    for stored in claim.executions {
                        let (id, number) = (stored.summary.id.rawValue, stored.records.count)
                        try await bench.commit(id, number, .ended(.sample()), lease: lease)
                    }
                }
            }
            #expect(aside == [guilty])
            #expect(deaths == DeadLetter.usualLimit)
            #expect(try await bench.journal.statistics().deadLetters == ["orders": 1])
            for _ in 0..<9 {
                let claim = try await bench.claim(now: 1, lease: lease)
                for stored in claim.executions {
                    let (id, number) = (stored.summary.id.rawValue, stored.records.count)
                    try await bench.commit(id, number, .ended(.sample()), lease: lease)
                }
            }
            let ended = try await bench.journal.executions(ExecutionQuery(statuses: [.ended], limit: 999))
            #expect(ended.count == 299)
        },
        JournalCase("a trial ends with its time; the next suspect is tried then, and its death counts") { bench in
            var lease = try await bench.lease()
            for id in Int64(1)...2 { try await bench.start(id, lease: lease) }
            for _ in 1...3 {
                lease = try await bench.acquire(now: 1, deadLetterAfter: 9).lease
                _ = try await bench.claim([1, 2], now: 1, lease: lease)
            }
            lease = try await bench.acquire(now: 2, deadLetterAfter: 9).lease
            let first = try await bench.claim(now: 2, lease: lease)
            #expect(first.ids == [1])
            #expect(first.executions.first?.deaths == 4)
            #expect(first.nextWake == .at(12))
            #expect(try await bench.claim(now: 11, lease: lease).ids == [])
            #expect(try await bench.claim(now: 12, lease: lease).ids == [2])
            _ = try await bench.journal.renew(lease, now: .at(13), until: .at(99), deadLetterAfter: 9)
            lease = try await bench.acquire(now: 14, deadLetterAfter: 5).lease
            // The first had outlived its trial.
            #expect(try await bench.status(1) == .queued)
            #expect(try await bench.status(2) == .deadLetter)
        },
        JournalCase("one against which no death counts is claimed beside suspects") { bench in
            var lease = try await bench.lease()
            for id in Int64(1)...2 { try await bench.start(id, lease: lease) }
            for _ in 1...3 {
                lease = try await bench.acquire(now: 1, deadLetterAfter: 9).lease
                _ = try await bench.claim([1, 2], now: 1, lease: lease)
            }
            lease = try await bench.acquire(now: 2, deadLetterAfter: 9).lease
            try await bench.start(3, .runnable, lease: lease)
            #expect(try await bench.claim(now: 3, lease: lease).ids == [3, 1])
            // A record clears it.
            try await bench.commit(1, 1, .running, lease: lease)
            #expect(try await bench.claim(now: 3, lease: lease).ids == [2])
        },
        JournalCase("handing back is no death") { bench in
            var lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            for time in Int64(1)...5 {
                try await bench.journal.release(lease, now: .at(time))
                let acquisition = try await bench.acquire(now: time, deadLetterAfter: 1)
                #expect(acquisition.deadLettered == [])
                lease = acquisition.lease
                #expect(try await bench.claim(lease: lease).ids == [1])
            }
        },
        JournalCase("one that is resumed goes on, its deaths forgotten") { bench in
            var lease = try await bench.setAside(1)
            for round in Int64(1)...2 {
                #expect(try await bench.signal(1, .resume(data: nil), at: 20) == .stored(driver: nil))
                let stored = try await bench.execution(1)
                #expect(stored.summary.status == .queued)
                #expect(stored.summary.deadLetterReason == nil)
                #expect(stored.runnableSince == .at(20))
                #expect(stored.signals.count == Int(round))
                #expect(try await bench.claim(now: 20, lease: lease).ids == [1])
                for death in 1...2 {
                    let acquisition = try await bench.acquire(now: 20, deadLetterAfter: 2)
                    #expect(acquisition.deadLettered == (death == 2 ? [1] : []))
                    lease = acquisition.lease
                    _ = try await bench.claim(now: 20, lease: lease)
                }
            }
        },
        JournalCase("one that is to end becomes runnable, its deaths remembered") { bench in
            for (id, kind) in [(Int64(1), Signal.Kind.cancel(reason: "r")), (2, .terminate(reason: nil))] {
                let lease = try await bench.setAside(id)
                #expect(try await bench.signal(id, kind, at: 20) == .stored(driver: nil))
                #expect(try await bench.claim(now: 20, lease: lease).ids == [ExecutionID(rawValue: id)])
                let again = try await bench.acquire(now: 21, deadLetterAfter: 2)
                #expect(again.deadLettered == [ExecutionID(rawValue: id)])
                let reason = try await bench.summary(id).deadLetterReason
                #expect(reason == "its process ended three times or more while it ran")
            }
        },
        JournalCase("other signals wait until it goes on") { bench in
            let lease = try await bench.setAside(1, waits: [try .sample()])
            try await bench.signal(1, .pause, at: 20)
            try await bench.signal(1, .message(key: "k", body: [1]), at: 20)
            let paid = Arrival.sample("paid", name: "order.paid")
            #expect(try await bench.ingest(paid, lease: lease) == [.accepted(woken: [])])
            #expect(try await bench.status(1) == .deadLetter)
            try await bench.signal(1, .resume(data: [2]), at: 21)
            let claimed = try #require(try await bench.claim(now: 21, lease: lease).executions.first)
            let expected: [Signal.Kind] = [
                .pause, .message(key: "k", body: [1]), .event(wait: "wait", paid.event), .resume(data: [2]),
            ]
            #expect(claimed.signals.map(\.kind) == expected)
        },
        JournalCase("one that was set aside keeps its place") { bench in
            let lease = try await bench.setAside(1, admission: .sample())
            #expect(try await bench.start(.sample(2, admission: .sample()), lease: lease) == Acceptance(held: [2]))
            // One that replaces it tells it to end.
            let third = NewExecution.sample(3, admission: .sample(.cancelRunning))
            let acceptance = try await bench.start(third, lease: lease)
            #expect(acceptance == Acceptance(held: [3], signalled: [1, 2]))
            #expect(try await bench.claim(lease: lease).ids == [1, 2])
        },
        JournalCase("a driver that cannot go on sets its execution aside") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, waits: [try .sample()], lease: lease)
            try await bench.signal(1, .pause)
            let reason = "its definition cannot be read"
            let signals = try await bench.commit(1, 1, .deadLetter(reason: reason), lease: lease)
            #expect(signals.map(\.kind) == [.pause])
            let stored = try await bench.execution(1)
            #expect(stored.summary.status == .deadLetter)
            #expect(stored.summary.deadLetterReason == reason)
            #expect(stored.signals.map(\.kind) == [.pause])
            try await bench.expectConflict(on: 1) { try await bench.commit(1, 2, lease: lease) }
            try await bench.start(2, .deadLetter(reason: "born so"), lease: lease)
            #expect(try await bench.summary(2).deadLetterReason == "born so")
            try await bench.signal(1, .resume(data: nil))
            #expect(try await bench.claim(lease: lease).ids == [1])
            try await bench.commit(1, 2, .ended(.sample()), lease: lease)
            #expect(try await bench.summary(1).outcome == .sample())
        },
    ]
}

extension JournalBench {
    /// Starts an execution, and lets its process die twice, which is enough here.
    fileprivate func setAside(
        _ id: Int64, waits: [EventWait]? = nil, admission: Admission? = nil
    ) async throws -> Lease {
        var lease = try await lease(takingAll: true)
        try await start(.sample(id, waits: waits, admission: admission), lease: lease)
        for _ in 0..<2 {
            lease = try await acquire(now: 10, deadLetterAfter: 2).lease
            _ = try await claim([id], lease: lease)
        }
        #expect(try await status(id) == .deadLetter)
        return lease
    }
}
