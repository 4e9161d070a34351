import Testing
import Workflow

extension JournalConformance {
    static let ingestCases: [JournalCase] = [
        JournalCase("an event starts its executions, with everything they were given") { bench in
            let lease = try await bench.lease()
            let outcome = Outcome(result: .blocked, reason: "zu teuer ✋", errorType: nil, endedAt: .at(5))
            var birth = NewExecution.sample(1, .ended(outcome), at: 3, workflow: "fraud", version: "2.1.0-ä")
            birth.trigger = .manual
            let arrival = Arrival.sample("e \"1\"", data: ["total": 12.5], at: 2, starting: [birth])
            #expect(try await bench.ingest(arrival, lease: lease) == [.accepted(woken: [])])
            let stored = try await bench.execution(1)
            let expected = ExecutionSummary(
                id: 1, workflow: "fraud", version: "2.1.0-ä", trigger: .manual, eventID: "e \"1\"", status: .ended,
                startedAt: .at(3), wakeAt: nil, outcome: outcome)
            #expect(stored.summary == expected)
            #expect(stored.event == arrival.event)
            #expect(stored.recordTexts == ["record 0 of 1"])
            #expect(stored.signals.isEmpty)
            #expect(stored.takeovers == 0)
        },
        JournalCase("an execution is born in each disposition") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .running, lease: lease)
            try await bench.start(2, .runnable, at: 4, lease: lease)
            try await bench.start(3, .waiting(until: .at(50)), lease: lease)
            try await bench.start(4, .waiting(until: nil), lease: lease)
            try await bench.start(5, .paused, lease: lease)
            try await bench.start(6, .ended(.sample(.failed)), lease: lease)
            let statuses: [ExecutionStatus] = [.running, .queued, .waiting, .waiting, .paused, .ended]
            for (index, status) in statuses.enumerated() {
                #expect(try await bench.status(Int64(index + 1)) == status)
            }
            #expect(try await bench.execution(2).runnableSince == .at(4))
            #expect(try await bench.execution(3).summary.wakeAt == .at(50))
            #expect(try await bench.execution(6).summary.outcome == .sample(.failed))
            try await bench.commit(1, 1, lease: lease)
        },
        JournalCase("each result and each kind of error comes back") { bench in
            let lease = try await bench.lease()
            var id: Int64 = 0
            for result in ExecutionResult.allCases {
                for type in [nil] + ErrorType.allCases.map(Optional.some) {
                    id += 1
                    let outcome = Outcome(result: result, reason: "r\(id)", errorType: type, endedAt: .at(id))
                    try await bench.start(id, .ended(outcome), lease: lease)
                    #expect(try await bench.execution(id).summary.outcome == outcome)
                }
            }
        },
        JournalCase("an event whose id is known changes nothing and names its first executions") { bench in
            let lease = try await bench.lease()
            let first = Arrival.sample("e", starting: [.sample(2), .sample(1)])
            try await bench.ingest(first, lease: lease)
            let again = Arrival.sample("e", at: 8, starting: [.sample(3)])
            #expect(try await bench.ingest(again, lease: lease) == [.duplicate(executions: [2, 1])])
            #expect(try await bench.journal.execution(3) == nil)
            #expect(try await bench.execution(1).event == first.event)
        },
        JournalCase("data with its members in another order is the same data") { bench in
            let lease = try await bench.lease()
            try await bench.ingest(.sample("e", data: ["a": 1, "b": 2]), lease: lease)
            let again = Arrival.sample("e", data: ["b": 2, "a": 1])
            #expect(try await bench.ingest(again, lease: lease) == [.duplicate(executions: [])])
        },
        JournalCase("an id that is known for something else is a conflict, and changes nothing") { bench in
            let lease = try await bench.lease()
            let first = Arrival.sample("e", starting: [.sample(1)])
            try await bench.ingest(first, lease: lease)
            let others = [
                Arrival.sample("e", name: "other", starting: [.sample(2)]),
                .sample("e", data: ["order": 2], starting: [.sample(3)]), .sample("f"),
            ]
            let answers = try await bench.journal.ingest(others, lease: lease)
            #expect(answers == [.conflict, .conflict, .accepted(woken: [])])
            #expect(try await bench.journal.execution(2) == nil)
            #expect(try await bench.journal.execution(3) == nil)
            #expect(try await bench.execution(1).event == first.event)
        },
        JournalCase("an event's depth comes back with its executions") { bench in
            let lease = try await bench.lease()
            var arrival = Arrival.sample("e", starting: [.sample(1)])
            arrival.event.depth = 3
            try await bench.ingest(arrival, lease: lease)
            #expect(try await bench.execution(1).event == arrival.event)
        },
        JournalCase("an event that started nothing is a duplicate without executions") { bench in
            let lease = try await bench.lease()
            try await bench.ingest(.sample("e"), lease: lease)
            #expect(try await bench.ingest(.sample("e"), lease: lease) == [.duplicate(executions: [])])
        },
        JournalCase("a duplicate within one call is one, and answers keep their order") { bench in
            let lease = try await bench.lease()
            let answers = try await bench.ingest(
                .sample("a", starting: [.sample(1)]), .sample("b"), .sample("a", starting: [.sample(2)]),
                .sample("c", starting: [.sample(3, .runnable), .sample(4, .runnable)]), lease: lease)
            let accepted = Ingestion.accepted(woken: [])
            #expect(answers == [accepted, accepted, .duplicate(executions: [1]), accepted])
            #expect(try await bench.journal.execution(2) == nil)
            #expect(try await bench.status(4) == .queued)
        },
        JournalCase("no arrivals are no error") { bench in
            let lease = try await bench.lease()
            #expect(try await bench.journal.ingest([], lease: lease) == [])
        },
        JournalCase("an execution id that is taken, or a first record that is not number 0, refuses the whole call") {
            bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.expectConflict(on: 1) {
                try await bench.ingest(
                    .sample("a", starting: [.sample(2)]), .sample("b", starting: [.sample(1)]), lease: lease)
            }
            var late = NewExecution.sample(3)
            late.commit.number = 1
            try await bench.expectConflict(on: 3) {
                try await bench.ingest(.sample("a"), .sample("b", starting: [late]), lease: lease)
            }
            #expect(try await bench.journal.execution(2) == nil)
            #expect(try await bench.ingest(.sample("a"), lease: lease) == [.accepted(woken: [])])
        },
        JournalCase("empty and large bodies come back byte for byte") { bench in
            let lease = try await bench.lease()
            var birth = NewExecution.sample(1)
            birth.commit.record = []
            var arrival = Arrival.sample("", name: "", starting: [birth])
            arrival.event.data = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            try await bench.ingest(arrival, lease: lease)
            let stored = try await bench.execution(1)
            #expect(stored.event == arrival.event)
            #expect(stored.records == [[]])
        },
    ]
}
