import Testing
import Workflow

extension JournalConformance {
    static let waitCases: [JournalCase] = [
        JournalCase("an event wakes the execution that waits for it, once") { bench in
            let lease = try await bench.lease()
            let wait = try EventWait.sample("payment", match: ["order.id": "o-1"])
            try await bench.start(1, .waiting(until: .at(90)), waits: [wait], lease: lease)
            let paid = Arrival.sample("paid", name: "order.paid", data: ["order": ["id": "o-1"]], at: 6)
            #expect(try await bench.ingest(paid, lease: lease) == [.accepted(woken: [1])])
            let woken = try await bench.execution(1)
            #expect(woken.summary.status == .queued)
            #expect(woken.summary.wakeAt == nil)
            #expect(woken.runnableSince == .at(6))
            #expect(woken.signals.map(\.kind) == [.event(wait: "payment", paid.event)])
            #expect(woken.signals.map(\.at) == [.at(6)])
            var again = paid
            again.event.id = "paid again"
            #expect(try await bench.ingest(again, lease: lease) == [.accepted(woken: [])])
            #expect(try await bench.ingest(paid, lease: lease) == [.duplicate(executions: [])])
            #expect(try await bench.execution(1).signals.count == 1)
        },
        JournalCase("an event that one waits for that is driven says so") { bench in
            let lease = try await bench.lease()
            let waits = [
                try EventWait.sample("payment", match: ["order.id": "o-1"]),
                try EventWait.sample("other", match: ["order.id": "o-1"]),
            ]
            for id in [Int64(1), 2] { try await bench.start(id, waits: waits, lease: lease) }
            let paid = Arrival.sample("paid", name: "order.paid", data: ["order": ["id": "o-1"]], at: 6)
            #expect(try await bench.ingest(paid, lease: lease) == [.accepted(Acceptance(signalled: [1, 2]))])
            #expect(try await bench.execution(1).signals.count == 2)
        },
        JournalCase("who takes in an event that wakes can claim with it") { bench in
            let lease = try await bench.lease()
            let wait = try EventWait.sample("payment", match: ["order.id": "o-1"])
            for id in [Int64(1), 2] { try await bench.start(id, .waiting(until: nil), waits: [wait], lease: lease) }
            try await bench.start(3, .waiting(until: .at(90)), lease: lease)
            let claiming = Claiming(limit: 1, now: .at(6))
            // An event that wakes nobody claims nobody, though one is runnable.
            try await bench.start(4, .runnable, at: 5, lease: lease)
            let other = Arrival.sample("other", name: "order.refused", at: 6)
            #expect(try await bench.journal.ingest([other], claiming: claiming, lease: lease).claim == nil)
            let paid = Arrival.sample("paid", name: "order.paid", data: ["order": ["id": "o-1"]], at: 6)
            let intake = try await bench.journal.ingest([paid], claiming: claiming, lease: lease)
            #expect(intake.ingestions == [.accepted(woken: [1, 2])])
            let claim = try #require(intake.claim)
            // Nobody is overtaken.
            #expect(claim.executions.map(\.summary.id) == [4])
            #expect(claim.more)
            #expect(claim.nextWake == .at(90))
            let rest = try await bench.journal.claim(only: nil, limit: 9, now: .at(6), lease: lease)
            #expect(rest.executions.map(\.summary.id) == [1, 2])
            #expect(rest.executions.allSatisfy { $0.summary.status == .running && $0.runnableSince == .at(6) })
            let again = try await bench.journal.ingest([paid], claiming: claiming, lease: lease)
            #expect(again.claim == nil)
        },
        JournalCase("name, path and value must all fit") { bench in
            let lease = try await bench.lease()
            let wait = try EventWait.sample(match: ["items[0].sku": "a", "order.id": 7])
            try await bench.start(1, .waiting(until: nil), waits: [wait], lease: lease)
            let misses: [(String, JSONValue)] = [
                ("order.payed", ["items": [["sku": "a"]], "order": ["id": 7]]),
                ("order.paid", ["items": [["sku": "b"]], "order": ["id": 7]]),
                ("order.paid", ["items": [["sku": "a"]], "order": ["id": "7"]]),
                ("order.paid", ["items": [["sku": "a"]], "order": [:]]),
                ("order.paid", ["items": [], "order": ["id": 7]]),
                ("order.paid", [7, "a"]), ("order.paid", .null), ("order.paid", "a"),
            ]
            for (index, (name, data)) in misses.enumerated() {
                let miss = Arrival.sample("miss-\(index)", name: name, data: data)
                #expect(try await bench.ingest(miss, lease: lease) == [.accepted(woken: [])])
            }
            let hit = Arrival.sample("hit", name: "order.paid", data: ["order": ["id": 7], "items": [["sku": "a"]]])
            #expect(try await bench.ingest(hit, lease: lease) == [.accepted(woken: [1])])
        },
        JournalCase("a wait without a match takes any event of the name") { bench in
            let lease = try await bench.lease()
            let all: [JSONValue] = [.null, 3, ["x": 1], [1, 2]]
            for (index, data) in all.enumerated() {
                let id = Int64(index + 1)
                try await bench.start(id, .waiting(until: nil), waits: [try .sample()], lease: lease)
                let event = Arrival.sample("e\(index)", name: "order.paid", data: data)
                let woken = ExecutionID(rawValue: id)
                #expect(try await bench.ingest(event, lease: lease) == [.accepted(woken: [woken])])
            }
        },
        JournalCase("values are equal by what they say, not by how they are written") { bench in
            let lease = try await bench.lease()
            let pairs: [(JSONValue, JSONValue, Bool)] = [
                (1, 1.0, true), (.number(-0.0), 0, true), (0.5, 0.5, true), (1, 1.5, false),
                (.integer(9_007_199_254_740_993), .number(9_007_199_254_740_992), false),
                (.integer(.max), .number(0x1p63), false), (.integer(.min), .number(-0x1p63), true),
                (1e300, 1e300, true), (1, "1", false), (1, true, false), (.null, .null, true), (.null, false, false),
                ("a", "a", true), ("a", "A", false), ("", "", true), ("é", "e\u{301}", false), ("", .null, false),
                ([1, 2], [1.0, 2.0], true), ([1, 2], [2, 1], false), ([[1], []], [[1, []]], false),
                (["a": 1, "b": [2]], ["b": [2.0], "a": 1], true), (["a": 1], ["a": 1, "b": .null], false),
                (["ab", "c"], ["a", "bc"], false), ([], [:], false), (["a": "b"], ["a", "b"], false),
            ]
            for (index, (waited, found, fits)) in pairs.enumerated() {
                let id = Int64(index + 1)
                let wait = try EventWait.sample(event: "e\(index)", match: ["v": waited])
                try await bench.start(id, .waiting(until: nil), waits: [wait], lease: lease)
                let event = Arrival.sample("event-\(index)", name: "e\(index)", data: ["v": found])
                let woken = fits ? [ExecutionID(rawValue: id)] : []
                #expect(try await bench.ingest(event, lease: lease) == [.accepted(woken: woken)], "\(waited) \(found)")
            }
        },
        JournalCase("one event wakes several executions through several shapes") { bench in
            let lease = try await bench.lease()
            let waits = [
                try EventWait.sample("a", match: ["id": 1]), try EventWait.sample("b", match: ["kind": "x"]),
                try EventWait.sample("c", match: ["id": 1, "kind": "x"]), try EventWait.sample("d"),
                try EventWait.sample("e", match: ["id": 2]), try EventWait.sample("f", event: "other"),
            ]
            for (index, wait) in waits.enumerated() {
                try await bench.start(Int64(9 - index), .waiting(until: nil), waits: [wait], lease: lease)
            }
            let event = Arrival.sample("e", name: "order.paid", data: ["id": 1, "kind": "x"])
            #expect(try await bench.ingest(event, lease: lease) == [.accepted(woken: [6, 7, 8, 9])])
            for id in Int64(4)...5 { #expect(try await bench.status(id) == .waiting) }
        },
        JournalCase("one event fulfils every wait of an execution that it matches; the others stay") { bench in
            let lease = try await bench.lease()
            let waits = [
                try EventWait.sample("a", match: ["id": 1]), try EventWait.sample("b", match: ["id": 1]),
                try EventWait.sample("c", match: ["kind": "x"]), try EventWait.sample("d", match: ["id": 2]),
            ]
            try await bench.start(1, .waiting(until: nil), waits: waits, lease: lease)
            let event = Arrival.sample("e", name: "order.paid", data: ["id": 1, "kind": "x"])
            #expect(try await bench.ingest(event, lease: lease) == [.accepted(woken: [1])])
            let signals = try await bench.execution(1).signals
            let expected = ["a", "b", "c"].map { Signal.Kind.event(wait: $0, event.event) }
            #expect(Set(signals.map(\.kind)) == Set(expected))
            #expect(signals.count == 3)
            let second = Arrival.sample("e2", name: "order.paid", data: ["id": 2])
            #expect(try await bench.ingest(second, lease: lease) == [.accepted(woken: [1])])
            #expect(try await bench.execution(1).signals.last?.kind == .event(wait: "d", second.event))
            #expect(try await bench.execution(1).runnableSince == .at(1))
        },
        JournalCase("a running execution is not woken, and finds the signal at its next commit") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.commit(1, 1, waits: [try .sample()], lease: lease)
            let event = Arrival.sample("e", name: "order.paid")
            #expect(try await bench.ingest(event, lease: lease) == [.accepted(Acceptance(signalled: [1]))])
            let signals = try await bench.commit(1, 2, .waiting(until: .at(9)), lease: lease)
            #expect(signals.map(\.kind) == [.event(wait: "wait", event.event)])
            #expect(try await bench.status(1) == .running)
        },
        JournalCase("a paused execution is woken by its event") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .paused, waits: [try .sample()], lease: lease)
            let event = Arrival.sample("e", name: "order.paid")
            #expect(try await bench.ingest(event, lease: lease) == [.accepted(woken: [1])])
            #expect(try await bench.status(1) == .queued)
        },
        JournalCase("a commit's waits replace all earlier ones; nil leaves them") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, waits: [try .sample("old", event: "old")], lease: lease)
            try await bench.commit(1, 1, waits: nil, lease: lease)
            try await bench.commit(1, 2, waits: [try .sample("new", event: "new")], lease: lease)
            try await bench.ingest(.sample("e1", name: "old"), .sample("e2", name: "new"), lease: lease)
            let keys = try await bench.execution(1).signals.map(\.kind)
            #expect(keys == [.event(wait: "new", Arrival.sample("e2", name: "new").event)])
            try await bench.commit(1, 3, waits: [try .sample("last", event: "last")], consumed: 1, lease: lease)
            try await bench.commit(1, 4, .waiting(until: nil), waits: [], lease: lease)
            #expect(try await bench.ingest(.sample("e3", name: "last"), lease: lease) == [.accepted(woken: [])])
        },
        JournalCase("an event is not delivered to the executions that it starts") { bench in
            let lease = try await bench.lease()
            let birth = NewExecution.sample(1, .waiting(until: nil), waits: [try .sample()])
            let first = Arrival.sample("e1", name: "order.paid", starting: [birth])
            #expect(try await bench.ingest(first, lease: lease) == [.accepted(woken: [])])
            #expect(try await bench.ingest(.sample("e2", name: "order.paid"), lease: lease) == [.accepted(woken: [1])])
        },
        JournalCase("within one call, a later event finds the waits of an earlier one's executions") { bench in
            let lease = try await bench.lease()
            let birth = NewExecution.sample(1, .waiting(until: nil), waits: [try .sample()])
            let answers = try await bench.ingest(
                .sample("e1", starting: [birth]), .sample("e2", name: "order.paid"), lease: lease)
            #expect(answers == [.accepted(woken: []), .accepted(woken: [1])])
        },
        JournalCase("odd paths and names are told apart") { bench in
            let lease = try await bench.lease()
            let wait = try EventWait.sample(event: "näme\n\"x\"", match: ["[\"a.b\"].c": 1])
            try await bench.start(1, .waiting(until: nil), waits: [wait], lease: lease)
            let miss = Arrival.sample("m", name: "näme\n\"x\"", data: ["a": ["b": ["c": 1]]])
            #expect(try await bench.ingest(miss, lease: lease) == [.accepted(woken: [])])
            let hit = Arrival.sample("h", name: "näme\n\"x\"", data: ["a.b": ["c": 1]])
            #expect(try await bench.ingest(hit, lease: lease) == [.accepted(woken: [1])])
        },
    ]
}
