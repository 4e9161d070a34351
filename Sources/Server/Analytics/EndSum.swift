import Workflow

/// Executions that have ended, added up.
struct EndSum {
    private var results: [ExecutionResult: Int] = [:]
    private var triggers: [TriggerType: Int] = [:]
    private var errors: [ErrorType: Int] = [:]
    private(set) var durations = DurationTally()
    private(set) var last: Timestamp?

    var count: Int { durations.count }

    mutating func add(_ tally: Tally) {
        guard case .execution(let result, let trigger, let error) = tally.end else { return }
        results[result, default: 0] += tally.durations.count
        triggers[trigger, default: 0] += tally.durations.count
        if let error { errors[error, default: 0] += tally.durations.count }
        durations.add(tally.durations)
        last = max(last ?? tally.last, tally.last)
    }

    /// The sums of those tallies that belong together.
    static func sums<Key: Hashable>(_ tallies: [Tally], by key: (Tally) -> Key?) -> [Key: EndSum] {
        var sums: [Key: EndSum] = [:]
        for tally in tallies { if let key = key(tally) { sums[key, default: EndSum()].add(tally) } }
        return sums
    }

    static func sum(_ tallies: [Tally]) -> EndSum { sums(tallies) { _ in 0 }[0] ?? EndSum() }

    func write(into json: inout JSONOutput) {
        json.field("executions", count)
        json.counts("by_result", results)
        json.counts("by_trigger", triggers)
        json.counts("by_error", errors)
        json.ratio("failure_ratio", results[.failed, default: 0] + results[.timeout, default: 0], of: count)
        json.field("duration") { $0.write(durations) }
        json.field("last_ended_at", last)
    }
}

/// Steps that are over, added up.
struct StepSum {
    private var statuses: [StepStatus: Int] = [:]
    /// Without those that were skipped: they took no time.
    private var durations = DurationTally()
    private(set) var count = 0

    static let statuses: [StepStatus] = StepStatus.allCases.filter(\.isFinal)

    mutating func add(_ tally: Tally) {
        guard case .step(_, let status) = tally.end else { return }
        statuses[status, default: 0] += tally.durations.count
        count += tally.durations.count
        if status != .skipped { durations.add(tally.durations) }
    }

    func write(into json: inout JSONOutput) {
        json.field("ended", count)
        json.field("by_status") { json in
            json.object { json in
                json.field("completed", statuses[.completed, default: 0])
                json.field("failed", statuses[.failed, default: 0])
                json.field("skipped", statuses[.skipped, default: 0])
                json.field("timeout", statuses[.timeout, default: 0])
            }
        }
        let failures = statuses[.failed, default: 0] + statuses[.timeout, default: 0]
        json.ratio("failure_ratio", failures, of: count - statuses[.skipped, default: 0])
        json.field("duration") { $0.write(durations) }
    }
}

extension JSONOutput {
    /// Every value that there can be, those that did not occur with 0.
    fileprivate mutating func counts<Key: RawRepresentable<String> & CaseIterable & Hashable>(
        _ name: StaticString, _ counts: [Key: Int]
    ) {
        var object: JSONObject = [:]
        for key in Key.allCases { object[key.rawValue] = .integer(Int64(counts[key, default: 0])) }
        field(name, .object(object))
    }

    /// Null where there is nothing to be a part of.
    fileprivate mutating func ratio(_ name: StaticString, _ part: Int, of whole: Int) {
        field(name, whole > 0 ? JSONValue.number(Double(part) / Double(whole)) : nil)
    }

    fileprivate mutating func write(_ durations: DurationTally) {
        object { json in
            json.field("mean_ms", milliseconds: durations.mean)
            json.field("p50_ms", milliseconds: durations.quantile(0.5))
            json.field("p95_ms", milliseconds: durations.quantile(0.95))
            json.field("p99_ms", milliseconds: durations.quantile(0.99))
        }
    }
}
