import Testing
import Workflow

@testable import SQLiteJournal

/// Lists read what they show, and little more.
@Suite struct ListTests {
    @Test(arguments: (Facets.selects + [ListScope.selectNext]).map(\.sql))
    func whatFitsIsReadInTheOrderOfAnIndex(_ sql: String) async throws {
        try await withJournal { journal, _ in
            let plan = try await journal.plan(of: sql)
            #expect(plan.count == 1 && plan[0].hasPrefix("SEARCH executions USING"), "\(plan)")
        }
    }

    @Test func whatFitsIsLookedUpById() async throws {
        try await withJournal { journal, _ in
            let query = ExecutionQuery(
                workflow: "orders", statuses: [.ended, .waiting], results: [.failed], triggers: [.event], limit: 5)
            let plan = try await journal.plan(
                of: Connection.select((1...3).map { ExecutionID(rawValue: $0) }, query).sql)
            #expect(plan.contains("SEARCH e USING INTEGER PRIMARY KEY (rowid=?)"), "\(plan)")
        }
    }

    @Test func talliesOfOneWorkflowAreReadWithoutThoseOfOthers() async throws {
        try await withJournal { journal, _ in
            let plan = try await journal.plan(of: Connection.select(.executions, of: 7).sql)
            #expect(plan.contains("SEARCH tallies USING PRIMARY KEY (span=? AND start=? AND workflow=? AND step=?)"))
        }
    }

    @Test func whatIsRareIsFoundAmongMany() async throws {
        try await withJournal { journal, lease in
            for first in stride(from: Int64(1), to: 4_000, by: 500) {
                let births = (first..<first + 500).map { id in
                    let result: ExecutionResult = id == 7 ? .blocked : id % 1_000 == 3 ? .failed : .allowed
                    let end = Outcome(result: result, reason: nil, errorType: nil, endedAt: second(id))
                    var birth = birth(id, id == 9 ? .paused : .ended(end), size: 20)
                    birth.startedAt = second(id)
                    if id == 11 { birth.trigger = .manual }
                    return birth
                }
                var arrival = arrival("e\(first)", size: 20)
                arrival.executions = births
                _ = try await journal.ingest([arrival], lease: lease)
            }
            func ids(_ query: ExecutionQuery) async throws -> [Int64] {
                try await journal.executions(query).map(\.id.rawValue)
            }
            #expect(try await ids(ExecutionQuery(results: [.blocked], limit: 5)) == [7])
            #expect(try await ids(ExecutionQuery(results: [.blocked, .failed], limit: 3)) == [3_003, 2_003, 1_003])
            #expect(try await ids(ExecutionQuery(statuses: [.paused], limit: 5)) == [9])
            #expect(try await ids(ExecutionQuery(workflow: "orders", triggers: [.manual], limit: 5)) == [11])
            let both = ExecutionQuery(
                statuses: [.paused, .ended], triggers: [.manual, .event], before: ExecutionID(rawValue: 12), limit: 4)
            #expect(try await ids(both) == [11, 10, 9, 8])
            let early = ExecutionQuery(startedFrom: second(5), startedBefore: second(8), limit: 50)
            #expect(try await ids(early) == [7, 6, 5])
            let rare = ExecutionQuery(
                results: [.allowed, .failed], startedFrom: second(1_000), startedBefore: second(1_006), limit: 3)
            #expect(try await ids(rare) == [1_005, 1_004, 1_003])
        }
    }
}

extension SQLiteJournal {
    /// How SQLite would run the text, a line to each loop.
    fileprivate func plan(of sql: String) async throws -> [String] {
        try await write { session throws(VerbFailure) in
            var lines: [String] = []
            try session.statement(Query(.other, "transaction", "EXPLAIN QUERY PLAN \(sql)")).run {
                lines.append($0.text(3))
            }
            return lines
        }
    }
}
