import Testing
import Workflow

extension JournalConformance {
    static let leaseCases: [JournalCase] = [
        JournalCase("a lease's token is greater than any before it, also after a release") { bench in
            let first = try await bench.lease()
            let second = try await bench.lease()
            #expect(second.token > first.token)
            try await bench.journal.release(second, now: .at(1))
            #expect(try await bench.lease().token > second.token)
        },
        JournalCase("every verb with a lease that was taken away is fenced and writes nothing") { bench in
            let old = try await bench.lease()
            try await bench.start(1, lease: old)
            let new = try await bench.lease(takingAll: true)
            await bench.expectFenced { try await bench.commit(1, 1, lease: old) }
            await bench.expectFenced {
                try await bench.ingest(.sample("late", starting: [.sample(2)]), lease: old)
            }
            await bench.expectFenced { _ = try await bench.claim(lease: old) }
            await bench.expectFenced { _ = try await bench.journal.renew(old, now: .at(1), until: .at(9)) }
            await bench.expectFenced { try await bench.journal.release(old, now: .at(1)) }
            #expect(try await bench.execution(1).records.count == 1)
            #expect(try await bench.journal.execution(2) == nil)
            #expect(try await bench.ingest(.sample("late"), lease: new) == [.accepted(woken: [])])
        },
        JournalCase("a lease that nobody made is fenced") { bench in
            await bench.expectFenced { try await bench.ingest(.sample("e"), lease: Lease(token: 77)) }
        },
        JournalCase("acquiring takes executions from leases that ended before now, and from no other") { bench in
            let dead = try await bench.lease(until: 9)
            let edge = try await bench.lease(until: 10)
            try await bench.start(1, lease: dead)
            try await bench.start(2, lease: edge)
            _ = try await bench.lease(now: 10)
            let taken = try await bench.execution(1)
            #expect(taken.summary.status == .queued)
            #expect(taken.takeovers == 1)
            #expect(taken.runnableSince == .at(10))
            #expect(try await bench.status(2) == .running)
            await bench.expectFenced { try await bench.commit(1, 1, lease: dead) }
            try await bench.commit(2, 1, lease: edge)
        },
        JournalCase("acquiring with takingAll takes from every other lease") { bench in
            let living = try await bench.lease(until: 1_000)
            try await bench.start(1, lease: living)
            try await bench.start(2, .waiting(until: nil), lease: living)
            try await bench.start(3, .ended(.sample()), lease: living)
            let new = try await bench.lease(now: 1, takingAll: true)
            #expect(try await bench.status(1) == .queued)
            #expect(try await bench.status(2) == .waiting)
            #expect(try await bench.status(3) == .ended)
            #expect(try await bench.execution(1).lease == nil)
            #expect(try await bench.claim(lease: new).ids == [1])
            #expect(try await bench.execution(1).lease == new)
            try await bench.commit(1, 1, lease: new)
        },
        JournalCase("renewing extends, takes over, and names the executions that have signals") { bench in
            let lease = try await bench.lease(until: 10)
            let dead = try await bench.lease(until: 10)
            for id in 1...3 { try await bench.start(Int64(id), lease: lease) }
            try await bench.start(4, lease: dead)
            _ = try await bench.journal.signal(3, .pause, now: .at(2))
            _ = try await bench.journal.signal(1, .cancel(reason: "r"), now: .at(3))
            let renewal = try await bench.journal.renew(lease, now: .at(11), until: .at(20))
            #expect(renewal == Renewal(signalled: [1, 3], takenOver: 1))
            #expect(try await bench.status(4) == .queued)
            _ = try await bench.lease(now: 15)
            try await bench.commit(1, 1, consumed: 1, lease: lease)
            let again = try await bench.journal.renew(lease, now: .at(16), until: .at(30))
            #expect(again == Renewal(signalled: [3], takenOver: 0))
        },
        JournalCase("a lease that ended but was not taken away can be renewed") { bench in
            let lease = try await bench.lease(until: 10)
            let renewal = try await bench.journal.renew(lease, now: .at(50), until: .at(60))
            #expect(renewal == Renewal(signalled: [], takenOver: 0))
        },
        JournalCase("releasing makes what the lease drove runnable, and counts as no takeover") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.journal.release(lease, now: .at(7))
            let execution = try await bench.execution(1)
            #expect(execution.summary.status == .queued)
            #expect(execution.runnableSince == .at(7))
            #expect(execution.takeovers == 0)
            await bench.expectFenced { try await bench.commit(1, 1, lease: lease) }
        },
    ]
}
