import Testing
import Workflow

extension JournalConformance {
    static let sendingCases: [JournalCase] = [
        JournalCase("each kind of signal comes back as it was left") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let kinds: [Signal.Kind] = [
                .message(key: "child ü", body: [0, 255, 7]), .message(key: "", body: []), .resume(data: nil),
                .resume(data: []), .resume(data: Array("{\"ok\":true}".utf8)), .terminate(reason: nil),
                .terminate(reason: "now"), .cancel(reason: ""), .pause,
            ]
            for kind in kinds { #expect(try await bench.signal(1, kind) == .stored(driver: lease.token)) }
            #expect(try await bench.signals(1) == kinds)
            #expect(try await bench.commit(1, 1, lease: lease).map(\.kind) == kinds)
        },
        JournalCase("what a commit sends is left with it, and wakes whom it finds waiting") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, .waiting(until: .at(50)), lease: lease)
            try await bench.start(3, .paused, lease: lease)
            try await bench.start(4, .running, lease: lease)
            try await bench.start(5, .runnable, at: 1, lease: lease)
            let message = Signal.Kind.message(key: "child", body: Array("7".utf8))
            let sent = (2...5).map { OutgoingSignal(execution: ExecutionID(rawValue: Int64($0)), kind: message) }
            #expect(try await bench.commit(1, 1, .ended(.sample()), sent: sent, at: 6, lease: lease) == [])
            for id in Int64(2)...5 {
                #expect(try await bench.execution(id).signals == [Signal(number: 1, kind: message, at: .at(6))])
            }
            #expect(try await bench.execution(2).runnableSince == .at(6))
            #expect(try await bench.summary(2).wakeAt == nil)
            #expect(try await bench.execution(3).runnableSince == .at(6))
            #expect(try await bench.status(4) == .running)
            #expect(try await bench.execution(5).runnableSince == .at(1))
        },
        JournalCase("targets that are unknown or have ended are passed over") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, .ended(.sample()), lease: lease)
            let sent: [OutgoingSignal] = [2, 77, 3].map { OutgoingSignal(execution: $0, kind: .pause) }
            try await bench.start(3, lease: lease)
            try await bench.commit(1, 1, sent: sent, lease: lease)
            #expect(try await bench.signals(2) == [])
            #expect(try await bench.signals(3) == [.pause])
        },
        JournalCase("what is sent to those that an event has started reaches each that has not ended") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let births = [
                NewExecution.sample(2, .waiting(until: nil)), .sample(3, .ended(.sample())), .sample(4),
            ]
            try await bench.ingest(.sample("call", starting: births), lease: lease)
            let sent = ["call", "unknown"].map { OutgoingSignal(startedBy: $0, kind: .cancel(reason: "r")) }
            try await bench.commit(1, 1, sent: sent, at: 6, lease: lease)
            for id in [2, 4] as [Int64] { #expect(try await bench.signals(id) == [.cancel(reason: "r")]) }
            #expect(try await bench.execution(2).runnableSince == .at(6))
            #expect(try await bench.signals(3) == [])
        },
        JournalCase("a commit that is refused sends nothing, and none sends an event") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, lease: lease)
            try await bench.expectConflict(on: 2) {
                try await bench.commit(1, 7, sent: [OutgoingSignal(execution: 2, kind: .pause)], lease: lease)
            }
            let event = Signal.Kind.event(wait: "w", Arrival.sample("e").event)
            try await bench.expectConflict(on: 1) {
                try await bench.commit(1, 1, sent: [OutgoingSignal(execution: 2, kind: event)], lease: lease)
            }
            var birth = NewExecution.sample(3)
            birth.commit.sent = [OutgoingSignal(execution: 2, kind: event)]
            try await bench.expectConflict(on: 3) {
                try await bench.ingest(.sample("e", starting: [birth]), lease: lease)
            }
            #expect(try await bench.signals(2) == [])
        },
        JournalCase("a birth sends too, also one that is held; one that is skipped does not") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .waiting(until: nil), lease: lease)
            try await bench.start(.sample(2, admission: .sample()), lease: lease)
            func birth(_ id: Int64, _ disposition: Disposition, _ admission: Admission?) -> NewExecution {
                var birth = NewExecution.sample(id, disposition, at: 4, admission: admission)
                let kind = Signal.Kind.message(key: "\(id)", body: [])
                birth.commit.sent = [OutgoingSignal(execution: 1, kind: kind)]
                return birth
            }
            let births = [
                birth(3, .ended(.sample()), nil), birth(4, .running, .sample()), birth(5, .running, .sample(.skip)),
            ]
            try await bench.ingest(.sample("e", at: 4, starting: births), lease: lease)
            let expected: [Signal.Kind] = [.message(key: "3", body: []), .message(key: "4", body: [])]
            #expect(try await bench.signals(1) == expected)
            #expect(try await bench.execution(1).runnableSince == .at(4))
        },
        JournalCase("what an execution sends to itself keeps it from being parked") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let own = OutgoingSignal(execution: 1, kind: .message(key: "k", body: [1]))
            let signals = try await bench.commit(1, 1, .waiting(until: nil), sent: [own], lease: lease)
            #expect(signals.map(\.kind) == [own.kind])
            #expect(try await bench.status(1) == .running)
            #expect(try await bench.commit(1, 2, .ended(.sample()), sent: [own], lease: lease) == [])
            #expect(try await bench.signals(1) == [])
        },
    ]
}
