import Testing
import Workflow

extension JournalConformance {
    static let admissionCases: [JournalCase] = [
        JournalCase("below its limit an execution of a slot is as any other") { bench in
            let lease = try await bench.lease()
            let admission = Admission.sample(limit: 2)
            #expect(try await bench.start(.sample(1, admission: admission), lease: lease) == Acceptance())
            #expect(try await bench.start(.sample(2, .runnable, admission: admission), lease: lease) == Acceptance())
            #expect(try await bench.status(1) == .running)
            #expect(try await bench.claim(lease: lease).ids == [2])
            #expect(try await bench.summary(2).isHeld == false)
        },
        JournalCase("at the limit an execution is held: queued, and claimed by nobody") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample()), lease: lease)
            let born: [Disposition] = [.running, .runnable, .waiting(until: .at(5)), .paused]
            for (index, disposition) in born.enumerated() {
                let id = ExecutionID(rawValue: Int64(index) + 2)
                let birth = NewExecution.sample(id.rawValue, disposition, admission: .sample())
                #expect(try await bench.start(birth, lease: lease) == Acceptance(held: [id]))
                let stored = try await bench.execution(id.rawValue)
                #expect(stored.summary.status == .queued)
                #expect(stored.summary.isHeld)
                #expect(stored.summary.wakeAt == nil)
                #expect(stored.runnableSince == nil)
                #expect(stored.recordTexts == ["record 0 of \(id.rawValue)"])
            }
            #expect(try await bench.claim(now: 100, lease: lease).ids == [])
            #expect(try await bench.claim([2, 3, 4, 5], now: 100, lease: lease).ids == [])
            try await bench.expectConflict(on: 2) { try await bench.commit(2, 1, lease: lease) }
            let statistics = try await bench.journal.statistics()
            #expect(statistics.runnable.isEmpty)
            #expect(statistics.active == ["orders": 5])
            #expect(statistics.held == ["orders": 4])
            let listed = try await bench.journal.executions(ExecutionQuery(statuses: [.queued], limit: 9))
            #expect(listed.map(\.isHeld) == [true, true, true, true])
        },
        JournalCase("each end lets in as many as there is room for, the oldest first") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...6 {
                try await bench.start(.sample(id, admission: .sample(limit: 2)), lease: lease)
            }
            try await bench.commit(2, 1, lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [])
            try await bench.commit(2, 2, .ended(.sample()), at: 7, lease: lease)
            #expect(try await bench.execution(3).runnableSince == .at(7))
            #expect(try await bench.claim(lease: lease).ids == [3])
            try await bench.commit(1, 1, .ended(.sample(.failed)), at: 8, lease: lease)
            try await bench.commit(3, 1, .ended(.sample(.cancelled)), at: 9, lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [4, 5])
            #expect(try await bench.journal.statistics().held == ["orders": 1])
            try await bench.commit(4, 1, .waiting(until: .at(99)), lease: lease)
            try await bench.commit(5, 1, .paused, lease: lease)
            // Those that wait and those that are paused keep their places.
            #expect(try await bench.summary(6).isHeld)
        },
        JournalCase("those that are held are let in by the limit that came last") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample(limit: 1)), lease: lease)
            for id in Int64(2)...4 { try await bench.start(.sample(id, admission: .sample(limit: 1)), lease: lease) }
            // A later version lets more in: there is room for this one.
            #expect(try await bench.start(.sample(5, admission: .sample(limit: 2)), lease: lease) == Acceptance())
            try await bench.start(.sample(6, admission: .sample(limit: 2)), lease: lease)
            try await bench.commit(1, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [2])
            // However many newer ones come, the old ones are let in.
            try await bench.start(.sample(7, admission: .sample(limit: 3)), lease: lease)
            try await bench.start(.sample(8, admission: .sample(limit: 3)), lease: lease)
            try await bench.commit(5, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [3])
            // One that lets in fewer holds all back.
            try await bench.start(.sample(9, admission: .sample(limit: 1)), lease: lease)
            for id in Int64(2)...3 { try await bench.commit(id, 1, .ended(.sample()), lease: lease) }
            #expect(try await bench.claim(lease: lease).ids == [])
            try await bench.commit(7, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [4])
        },
        JournalCase("slots do not know of each other, and a limit below one is one") { bench in
            let lease = try await bench.lease()
            for id in Int64(1)...4 {
                let admission = Admission.sample(slot: id % 2 == 0 ? "a" : "b", limit: id < 3 ? 0 : -1)
                let held = try await bench.start(.sample(id, admission: admission), lease: lease).held
                #expect(held.isEmpty == (id < 3))
            }
            try await bench.commit(1, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [3])
        },
        JournalCase("one that is born ended takes no place and needs none") { bench in
            let lease = try await bench.lease()
            for excess in Admission.Excess.allCases {
                let id = Int64(excess.rawValue.count)
                let birth = NewExecution.sample(id, .ended(.sample()), admission: .sample(excess, slot: "a"))
                #expect(try await bench.start(birth, lease: lease) == Acceptance())
            }
            #expect(try await bench.start(.sample(1, admission: .sample(slot: "a")), lease: lease) == Acceptance())
            let late = NewExecution.sample(2, .ended(.sample()), admission: .sample(.skip, slot: "a"))
            #expect(try await bench.start(late, lease: lease) == Acceptance())
        },
        JournalCase("one that is to be skipped does not exist; its event does, without it") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample(.skip)), lease: lease)
            let births = [
                NewExecution.sample(2, admission: .sample(.skip)), .sample(3), .sample(4, admission: .sample(.skip)),
            ]
            let answers = try await bench.ingest(.sample("e", starting: births), lease: lease)
            #expect(answers == [.accepted(Acceptance(skipped: [2, 4]))])
            #expect(try await bench.journal.execution(2) == nil)
            let again = try await bench.ingest(.sample("e", starting: births), lease: lease)
            #expect(again == [.duplicate(executions: [3])])
            #expect(try await bench.journal.executions(ExecutionQuery(eventID: "e", limit: 9)).map(\.id) == [3])
            try await bench.expectConflict(on: 1) {
                try await bench.ingest(
                    .sample("f", starting: [.sample(1, admission: .sample(.skip))]), lease: lease)
            }
            try await bench.commit(1, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.start(.sample(2, admission: .sample(.skip)), lease: lease) == Acceptance())
        },
        JournalCase("one that replaces others is held until they have ended; they are told to end") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample()), lease: lease)
            let second = NewExecution.sample(2, at: 6, admission: .sample(.cancelRunning))
            #expect(try await bench.start(second, lease: lease) == Acceptance(held: [2], signalled: [1]))
            #expect(try await bench.signals(1) == [.cancel(reason: Admission.replaced)])
            #expect(try await bench.execution(1).signals.map(\.at) == [.at(6)])
            // The second never ran; it is replaced too, and may end without a place.
            let third = NewExecution.sample(3, at: 7, admission: .sample(.cancelRunning))
            #expect(try await bench.start(third, lease: lease) == Acceptance(held: [3], signalled: [1, 2]))
            #expect(try await bench.claim(lease: lease).ids == [2])
            try await bench.commit(2, 1, .ended(.sample(.cancelled)), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [])
            try await bench.commit(1, 1, .ended(.sample(.cancelled)), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [3])
        },
        JournalCase("one that waits is woken by its replacement") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, .waiting(until: nil), admission: .sample()), lease: lease)
            try await bench.start(.sample(2, at: 6, admission: .sample(.cancelRunning)), lease: lease)
            #expect(try await bench.execution(1).runnableSince == .at(6))
        },
        JournalCase("a held one that is to end becomes runnable; all else is kept for it") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample()), lease: lease)
            let wait = try EventWait.sample()
            for id in Int64(2)...5 {
                try await bench.start(.sample(id, waits: [wait], admission: .sample()), lease: lease)
            }
            let paid = Arrival.sample("paid", name: "order.paid")
            #expect(try await bench.ingest(paid, lease: lease) == [.accepted(woken: [])])
            for kind in [Signal.Kind.pause, .resume(data: nil), .message(key: "k", body: [1])] {
                #expect(try await bench.signal(5, kind) == .stored(driver: nil))
            }
            #expect(try await bench.claim(lease: lease).ids == [])
            #expect(try await bench.signal(2, .cancel(reason: "r"), at: 6) == .stored(driver: nil))
            #expect(try await bench.signal(3, .terminate(reason: nil), at: 7) == .stored(driver: nil))
            #expect(try await bench.summary(2).isHeld == false)
            let claimed = try await bench.claim(lease: lease).executions
            #expect(claimed.map(\.summary.id) == [2, 3])
            #expect(claimed.map(\.runnableSince) == [.at(6), .at(7)])
            // They took no place, so their ends let nobody in.
            try await bench.commit(2, 1, .ended(.sample(.cancelled)), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [])
            try await bench.commit(1, 1, .ended(.sample()), lease: lease)
            #expect(try await bench.claim(lease: lease).ids == [4])
            try await bench.commit(4, 1, .ended(.sample()), lease: lease)
            let last = try #require(try await bench.claim(lease: lease).executions.first)
            let expected: [Signal.Kind] = [
                .event(wait: "wait", paid.event), .pause, .resume(data: nil), .message(key: "k", body: [1]),
            ]
            #expect(last.signals.map(\.kind) == expected)
        },
        JournalCase("an execution that is handed over keeps its place") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample()), lease: lease)
            try await bench.start(.sample(2, admission: .sample()), lease: lease)
            let next = try await bench.lease(now: 5, takingAll: true)
            #expect(try await bench.claim(lease: next).ids == [1])
            #expect(try await bench.summary(2).isHeld)
        },
    ]
}
