import MemoryJournal
import Testing
import Workflow

@testable import Runtime

/// Conditions that workflows share.
@Suite(.timeLimit(.minutes(30))) struct RuleTests {
    typealias Bench = EngineTests.Bench

    private static func large(_ version: Int, over limit: Int) -> [UInt8] {
        Array("rule_id: large\nversion: '\(version)'\ncondition: {field: total, operator: gt, value: \(limit)}".utf8)
    }

    private static let waiting = """
        workflow_id: sample
        trigger: {type: event, event: order.placed}
        steps:
          - {id: rest, type: wait, event: go}
          - {id: ask, type: condition, rule_id: large, on_true: hold, on_false: accept}
          - {id: hold, type: decision, decision: block}
          - {id: accept, type: decision, decision: allow}
        """

    @Test func aWorkflowNeedsItsRules() async throws {
        let bench = try await Bench()
        let error = try await #require(throws: EngineError.self) { try await bench.deploy(Self.waiting) }
        #expect(error.code == .invalidDefinition && error.problems.map(\.code) == ["unknown-rule"])
        #expect(try await bench.engine.deploy(rule: Self.large(1, over: 10)).deployment == .created)
        try await bench.deploy(Self.waiting)
        #expect(bench.engine.workflows().map(\.record.id) == ["sample"])
        #expect(bench.engine.rules().map(\.rule.id) == ["large"])
    }

    @Test func aRuleThatIsAskedStays() async throws {
        let bench = try await Bench()
        _ = try await bench.engine.deploy(rule: Self.large(1, over: 10))
        try await bench.deploy(Self.waiting)
        let error = try await #require(throws: EngineError.self) { try await bench.engine.delete(rule: "large") }
        #expect(error.code == .ruleInUse && error.message.contains("`sample`"))
        let other = await #expect(throws: EngineError.self) {
            try await bench.engine.update(workflow: "rule/large", .delete)
        }
        #expect(other?.code == .unknownWorkflow)
        try await bench.engine.update(workflow: "sample", .delete)
        try await bench.engine.delete(rule: "large")
        #expect(bench.engine.rules().isEmpty)
        let unknown = try await #require(throws: EngineError.self) { try await bench.engine.delete(rule: "large") }
        #expect(unknown.code == .unknownRule)
        await #expect(throws: EngineError.self) { try await bench.deploy(Self.waiting) }
    }

    @Test func aVersionStandsForOneContent() async throws {
        let bench = try await Bench()
        _ = try await bench.engine.deploy(rule: Self.large(1, over: 10))
        #expect(try await bench.engine.deploy(rule: Self.large(1, over: 10)).deployment == .unchanged)
        let conflict = try await #require(throws: EngineError.self) {
            try await bench.engine.deploy(rule: Self.large(1, over: 20))
        }
        #expect(conflict.code == .versionConflict)
        let other = try await #require(throws: EngineError.self) {
            try await bench.engine.deploy(rule: Self.large(2, over: 20), as: "small")
        }
        #expect(other.code == .idMismatch)
        #expect(try await bench.engine.deploy(rule: Self.large(2, over: 20)).deployment == .updated)
        let failing = Array(
            "rule_id: x\ncondition: {field: a, operator: exists}\ntests: [{name: t, expect: true}]".utf8)
        let refused = try await #require(throws: EngineError.self) { try await bench.engine.deploy(rule: failing) }
        #expect(refused.problems.map(\.code) == ["test-fails"])
        #expect(bench.engine.rule("x") == nil)
    }

    /// Executions ask the version that there was when they began: in this process, after the next has taken over, when
    /// the rule and the workflow are gone, and when they are taken up again.
    @Test func aNewVersionIsForNewExecutions() async throws {
        let journal = MemoryJournal()
        let first = try await Bench(journal: journal)
        _ = try await first.engine.deploy(rule: Self.large(1, over: 10))
        try await first.deploy(Self.waiting)
        let (old, new) = try await first.running {
            let old = try await first.send(["total": 15], id: "old")
            _ = try await first.engine.deploy(rule: Self.large(2, over: 20))
            let new = try await first.send(["total": 15], id: "new")
            try await first.engine.update(workflow: "sample", .delete)
            try await first.engine.delete(rule: "large")
            return (old, new)
        }
        let second = try await Bench(clock: first.clock, journal: journal, sole: true)
        try await second.running {
            let go = try await second.send([:], as: "go", wait: .seconds(10))
            #expect(go.executions.isEmpty)
            for (receipt, result, version) in [(old, ExecutionResult.blocked, "1"), (new, .allowed, "2")] {
                let id = try #require(receipt.executions.first?.summary.id)
                let report = try await ended(id, second)
                #expect(report.summary.outcome?.result == result)
                let step = try #require(report.trace?.first { $0.step == "ask" })
                #expect(step.rules == [Rule.Version(id: "large", version: version)])
                let again = try await second.engine.rerun(id, from: .step("ask"), key: nil, wait: .seconds(10))
                #expect(again.executions.first?.summary.outcome?.result == result)
            }
        }
    }

    private func ended(_ id: ExecutionID, _ bench: Bench) async throws -> ExecutionReport {
        while true {
            if let report = try await bench.engine.execution(id), report.summary.status == .ended { return report }
            await Task.yield()
        }
    }
}
