import Testing
import Workflow

extension JournalConformance {
    static let listCases: [JournalCase] = [
        JournalCase("what is not there is nil or empty") { bench in
            let execution = try await bench.journal.execution(1)
            #expect(execution == nil)
            #expect(try await bench.journal.executions(ExecutionQuery(limit: 10)).isEmpty)
            #expect(try await bench.journal.workflows(.current).isEmpty)
            #expect(try await bench.journal.keys().isEmpty)
        },
        JournalCase("a list is the summaries of its executions, the newest first") { bench in
            let lease = try await bench.lease()
            for id: Int64 in [5, 1, 3] { try await bench.start(id, lease: lease) }
            let list = try await bench.journal.executions(ExecutionQuery(limit: 10))
            #expect(list.map(\.id) == [5, 3, 1])
            for summary in list { #expect(try await bench.execution(summary.id.rawValue).summary == summary) }
        },
        JournalCase("pages, each before the last id of the one before, give each execution once") { bench in
            let lease = try await bench.lease()
            try await seed(bench, count: 157, lease)
            let queries = [
                ExecutionQuery(limit: 10), ExecutionQuery(workflow: "w1", limit: 7),
                ExecutionQuery(statuses: [.waiting, .ended], limit: 9), ExecutionQuery(results: [.failed], limit: 3),
                ExecutionQuery(workflow: "w2", statuses: [.ended], results: [.failed, .allowed], limit: 2),
            ]
            for query in queries {
                var all = query
                all.limit = 1_000
                let expected = try await bench.journal.executions(all)
                #expect(expected.count > query.limit)
                var page = query
                var found: [ExecutionSummary] = []
                repeat {
                    let next = try await bench.journal.executions(page)
                    found += next
                    page.before = next.last?.id
                    #expect(next.count <= query.limit)
                    if next.isEmpty { break }
                } while true
                #expect(found == expected)
            }
        },
        JournalCase("each filter lets through what fits it, and they are joined by and") { bench in
            let lease = try await bench.lease()
            try await seed(bench, count: 60, lease)
            let all = try await bench.journal.executions(ExecutionQuery(limit: 100))
            func check(_ query: ExecutionQuery, _ fits: (ExecutionSummary) -> Bool) async throws {
                let found = try await bench.journal.executions(query)
                #expect(found == all.filter(fits), "\(query)")
            }
            try await check(ExecutionQuery(workflow: "w0", limit: 100)) { $0.workflow == "w0" }
            try await check(ExecutionQuery(workflow: "none", limit: 100)) { _ in false }
            for status in ExecutionStatus.allCases {
                try await check(ExecutionQuery(statuses: [status], limit: 100)) { $0.status == status }
            }
            for result in ExecutionResult.allCases {
                try await check(ExecutionQuery(results: [result], limit: 100)) { $0.outcome?.result == result }
            }
            try await check(ExecutionQuery(results: [.failed, .timeout, .cancelled], limit: 100)) {
                [.failed, .timeout, .cancelled].contains($0.outcome?.result)
            }
            try await check(ExecutionQuery(statuses: [.queued, .paused], limit: 100)) {
                $0.status == .queued || $0.status == .paused
            }
            try await check(ExecutionQuery(statuses: [.queued], results: [.failed], limit: 100)) { _ in false }
            try await check(ExecutionQuery(triggers: [.schedule], limit: 100)) { $0.trigger == .schedule }
            try await check(ExecutionQuery(workflow: "w0", triggers: [.webhook, .manual], limit: 100)) {
                $0.workflow == "w0" && ($0.trigger == .webhook || $0.trigger == .manual)
            }
            try await check(ExecutionQuery(eventID: "event-7", limit: 100)) { $0.eventID == "event-7" }
            try await check(ExecutionQuery(eventID: "none", limit: 100)) { _ in false }
            try await check(ExecutionQuery(startedFrom: .at(10), startedBefore: .at(20), limit: 100)) {
                $0.startedAt >= .at(10) && $0.startedAt < .at(20)
            }
            let both = ExecutionQuery(
                workflow: "w1", statuses: [.ended], results: [.failed], startedFrom: .at(3), before: 50, limit: 100)
            try await check(both) {
                $0.workflow == "w1" && $0.outcome?.result == .failed && $0.startedAt >= .at(3) && $0.id < 50
            }
            #expect(try await bench.journal.executions(ExecutionQuery(limit: 0)) == [])
            #expect(try await bench.journal.executions(ExecutionQuery(limit: -1)) == [])
        },
        JournalCase("one event's executions are found by its id") { bench in
            let lease = try await bench.lease()
            let births = [NewExecution.sample(4), .sample(2), .sample(9, .ended(.sample()))]
            try await bench.ingest(.sample("e", starting: births), .sample("f", starting: [.sample(3)]), lease: lease)
            let found = try await bench.journal.executions(ExecutionQuery(eventID: "e", limit: 10))
            #expect(found.map(\.id) == [9, 4, 2])
            let ended = ExecutionQuery(statuses: [.ended], eventID: "e", before: 9, limit: 10)
            #expect(try await bench.journal.executions(ended) == [])
        },
    ]

    /// Executions 1 to `count` of three workflows in all states, two to an event, one second apart.
    private static func seed(_ bench: JournalBench, count: Int64, _ lease: Lease) async throws {
        var dispositions: [Disposition] = [
            .running, .runnable, .waiting(until: .at(500)), .waiting(until: nil), .paused,
        ]
        dispositions += ExecutionResult.allCases.map { .ended(.sample($0)) }
        for id in 1...count {
            let disposition = dispositions[Int(id) % dispositions.count]
            let workflow = "w\(id % 3)"
            var birth = NewExecution.sample(id, disposition, at: id, workflow: workflow, version: "\(id % 2)")
            birth.trigger = TriggerType.allCases[Int(id / 7) % TriggerType.allCases.count]
            try await bench.ingest(.sample("event-\(id)", at: id, starting: [birth]), lease: lease)
        }
    }
}
