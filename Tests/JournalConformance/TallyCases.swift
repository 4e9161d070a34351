import Testing
import Workflow

extension JournalConformance {
    static let tallyCases: [JournalCase] = [
        JournalCase("each end is tallied once, with its trigger, its error and how long it took") { bench in
            let lease = try await bench.lease()
            try await bench.start(1, .ended(.sample(.allowed, at: 3)), at: 1, lease: lease)
            try await bench.start(2, at: 1, lease: lease)
            try await bench.commit(2, 1, .ended(.sample(.failed, at: 5)), lease: lease)
            // The same event again, and a record that is not the next, count nothing.
            let again = NewExecution.sample(1, .ended(.sample(.allowed, at: 3)), at: 1)
            try await bench.ingest(.sample("start-1", at: 1, starting: [again]), lease: lease)
            try await bench.expectConflict(on: 2) {
                try await bench.commit(2, 5, .ended(.sample(.failed, at: 5)), lease: lease)
            }
            let tallies = try await bench.tallies(.executions)
            #expect(tallies.map(\.end) == [.execution(.allowed, .event, nil), .execution(.failed, .event, .execution)])
            #expect(tallies.map(\.durations.count) == [1, 1])
            #expect(tallies.map(\.durations.microseconds) == [2_000_000, 4_000_000])
            #expect(tallies.map(\.last) == [.at(3), .at(5)])
            #expect(tallies.allSatisfy { $0.start == nil && $0.workflow == "orders" })
        },
        JournalCase("steps are tallied as their records come in, by step and status") { bench in
            let lease = try await bench.lease()
            var birth = NewExecution.sample(1)
            birth.commit.steps = [.sample("a", took: 1), .sample("b", .failed, took: 2)]
            try await bench.start(birth, lease: lease)
            try await bench.commit(1, 1, steps: [.sample("a", took: 3)], lease: lease)
            let tallies = try await bench.tallies(.steps)
            #expect(tallies.map(\.end) == [.step("a", .completed), .step("b", .failed)])
            #expect(tallies.map(\.durations.count) == [2, 1])
            #expect(tallies.map(\.durations.microseconds) == [4_000_000, 2_000_000])
            #expect(try await bench.tallies(.executions).isEmpty)
        },
        JournalCase("an execution that is left out is not tallied") { bench in
            let lease = try await bench.lease()
            try await bench.start(.sample(1, admission: .sample(.skip)), lease: lease)
            var skipped = NewExecution.sample(2, admission: .sample(.skip))
            skipped.commit.steps = [.sample("a", took: 1)]
            #expect(try await bench.start(skipped, lease: lease).skipped == [2])
            #expect(try await bench.tallies(.steps).isEmpty)
        },
        JournalCase("tallies are by hour, by day or over the whole time, whatever hours it has") { bench in
            let lease = try await bench.lease()
            // One end in each hour of four days.
            for hour in 0..<96 as Range<Int64> {
                let time = hour * 3_600 + 7
                let workflow = hour % 2 == 0 ? "even" : "odd"
                let birth = NewExecution.sample(
                    hour + 1, .ended(.sample(.executed, at: time)), at: time - 1, workflow: workflow)
                try await bench.start(birth, lease: lease)
            }
            func counts(
                _ from: Int64, _ before: Int64, _ interval: TallyQuery.Interval?, workflow: String? = nil
            ) async throws -> [Int] {
                let query = TallyQuery(
                    .executions, workflow: workflow, from: .at(from * 3_600), before: .at(before * 3_600),
                    interval: interval)
                return try await bench.journal.tallies(query).map(\.durations.count)
            }
            #expect(try await counts(0, 96, nil) == [48, 48])
            #expect(try await counts(5, 80, nil) == [37, 38])
            #expect(try await counts(5, 80, nil, workflow: "odd") == [38])
            #expect(try await counts(5, 20, nil) == [7, 8])
            #expect(try await counts(0, 96, .day) == Array(repeating: 12, count: 8))
            #expect(try await counts(30, 50, .day, workflow: "even") == [12, 12])
            #expect(try await counts(3, 6, .hour) == [1, 1, 1])
            #expect(try await counts(6, 3, nil) == [])
            #expect(try await counts(0, 96, nil, workflow: "none") == [])
            let hours = TallyQuery(.executions, from: .at(0), before: .at(7_300), interval: .hour)
            #expect(try await bench.journal.tallies(hours).map(\.start) == [.at(0), .at(3_600), .at(7_200)])
        },
        JournalCase("tallies outlive the executions, and go with a purge that says so") { bench in
            let lease = try await bench.lease()
            for (id, time) in [(1, 10), (2, 90_000)] as [(Int64, Int64)] {
                let birth = NewExecution.sample(id, .ended(.sample(at: time)), at: time)
                try await bench.start(birth, lease: lease)
            }
            _ = try await bench.journal.purge(Purge(endedBefore: .at(100_000), limit: 10))
            #expect(try await bench.journal.executions(ExecutionQuery(limit: 10)).isEmpty)
            #expect(try await bench.tallies(.executions).map(\.durations.count) == [2])
            _ = try await bench.journal.purge(Purge(limit: 0, talliesBefore: .at(86_400)))
            #expect(try await bench.tallies(.executions).map(\.durations.count) == [1])
            let birth = NewExecution.sample(3, .ended(.sample(at: 90_001)), at: 90_000)
            try await bench.start(birth, lease: lease)
            #expect(try await bench.tallies(.executions).map(\.durations.count) == [2])
        },
    ]
}

extension JournalBench {
    /// Over the first ten days.
    func tallies(_ subject: TallyQuery.Subject) async throws -> [Tally] {
        try await journal.tallies(TallyQuery(subject, from: .at(0), before: .at(864_000)))
    }
}

extension EndedStep {
    static func sample(_ step: String, _ status: StepStatus = .completed, took seconds: Int64) -> EndedStep {
        EndedStep(step: step, status: status, startedAt: .at(10), endedAt: .at(10 + seconds))
    }
}
