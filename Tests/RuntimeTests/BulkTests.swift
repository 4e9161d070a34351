import Testing
import Workflow

@testable import Runtime

/// The same for many executions, and back to an earlier version.
@Suite(.timeLimit(.minutes(30))) struct BulkTests {
    typealias Bench = EngineTests.Bench

    private static let failing = """
        workflow_id: failing
        trigger: {type: event, event: order.failing}
        steps:
          - id: each
            type: foreach
            items: "{{list}}"
            steps: [{id: one, type: execute, execute: [{type: log, message: x}]}]
        """

    private func bulk(
        _ bench: Bench, _ action: BulkAction, _ query: ExecutionQuery = ExecutionQuery(limit: 1_000), dry: Bool = false
    ) async throws -> BulkReport {
        try await bench.engine.bulk(action, query, reason: "enough", dryRun: dry)
    }

    private func outcomes(_ report: BulkReport) -> Set<BulkReport.Outcome> { Set(report.items.map(\.outcome)) }

    private func wait(_ bench: Bench, _ status: ExecutionStatus, count: Int) async throws {
        while try await bench.engine.executions(ExecutionQuery(statuses: [status], limit: 1_000)).count < count {
            await Task.yield()
        }
    }

    @Test func allThatFitAreSteered() async throws {
        let bench = try await Bench()
        for definition in [EngineTests.waiting, EngineTests.decision] { try await bench.deploy(definition) }
        for number: Int64 in 0..<250 { _ = try await bench.send(["order": ["id": .integer(number), "total": 1]]) }
        let waiting = ExecutionQuery(workflow: "waiter", limit: 1_000)
        try await bench.running {
            let dry = try await bulk(bench, .cancel, waiting, dry: true)
            #expect(dry.items.count == 250 && outcomes(dry) == [.matched] && dry.next == nil)
            #expect(try await bench.engine.executions(ExecutionQuery(statuses: [.waiting], limit: 300)).count == 250)
            let paused = try await bulk(bench, .pause, waiting)
            #expect(outcomes(paused) == [.done(nil)])
            try await wait(bench, .paused, count: 250)
            let again = try await bulk(bench, .pause, waiting)
            #expect(again.items.isEmpty)
            _ = try await bulk(bench, .resume, waiting)
            try await wait(bench, .waiting, count: 250)
            // Page by page.
            var page = ExecutionQuery(workflow: "waiter", limit: 100)
            var counts: [Int] = []
            repeat {
                let report = try await bulk(bench, .terminate, page)
                counts.append(report.items.count)
                page.before = report.next
            } while page.before != nil
            #expect(counts == [100, 100, 50])
            try await wait(bench, .ended, count: 500)
            let ended = try await bench.engine.executions(waiting)
            #expect(Set(ended.map(\.outcome?.result)) == [.cancelled])
            #expect(Set(ended.map(\.outcome?.reason)) == ["enough"])
        }
    }

    @Test func whatCannotBeDoneIsSkippedWithAReason() async throws {
        let bench = try await Bench()
        for definition in [EngineTests.waiting, EngineTests.decision] { try await bench.deploy(definition) }
        _ = try await bench.send(["order": ["id": 1, "total": 1]])
        let all = ExecutionQuery(statuses: Set(ExecutionStatus.allCases), limit: 10)
        for isDry in [true, false] {
            let report = try await bulk(bench, .resume, all, dry: isDry)
            #expect(outcomes(report) == [.skipped("it has ended (allowed)"), .skipped("it is waiting")])
        }
        #expect(outcomes(try await bulk(bench, .retry, all)).contains(.skipped("it has not failed (allowed)")))
    }

    @Test func whatFailedIsRetriedOnce() async throws {
        let bench = try await Bench()
        try await bench.deploy(Self.failing)
        for _ in 0..<3 { _ = try await bench.send([:], as: "order.failing") }
        let first = try await bulk(bench, .retry, ExecutionQuery(workflow: "failing", limit: 100))
        #expect(first.items.count == 3)
        let started = first.items.compactMap { item -> ExecutionID? in
            if case .done(let id) = item.outcome { id } else { nil }
        }
        #expect(started.count == 3)
        // The new ones have failed too; the old ones have been retried.
        let second = try await bulk(bench, .retry, ExecutionQuery(workflow: "failing", limit: 100))
        let skipped = second.items.count { item in
            guard case .skipped(let reason) = item.outcome else { return false }
            return reason.hasPrefix("it has been retried already")
        }
        #expect(second.items.count == 6 && skipped == 3)
    }

    // MARK: Versions

    @Test func anEarlierVersionIsCurrentAgain() async throws {
        let bench = try await Bench()
        let source = { (version: String, verdict: String) in
            """
            workflow_id: guard
            version: \(version)
            trigger: {type: event, event: order.placed}
            steps: [{id: done, type: action, action: {type: \(verdict)}}]
            """
        }
        try await bench.deploy(source("1", "allow"))
        try await bench.deploy(source("2", "block"))
        try await bench.engine.update(workflow: "guard", .disable)
        let back = try await bench.engine.rollback("guard", to: "1")
        #expect(back.record.version == "1" && !back.record.enabled)
        try await bench.engine.update(workflow: "guard", .enable)
        #expect(try await bench.send([:]).executions.first?.summary.outcome?.result == .allowed)
        #expect(try await bench.engine.rollback("guard", to: "1").record.version == "1")
        #expect(try await bench.engine.rollback("guard", to: "2").record.version == "2")
        let version = await #expect(throws: EngineError.self) { try await bench.engine.rollback("guard", to: "3") }
        #expect(version?.code == .unknownVersion)
        try await bench.engine.update(workflow: "guard", .delete)
        let workflow = await #expect(throws: EngineError.self) { try await bench.engine.rollback("guard", to: "1") }
        #expect(workflow?.code == .unknownWorkflow)
    }
}
