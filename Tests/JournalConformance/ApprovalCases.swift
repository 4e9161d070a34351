import Testing
import Workflow

extension JournalConformance {
    static let approvalCases: [JournalCase] = [
        JournalCase("an approval comes back as it was requested, with its execution") { bench in
            let lease = try await bench.lease()
            var full = ApprovalRequest.sample("ä \"key\"", at: 7)
            full.description = "über 1000 €"
            full.approvers = ["ada", "b,\"c\""]
            full.roles = ["finance", ""]
            full.quorum = 3
            full.approvals = 2
            full.expiresAt = .at(99)
            let plain = ApprovalRequest.sample("plain", at: 8)
            try await bench.start(1, lease: lease)
            try await bench.commit(1, 1, .waiting(until: nil), approvals: [plain, full], lease: lease)
            let found = try await bench.journal.approvals(ApprovalQuery(limit: 9))
            #expect(found.map(\.request) == [full, plain])
            for approval in found {
                #expect(approval.execution == 1)
                #expect(approval.workflow == "orders")
                #expect(approval.version == "1.0.0")
            }
        },
        JournalCase("a commit's approvals replace all earlier ones; nil leaves them; an end drops them") { bench in
            let lease = try await bench.lease()
            var birth = NewExecution.sample(1)
            birth.commit.approvals = [.sample("a"), .sample("b")]
            try await bench.start(birth, lease: lease)
            var counted = ApprovalRequest.sample("b")
            counted.approvals = 1
            try await bench.commit(1, 1, lease: lease)
            #expect(try await bench.approvals() == ["1 a", "1 b"])
            try await bench.commit(1, 2, approvals: [counted, .sample("c")], lease: lease)
            #expect(try await bench.approvals() == ["1 b", "1 c"])
            #expect(try await bench.journal.approvals(ApprovalQuery(limit: 1)).map(\.request) == [counted])
            try await bench.commit(1, 3, .ended(.sample()), approvals: [.sample("d")], lease: lease)
            #expect(try await bench.approvals() == [])
            var ended = NewExecution.sample(2, .ended(.sample()))
            ended.commit.approvals = [.sample()]
            try await bench.start(ended, lease: lease)
            #expect(try await bench.approvals() == [])
            try await bench.start(3, lease: lease)
            try await bench.commit(3, 1, approvals: [.sample()], lease: lease)
            try await bench.commit(3, 2, approvals: [], lease: lease)
            #expect(try await bench.approvals() == [])
        },
        JournalCase("a key stands for one approval of its execution") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.start(2, lease: lease)
            let twice = [ApprovalRequest.sample("a", at: 3), .sample("a", at: 4)]
            try await bench.expectConflict(on: 1) { try await bench.commit(1, 1, approvals: twice, lease: lease) }
            var birth = NewExecution.sample(3)
            birth.commit.approvals = twice
            try await bench.expectConflict(on: 3) {
                try await bench.ingest(.sample("e", starting: [birth]), lease: lease)
            }
            try await bench.commit(1, 1, approvals: [.sample("a")], lease: lease)
            try await bench.commit(2, 1, approvals: [.sample("a")], lease: lease)
            #expect(try await bench.approvals() == ["1 a", "2 a"])
        },
        JournalCase("each filter lets through what fits it, and pages give each approval once") { bench in
            let lease = try await bench.lease()
            try await seedApprovals(bench, lease)
            let all = try await bench.journal.approvals(ApprovalQuery(limit: 100))
            #expect(all.count == 24)
            let sorted = all.sorted {
                ($0.request.requestedAt, $0.execution, $0.request.key)
                    < ($1.request.requestedAt, $1.execution, $1.request.key)
            }
            #expect(all == sorted)
            func check(_ query: ApprovalQuery, _ fits: (PendingApproval) -> Bool) async throws {
                #expect(try await bench.journal.approvals(query) == all.filter(fits), "\(query)")
                var page = query
                page.limit = 2
                var found: [PendingApproval] = []
                repeat {
                    let next = try await bench.journal.approvals(page)
                    found += next
                    page.after = next.last?.cursor
                    if next.isEmpty { break }
                } while true
                #expect(found == all.filter(fits), "\(query)")
            }
            try await check(ApprovalQuery(limit: 100)) { _ in true }
            try await check(ApprovalQuery(workflow: "w1", limit: 100)) { $0.workflow == "w1" }
            try await check(ApprovalQuery(workflow: "none", limit: 100)) { _ in false }
            try await check(ApprovalQuery(execution: 4, limit: 100)) { $0.execution == 4 }
            try await check(ApprovalQuery(role: "r1", limit: 100)) { $0.request.roles.contains("r1") }
            try await check(ApprovalQuery(approver: "ada", limit: 100)) { $0.request.approvers.contains("ada") }
            try await check(ApprovalQuery(workflow: "w0", execution: 6, role: "r0", approver: "ada", limit: 100)) {
                $0.workflow == "w0" && $0.execution == 6 && $0.request.roles.contains("r0")
                    && $0.request.approvers.contains("ada")
            }
            #expect(try await bench.journal.approvals(ApprovalQuery(limit: 0)) == [])
        },
        JournalCase("a cursor stays a place when its approval is gone") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, lease: lease)
            try await bench.commit(1, 1, approvals: [.sample("a"), .sample("b"), .sample("c")], lease: lease)
            let first = try await bench.journal.approvals(ApprovalQuery(limit: 2))
            try await bench.commit(1, 2, approvals: [.sample("a"), .sample("c")], lease: lease)
            let rest = try await bench.journal.approvals(ApprovalQuery(after: first.last?.cursor, limit: 9))
            #expect(rest.map(\.request.key) == ["c"])
        },
        JournalCase("statistics count approvals by workflow, with the oldest") { bench in
            let lease = try await bench.lease()
            try await seedApprovals(bench, lease)
            let all = try await bench.journal.approvals(ApprovalQuery(limit: 100))
            let statistics = try await bench.journal.statistics().approvals
            #expect(statistics.keys.sorted() == ["w0", "w1", "w2"])
            for (workflow, pending) in statistics {
                let expected = all.filter { $0.workflow == workflow }
                #expect(pending.count == expected.count)
                #expect(pending.oldest == expected.map(\.request.requestedAt).min())
            }
        },
    ]

    /// Executions 1 to 12 of three workflows, two approvals each.
    private static func seedApprovals(_ bench: JournalBench, _ lease: Lease) async throws {
        for id in Int64(1)...12 {
            var birth = NewExecution.sample(id, .waiting(until: nil), workflow: "w\(id % 3)", version: "\(id % 2)")
            birth.commit.approvals = (0..<2).map { number in
                var request = ApprovalRequest.sample("k\(number)", at: 20 - id / 3)
                request.roles = ["r\(id % 2)", "all"]
                request.approvers = id % 4 < 2 ? ["bob"] : ["bob", "ada"]
                return request
            }
            try await bench.start(birth, lease: lease)
        }
    }
}

extension JournalBench {
    /// Execution and key of all approvals.
    fileprivate func approvals() async throws -> [String] {
        try await journal.approvals(ApprovalQuery(limit: 100)).map { "\($0.execution.rawValue) \($0.request.key)" }
    }
}
