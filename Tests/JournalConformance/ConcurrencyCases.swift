import Testing
import Workflow

extension JournalConformance {
    static let concurrencyCases: [JournalCase] = [
        JournalCase("of many tasks that ingest one event id, exactly one starts its execution") { bench in
            let lease = try await bench.lease()
            let answers = try await gather(0..<50) { number in
                try await bench.ingest(.sample("e", starting: [.sample(number + 1)]), lease: lease)[0]
            }
            #expect(answers.count { $0 == .accepted(woken: []) } == 1)
            let list = try await bench.journal.executions(ExecutionQuery(limit: 100))
            #expect(list.count == 1)
            let duplicates = answers.count { $0 == .duplicate(executions: list.map(\.id)) }
            #expect(duplicates == 49)
        },
        JournalCase("of many tasks that append the same record, exactly one does") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            let wins = try await gather(0..<50) { _ in
                do {
                    try await bench.commit(1, 1, lease: lease)
                    return true
                } catch JournalError.conflict {
                    return false
                }
            }
            #expect(wins.count { $0 } == 1)
            #expect(try await bench.execution(1).records.count == 2)
        },
        JournalCase("verbs that fail do not harm those beside them") { bench in
            let lease = try await bench.lease()
            try await bench.start(1_000, lease: lease)
            let failures = try await gather(0..<200) { number in
                do {
                    switch number % 4 {
                    case 0: try await bench.start(number, lease: lease)
                    case 1: try await bench.ingest(.sample("x\(number)", starting: [.sample(1_000)]), lease: lease)
                    case 2: try await bench.commit(1_000, 9, lease: lease)
                    default: try await bench.ingest(.sample("y\(number)"), lease: Lease(token: 99))
                    }
                    return false
                } catch {
                    return true
                }
            }
            #expect(failures.count { $0 } == 150)
            let list = try await bench.journal.executions(ExecutionQuery(limit: 1_000))
            let expected = (Int64(0)..<200).filter { $0 % 4 == 0 } + [1_000]
            #expect(list.map(\.id.rawValue).sorted() == expected)
            for number: Int64 in [1, 3] {
                let name = number == 1 ? "x1" : "y3"
                #expect(try await bench.ingest(.sample(name), lease: lease) == [.accepted(woken: [])])
            }
        },
        JournalCase("an event and a parking that race never miss each other") { bench in
            let lease = try await bench.lease()
            for round in Int64(1)...60 {
                let wait = try EventWait.sample(match: ["round": .integer(round)])
                try await bench.start(round, waits: [wait], lease: lease)
                async let parked = bench.commit(round, 1, .waiting(until: nil), lease: lease)
                async let answers = bench.ingest(
                    .sample("e\(round)", name: "order.paid", data: ["round": .integer(round)]), lease: lease)
                let (signals, woken) = (try await parked, try await answers)
                let id = ExecutionID(rawValue: round)
                // Either the event came first, its driver is told and the commit hands it over, or the execution was parked and is
                // woken.
                let expected = signals.isEmpty ? Acceptance(woken: [id]) : Acceptance(signalled: [id])
                #expect(woken == [.accepted(expected)])
                #expect(try await bench.status(round) == (signals.isEmpty ? .queued : .running))
                #expect(try await bench.execution(round).signals.count == 1)
            }
        },
        JournalCase("what a verb has done is seen by every read that begins after it") { bench in
            let lease = try await bench.lease()
            let seen = try await gather(1..<200) { number in
                try await bench.start(number, lease: lease)
                return try await bench.execution(number).summary.id.rawValue == number
            }
            #expect(seen.allSatisfy { $0 })
        },
    ]

    private static func gather<Value: Sendable>(
        _ numbers: Range<Int64>, _ body: @escaping @Sendable (Int64) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for number in numbers { group.addTask { try await body(number) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
