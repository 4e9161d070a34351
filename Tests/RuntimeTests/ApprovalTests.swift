import Instruments
import MemoryJournal
import TestSupport
import Testing
import Workflow

@testable import Runtime

/// People decide on what executions ask.
@Suite(.timeLimit(.minutes(30))) struct ApprovalTests {
    typealias Bench = EngineTests.Bench

    static let refund = """
        workflow_id: refund
        trigger: {type: event, event: order.placed}
        steps:
          - id: manager
            type: approval
            title: "Refund {{order.id}}"
            approvers: [alice, bob]
            roles: [lead]
            quorum: 2
            expires: 24h
            on_rejected: refuse
            on_approved: pay
            reminder: {every: 4h, execute: [{type: http_request, url: "http://receiver/{{order.id}}"}]}
            into: decision
          - {id: refuse, type: decision, decision: block, reason: "{{decision.comments.0}}"}
          - {id: pay, type: decision, decision: allow, reason: "{{decision.data.limit}}"}
        """

    private func requested(_ bench: Bench) async throws -> PendingApproval {
        try await bench.deploy(Self.refund)
        _ = try await bench.send(["order": ["id": 7]])
        return try #require(try await bench.engine.approvals(ApprovalQuery(limit: 10)).first)
    }

    @Test func aQuorumOfPeopleDecides() async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            let (id, key) = (pending.execution, pending.request.key)
            #expect(pending.workflow == "refund" && pending.request.title == "Refund 7")
            let first = try await bench.engine.decide(
                execution: id, key: key, decision: .approve, by: "alice", data: ["limit": 50])
            #expect(first.record.request.approvals == 1 && first.record.result == nil)
            let second = try await bench.engine.decide(
                execution: id, key: key, decision: .approve, by: "dave", roles: ["clerk", "lead"])
            #expect(second.record.result == .approved)
            #expect(second.record.votes.map(\.role) == [nil, "lead"])
            try await bench.settles(id, .ended)
            #expect(try await bench.engine.execution(id)?.summary.outcome?.reason == "50")
            #expect(try await bench.engine.approvals(ApprovalQuery(limit: 10)).isEmpty)
            let after = try #require(try await bench.engine.approval(id, key: key))
            #expect(after.record == second.record || after.record.result == .approved)
        }
    }

    /// The vote is given in time, and on disk after its approval has expired.
    @Test func aVoteThatComesTooLateIsNotAnsweredAsCounted() async throws {
        let journal = FaultyJournal()
        let bench = try await Bench(journal: journal, ScriptedActivity(.never))
        try await bench.deploy(
            """
            workflow_id: both
            trigger: {type: event, event: order.placed}
            steps:
              - id: both
                type: parallel
                strategy: best_effort
                steps:
                  - {id: ask, type: approval, title: May it?, approvers: [alice], expires: 1h}
                  - {id: call, type: execute, execute: [{type: http_request, url: "http://receiver/"}]}
            """)
        try await bench.running {
            let id = try #require(try await bench.send([:]).executions.first?.summary.id)
            await bench.activity.begun(1)
            // The driver does not look at the journal again.
            await bench.clock.sleeper(until: bench.clock.now + .seconds(3_600))
            let key = try #require(try await bench.engine.approvals(ApprovalQuery(limit: 1)).first?.request.key)
            let (looking, expiring) = (Gate(), Gate())
            journal.plan(.execution, .held(looking))
            let vote = Task {
                try await bench.engine.decide(execution: id, key: key, decision: .approve, by: "alice")
            }
            await looking.reached()
            journal.plan(.commit, .late(expiring))
            bench.clock.advance(by: .seconds(3_600))
            await expiring.reached()
            looking.open()
            while try await journal.execution(id)?.signals.isEmpty == true { await Task.yield() }
            expiring.open()
            let error = await #expect(throws: EngineError.self) { _ = try await vote.value }
            #expect(error?.code == .approvalDecided)
            #expect(try await bench.engine.approval(id, key: key)?.record.result == .expired)
        }
    }

    @Test func theListShowsTheVotesSoFar() async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            _ = try await bench.engine.decide(
                execution: pending.execution, key: pending.request.key, decision: .approve, by: "alice")
            try await bench.settles(pending.execution, .waiting)
            let listed = try await bench.engine.approvals(ApprovalQuery(approver: "bob", limit: 10))
            #expect(listed.map(\.request.approvals) == [1])
            #expect(try await bench.engine.approvals(ApprovalQuery(role: "clerk", limit: 10)).isEmpty)
        }
    }

    /// Nothing expires during a pause; when it ends, those who decided in it are heard before the clock.
    @Test func votesOfAPauseCountThoughTheTimeIsOverWhenItEnds() async throws {
        let first = try await Bench()
        let pending = try await requested(first)
        let (id, key) = (pending.execution, pending.request.key)
        try await first.running {
            _ = try await first.engine.signal(id, .pause)
            try await first.settles(id, .paused)
        }
        let second = try await Bench(clock: first.clock, journal: first.journal)
        _ = try await second.engine.signal(id, .resume(data: nil))
        for name in ["alice", "bob"] {
            let report = try await second.engine.decide(execution: id, key: key, decision: .approve, by: name)
            #expect(report.record.votes.contains { $0.by == name })
        }
        second.clock.advance(by: .seconds(25 * 3_600))
        try await second.running { try await second.settles(id, .ended) }
        let approval = try #require(try await second.engine.approval(id, key: key))
        #expect(approval.record.result == .approved)
    }

    @Test func theSameNameAgainChangesNothing() async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            let (id, key) = (pending.execution, pending.request.key)
            for _ in 0..<2 {
                let report = try await bench.engine.decide(execution: id, key: key, decision: .approve, by: "alice")
                #expect(report.record.votes.map(\.decision) == [.approve])
            }
            let otherwise = await #expect(throws: EngineError.self) {
                try await bench.engine.decide(execution: id, key: key, decision: .reject, by: "alice")
            }
            #expect(otherwise?.code == .approvalDecided)
            #expect(otherwise?.message == "`alice` has voted already (approve)")
            _ = try await bench.engine.decide(execution: id, key: key, decision: .reject, by: "bob", comment: "no")
            try await bench.settles(id, .ended)
            let again = try await bench.engine.decide(execution: id, key: key, decision: .reject, by: "bob")
            #expect(again.record.result == .rejected)
            #expect(try await bench.engine.execution(id)?.summary.outcome?.reason == "no")
        }
    }

    @Test func othersAreRefused() async throws {
        let bench = try await Bench()
        let pending = try await requested(bench)
        let (id, key) = (pending.execution, pending.request.key)
        func code(_ id: ExecutionID, _ key: String, by name: String, roles: [String] = []) async -> EngineError.Code? {
            do {
                _ = try await bench.engine.decide(execution: id, key: key, decision: .approve, by: name, roles: roles)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(await code(id, key, by: "mallory", roles: ["clerk"]) == .approvalNotAllowed)
        #expect(await code(id, "9.9.9", by: "alice") == .unknownApproval)
        #expect(await code(ExecutionID(rawValue: 1), key, by: "alice") == .unknownApproval)
        #expect(await code(id, key, by: "") == .invalidDecision)
        #expect(await code(id, key, by: String(repeating: "a", count: 300)) == .invalidDecision)
        #expect(try await bench.engine.approval(id, key: key)?.record.votes.isEmpty == true)
        bench.clock.advance(by: .seconds(86_400))
        #expect(await code(id, key, by: "alice") == .approvalDecided)
    }

    @Test func whoComesAfterTheDecisionIsTold() async throws {
        let bench = try await Bench()
        let pending = try await requested(bench)
        let (id, key) = (pending.execution, pending.request.key)
        _ = try await bench.engine.decide(execution: id, key: key, decision: .reject, by: "alice")
        let error = await #expect(throws: EngineError.self) {
            try await bench.engine.decide(execution: id, key: key, decision: .approve, by: "bob")
        }
        #expect(error?.code == .approvalDecided)
        #expect(error?.message == "the approval is over already (rejected)")
    }

    @Test(arguments: [["alice", "bob", "lee"], ["alice", "alice", "alice"]])
    func votesAtOnceCountOnceEach(names: [String]) async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            let (id, key) = (pending.execution, pending.request.key)
            let codes = await withTaskGroup(of: EngineError.Code?.self) { group in
                for name in names {
                    group.addTask {
                        do {
                            _ = try await bench.engine.decide(
                                execution: id, key: key, decision: .approve, by: name, roles: ["lead"])
                            return nil
                        } catch {
                            return (error as? EngineError)?.code
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let people = Set(names).count
            let record = try #require(try await bench.engine.approval(id, key: key)?.record)
            #expect(record.votes.count == min(people, 2))
            #expect(record.result == (people == 3 ? .approved : nil))
            #expect(codes.compactMap(\.self) == (people == 3 ? [.approvalDecided] : []))
        }
    }

    /// The process dies between the request and the vote, or between the vote and what comes of it.
    @Test(arguments: [false, true]) func aRestartForgetsNoRequestAndNoVote(isVotedBefore: Bool) async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal)
        let pending = try await requested(first)
        let (id, key) = (pending.execution, pending.request.key)
        if isVotedBefore {
            _ = try await first.engine.decide(execution: id, key: key, decision: .approve, by: "alice")
        }
        let second = try await Bench(clock: first.clock, journal: journal, sole: true)
        try await second.running {
            if !isVotedBefore {
                _ = try await second.engine.decide(execution: id, key: key, decision: .approve, by: "alice")
            }
            let report = try await second.engine.decide(
                execution: id, key: key, decision: .approve, by: "bob", data: ["limit": 9])
            #expect(report.record.result == .approved)
            try await second.settles(id, .ended)
            #expect(try await second.engine.execution(id)?.summary.outcome?.reason == "9")
        }
    }

    /// Nobody drives the execution until long after.
    @Test func aVoteInTimeCountsHoweverLateItIsSeen() async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal)
        let pending = try await requested(first)
        for name in ["alice", "bob"] {
            _ = try await first.engine.decide(
                execution: pending.execution, key: pending.request.key, decision: .approve, by: name,
                data: ["limit": 9])
        }
        first.clock.advance(by: .seconds(25 * 3_600))
        let second = try await Bench(clock: first.clock, journal: journal, sole: true)
        try await second.running {
            try await second.settles(pending.execution, .ended)
            #expect(try await second.engine.execution(pending.execution)?.summary.outcome?.reason == "9")
        }
    }

    @Test func remindsAndExpiresInItsTime() async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            let (id, asked) = (pending.execution, pending.request.requestedAt)
            await bench.clock.sleeper(until: asked + .seconds(4 * 3_600))
            bench.clock.advance(by: .seconds(4 * 3_600))
            await bench.activity.begun(1)
            await bench.clock.sleeper(until: asked + .seconds(8 * 3_600))
            bench.clock.advance(by: .seconds(20 * 3_600))
            try await bench.settles(id, .ended)
            let report = try #require(try await bench.engine.execution(id))
            #expect(report.summary.outcome?.errorType == .timeout)
            #expect(report.trace?.map(\.path) == ["manager.reminder", "manager"])
            #expect(try await bench.engine.approvals(ApprovalQuery(limit: 10)).isEmpty)
        }
    }

    @Test func approvalsAreMeasuredOnce() async throws {
        let journal = MemoryJournal()
        let bench = try await Bench(journal: journal)
        let pending = try await requested(bench)
        #expect(bench.approvals("requested") == 1 && bench.approvals("approved") == 0)
        let second = try await Bench(clock: bench.clock, journal: journal, sole: true)
        try await second.running {
            bench.clock.advance(by: .seconds(60))
            for name in ["alice", "bob"] {
                _ = try await second.engine.decide(
                    execution: pending.execution, key: pending.request.key, decision: .approve, by: name)
            }
            try await second.settles(pending.execution, .ended)
            try await until { second.approvals("approved") != 0 }
            await second.engine.refreshStatistics()
            #expect(second.approvals("requested") == 0 && second.approvals("approved") == 1)
            #expect(second.registry.snapshot().contains { $0.name == "approvals_duration_seconds" })
            #expect(second.value("flowmeter_approvals_pending", ["workflow_id": "refund"]) == 0)
        }
    }

    @Test func whatWaitsIsMeasured() async throws {
        let bench = try await Bench()
        _ = try await requested(bench)
        bench.clock.advance(by: .seconds(30))
        await bench.engine.refreshStatistics()
        #expect(bench.value("flowmeter_approvals_pending", ["workflow_id": "refund"]) == 1)
        #expect(bench.value("flowmeter_approvals_oldest_pending_seconds", ["workflow_id": "refund"]) == 30)
    }

    @Test func cancellingWithdrawsTheRequest() async throws {
        let bench = try await Bench()
        try await bench.running {
            let pending = try await requested(bench)
            _ = try await bench.engine.signal(pending.execution, .cancel(reason: "enough"))
            let error = await #expect(throws: EngineError.self) {
                try await bench.engine.decide(
                    execution: pending.execution, key: pending.request.key, decision: .approve, by: "alice")
            }
            #expect(error?.message == "the approval is over already (cancelled)")
            try await bench.settles(pending.execution, .ended)
            #expect(try await bench.engine.approvals(ApprovalQuery(limit: 10)).isEmpty)
        }
    }
}

extension EngineTests.Bench {
    fileprivate func approvals(_ status: String) -> Double? {
        value("approvals_total", ["workflow_id": "refund", "status": status])
    }
}
