import Testing
import Workflow

extension JournalConformance {
    static let signalCases: [JournalCase] = [
        JournalCase("a signal tells where the execution stands") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .running, lease: lease)
            try await bench.start(2, .runnable, at: 1, lease: lease)
            try await bench.start(3, .waiting(until: .at(99)), lease: lease)
            try await bench.start(4, .paused, lease: lease)
            try await bench.start(5, .ended(.sample(.blocked)), lease: lease)
            let journal = bench.journal
            #expect(try await journal.signal(1, .pause, now: .at(7)) == .stored(driver: lease.token))
            #expect(try await journal.signal(2, .pause, now: .at(7)) == .stored(driver: nil))
            #expect(try await journal.signal(3, .cancel(reason: "x"), now: .at(7)) == .stored(driver: nil))
            #expect(try await journal.signal(4, .resume(data: nil), now: .at(7)) == .stored(driver: nil))
            #expect(try await journal.signal(5, .resume(data: nil), now: .at(7)) == .ended(.blocked))
            #expect(try await journal.signal(6, .resume(data: nil), now: .at(7)) == .unknown)
            #expect(try await bench.status(1) == .running)
            #expect(try await bench.execution(2).runnableSince == .at(1))
            let woken = try await bench.execution(3)
            #expect(woken.summary.status == .queued)
            #expect(woken.summary.wakeAt == nil)
            #expect(woken.runnableSince == .at(7))
            #expect(try await bench.claim(now: 100, lease: lease).nextWake == nil)
        },
        JournalCase("an event cannot be left as a signal by hand") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let event = Arrival.sample("e").event
            try await bench.expectConflict(on: 1) {
                _ = try await bench.journal.signal(1, .event(wait: "w", event), now: .at(2))
            }
        },
        JournalCase("signals stay until a commit consumes them, and their numbers rise for ever") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let kinds: [Signal.Kind] = [.pause, .resume(data: nil), .cancel(reason: nil), .cancel(reason: "enough")]
            for (index, kind) in kinds.enumerated() {
                _ = try await bench.journal.signal(1, kind, now: .at(Int64(index)))
            }
            let all = try await bench.execution(1).signals
            #expect(all.map(\.kind) == kinds)
            #expect(all.map(\.at) == (0..<4).map { Timestamp.at($0) })
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.number < $1.number })
            #expect(try await bench.commit(1, 1, lease: lease) == all)
            let left = try await bench.commit(1, 2, consumed: all[1].number, lease: lease)
            #expect(left == Array(all[2...]))
            #expect(try await bench.commit(1, 3, consumed: all[1].number, lease: lease) == left)
            #expect(try await bench.commit(1, 4, consumed: all[3].number, lease: lease) == [])
            _ = try await bench.journal.signal(1, .pause, now: .at(9))
            let next = try await bench.execution(1).signals
            #expect(next.count == 1)
            #expect(next.allSatisfy { $0.number > all[3].number })
        },
        JournalCase("an execution with signals is not parked") { bench in
            let lease = try await bench.lease()
            let parked: [Disposition] = [.waiting(until: .at(50)), .waiting(until: nil), .paused]
            for (index, disposition) in parked.enumerated() {
                let id = Int64(index + 1)
                try await bench.start(id, lease: lease)
                _ = try await bench.journal.signal(ExecutionID(rawValue: id), .resume(data: nil), now: .at(1))
                let signals = try await bench.commit(id, 1, disposition, lease: lease)
                #expect(signals.count == 1)
                #expect(try await bench.status(id) == .running)
                #expect(try await bench.execution(id).summary.wakeAt == nil)
                try await bench.commit(id, 2, disposition, consumed: signals[0].number, lease: lease)
                #expect(try await bench.status(id) != .running)
            }
            #expect(try await bench.claim(lease: lease).nextWake == .at(50))
        },
        JournalCase("the waits of an execution that was not parked hold all the same") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            _ = try await bench.journal.signal(1, .resume(data: nil), now: .at(1))
            try await bench.commit(1, 1, .waiting(until: nil), waits: [try .sample()], lease: lease)
            let paid = Arrival.sample("paid", name: "order.paid", at: 4)
            #expect(try await bench.ingest(paid, lease: lease) == [.accepted(Acceptance(signalled: [1]))])
            let signals = try await bench.commit(1, 2, .waiting(until: nil), consumed: 1, lease: lease)
            #expect(signals.map(\.kind) == [.event(wait: "wait", paid.event)])
        },
        JournalCase("an execution that is handed back keeps its signals and is runnable") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            _ = try await bench.journal.signal(1, .pause, now: .at(1))
            #expect(try await bench.commit(1, 1, .runnable, lease: lease).map(\.kind) == [.pause])
            #expect(try await bench.status(1) == .queued)
            #expect(try await bench.claim(lease: lease).executions.first?.signals.map(\.kind) == [.pause])
        },
    ]
}
