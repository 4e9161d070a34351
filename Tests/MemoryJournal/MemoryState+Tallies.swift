import Workflow

struct MemoryTallyKey: Hashable, Sendable {
    let workflow: String
    let end: Tally.End
}

extension MemoryState {
    mutating func tally(_ commit: Commit, of summary: ExecutionSummary) {
        for step in commit.steps {
            count(.step(step.step, step.status), of: summary, from: step.startedAt, to: step.endedAt)
        }
        guard let outcome = commit.outcome else { return }
        count(
            .execution(outcome.result, summary.trigger, outcome.errorType), of: summary, from: summary.startedAt,
            to: outcome.endedAt)
    }

    private mutating func count(
        _ end: Tally.End, of summary: ExecutionSummary, from start: Timestamp, to time: Timestamp
    ) {
        let key = MemoryTallyKey(workflow: summary.workflow, end: end)
        let number = TallyQuery.Interval.hour.number(of: time)
        tallies.entries[.init(number: number, key: key), default: .init()].add(time - start, at: time)
    }

    func tallies(_ query: TallyQuery) -> [Tally] {
        var sum = TallySum<MemoryTallyKey>()
        for (place, entry) in tallies.entries {
            let hour = TallyQuery.Interval.hour.start(place.number ?? 0)
            guard query.from <= hour, hour < query.before, query.subject.holds(place.key.end),
                query.workflow.map({ $0 == place.key.workflow }) ?? true
            else { continue }
            let number = query.interval.map { $0.number(of: hour) }
            sum.entries[.init(number: number, key: place.key), default: .init()].add(entry)
        }
        return TallySum.tallies(of: sum.entries, query) { ($0.workflow, $0.end) }
    }
}

extension TallyQuery.Subject {
    fileprivate func holds(_ end: Tally.End) -> Bool {
        switch end {
        case .execution: self == .executions
        case .step: self == .steps
        }
    }
}
