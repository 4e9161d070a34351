import Workflow

extension MemoryState {
    mutating func purge(_ purge: Purge) -> Purged {
        var purged = Purged(executions: 0, events: 0)
        var orphans: Set<String> = []
        for workflow in Set(executions.values.map(\.stored.summary.workflow)).sorted(by: precedes)
        where purge.workflow ?? workflow == workflow && !purge.except.contains(workflow) {
            for summary in ended(of: workflow, purge).prefix(max(purge.limit - purged.executions, 0)) {
                executions[summary.id] = nil
                orphans.insert(summary.eventID)
                purged.executions += 1
            }
        }
        if let time = purge.talliesBefore {
            tallies.entries = tallies.entries.filter { TallyQuery.Interval.hour.start($0.key.number ?? 0) >= time }
        }
        let awaited = Set(executions.values.flatMap { $0.stored.signals.compactMap(\.eventID) })
        for id in orphans {
            events[id]?.executions.removeAll { executions[$0] == nil }
            guard isForgettable(id, purge, awaited) else { continue }
            forget(id)
            purged.events += 1
        }
        let idle = events.values.filter { isForgettable($0.event.id, purge, awaited) }
            .sorted { ($0.event.receivedAt, $0.number) < ($1.event.receivedAt, $1.number) }
        for idle in idle.prefix(max(purge.limit, 0)) {
            forget(idle.event.id)
            purged.events += 1
        }
        return purged
    }

    private func ended(of workflow: String, _ purge: Purge) -> [ExecutionSummary] {
        let all = executions.values.map(\.stored.summary).filter { $0.workflow == workflow }.sorted { $0.id > $1.id }
        let fitting = all.dropFirst(max(purge.keepLast ?? 0, 0)).compactMap { summary in
            summary.outcome.map { (summary: summary, endedAt: $0.endedAt) }
        }
        return fitting.filter { ended in purge.endedBefore.map { ended.endedAt < $0 } ?? true }
            .sorted { ($0.endedAt, $0.summary.id) < ($1.endedAt, $1.summary.id) }
            .map(\.summary)
    }

    private mutating func forget(_ id: String) {
        guard let event = events.removeValue(forKey: id)?.event, event.name == Schedule.eventName else { return }
        forgottenOccurrence = max(forgottenOccurrence ?? event.receivedAt, event.receivedAt)
    }

    private func isForgettable(_ id: String, _ purge: Purge, _ awaited: Set<String>) -> Bool {
        guard let event = events[id], let time = purge.forgettingEventsBefore else { return false }
        return event.executions.isEmpty && event.event.receivedAt < time && !awaited.contains(id)
    }
}

/// The order of texts by their bytes.
func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

extension Signal {
    fileprivate var eventID: String? {
        if case .event(_, let event) = kind { event.id } else { nil }
    }
}
