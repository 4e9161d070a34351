import Workflow

/// The schedules of the workflows that are enabled: how far each has come, and when it is due next.
struct Schedules: Sendable {
    struct Entry: Sendable {
        let deployed: Deployed
        let schedule: Schedule
        /// Occurrences up to this time have been dealt with.
        var handled: Timestamp
    }

    private(set) var entries: [String: Entry] = [:]
    /// When each is due next, the earliest last.
    private var queue: [(time: Timestamp, workflow: String)] = []
    /// Those that have been taken and not given back.
    private var taken: Set<String> = []

    /// The earliest time at which one is due.
    var next: Timestamp? { queue.last?.time }

    /// Takes over what is deployed now. What is known to have been dealt with stays so.
    mutating func reload(_ router: Router) {
        var fresh: [String: Entry] = [:]
        for (id, deployed) in router.workflows {
            guard case .schedule(let schedule) = deployed.program.definition.trigger, deployed.record.enabled,
                !deployed.record.schedule.isPaused
            else { continue }
            let stored = deployed.record.schedule.handled ?? deployed.record.deployedAt
            let handled = entries[id].map { max($0.handled, stored) } ?? stored
            fresh[id] = Entry(deployed: deployed, schedule: schedule, handled: handled)
        }
        entries = fresh
        queue = entries.compactMap { id, entry in
            taken.contains(id) ? nil : entry.schedule.timing.next(after: entry.handled).map { ($0, id) }
        }
        sort()
    }

    /// Those that are due, the earliest first; each has to be given back with ``put(back:handled:)``.
    mutating func takeDue(at now: Timestamp, limit: Int) -> [Entry] {
        var due: [Entry] = []
        while due.count < limit, let last = queue.last, last.time <= now {
            queue.removeLast()
            guard let entry = entries[last.workflow] else { continue }
            taken.insert(last.workflow)
            due.append(entry)
        }
        return due
    }

    /// - Parameter handled: for each, up to when it has been dealt with.
    mutating func put(back handled: [(workflow: String, upTo: Timestamp)]) {
        for (id, upTo) in handled {
            guard let known = entries[id]?.handled else { continue }
            entries[id]?.handled = max(known, upTo)
        }
        insert(handled.map(\.workflow)) { $0.schedule.timing.next(after: $0.handled) }
    }

    /// They are tried again at the time, whatever they were due for.
    mutating func put(back workflows: [String], at time: Timestamp) { insert(workflows) { _ in time } }

    /// All at once: of many that are due at the same time, each alone would move all others.
    private mutating func insert(_ workflows: [String], time: (Entry) -> Timestamp?) {
        let ids = Set(workflows)
        taken.subtract(ids)
        queue.removeAll { ids.contains($0.workflow) }
        queue += ids.compactMap { id in entries[id].flatMap(time).map { ($0, id) } }
        sort()
    }

    private mutating func sort() { queue.sort { ($1.time, $1.workflow) < ($0.time, $0.workflow) } }
}
