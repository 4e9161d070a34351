import Logging
import Synchronization
import Telemetry
public import Workflow

/// How a workflow's schedule stands.
public struct ScheduleReport: Sendable {
    public let state: ScheduleState
    /// The next occurrences, whether or not it is paused.
    public let next: [Timestamp]
}

/// What a backfill has done.
public struct BackfillReport: Sendable {
    /// The occurrences that were started now.
    public var started: [Timestamp] = []
    /// Those that had run before, or been left out because another one ran.
    public var known = 0
}

extension Engine {
    /// Occurrences that are started in one transaction.
    private static let scheduleBatch = 500
    /// How many occurrences one backfill takes.
    public static let backfillLimit = 1_000

    /// Starts what is due, until the shutdown.
    func keepSchedules() async {
        repeat {
            // While one batch is written the next one is made.
            async let others: Void = startAllDue()
            await startAllDue()
            await others
            metrics.nextDue.time = state.withLock { $0.schedules.next }
        } while await scheduleAlarm.sleep(until: metrics.nextDue.time, in: environment)
    }

    private func startAllDue() async { while await startDue() {} }

    /// - Returns: whether there may be more.
    private func startDue() async -> Bool {
        let now = environment.now()
        let due = state.withLock { $0.schedules.takeDue(at: now, limit: Self.scheduleBatch) }
        guard !due.isEmpty else { return false }
        do {
            try await start(due, now: now)
            return due.count == Self.scheduleBatch
        } catch {
            logger.warning("schedules could not be started; trying again", metadata: ["error": "\(error.message)"])
            metrics.jobs.recordStart(.failure, took: environment.now() - now, count: due.count)
            let later = now + .seconds(1)
            state.withLock { $0.schedules.put(back: due.map(\.deployed.record.id), at: later) }
            return false
        }
    }

    private func start(_ due: [Schedules.Entry], now: Timestamp) async throws(EngineError) {
        let (_, lease) = try router()
        var births: [Birth] = []
        var missed: [(workflow: String, upTo: Timestamp)] = []
        var plans: [(entry: Schedules.Entry, plan: CatchUp.Plan)] = []
        for entry in due {
            let plan = entry.schedule.catchUp.plan(entry.schedule.timing, after: entry.handled, now: now)
            for time in plan.run {
                births.append(await occurrence(of: entry.deployed, entry.schedule, at: time, lease: lease))
            }
            plans.append((entry, plan))
            if plan.run.isEmpty, let handled = plan.handled { missed.append((entry.deployed.record.id, handled)) }
            // Those that were missed have been counted.
            if plan.missed != nil { await environment.yield() }
        }
        if !births.isEmpty {
            let receipts = try await receipts(for: births, wait: nil, lease: lease)
            for (birth, receipt) in zip(births, receipts) { record(birth, try? receipt.get()) }
        }
        for (workflow, upTo) in missed { try await markHandled(workflow, upTo: upTo) }
        for (entry, plan) in plans { note(plan, entry) }
        let handled = due.map { ($0.deployed.record.id, $0.schedule.timing.latest(atOrBefore: now) ?? $0.handled) }
        state.withLock { $0.schedules.put(back: handled) }
    }

    private func note(_ plan: CatchUp.Plan, _ entry: Schedules.Entry) {
        guard let missed = plan.missed else { return }
        let id = entry.deployed.record.id
        for _ in 0..<missed.count { metrics.recordOccurrence(of: id, .missed) }
        logger.warning(
            "occurrences of a schedule were missed and are not made up for",
            metadata: [
                "workflow_id": "\(id)", "count": "\(missed.count)", "first": "\(missed.first)",
                "last": "\(missed.last)",
            ])
    }

    /// What another process has started is told by that one.
    private func record(_ birth: Birth, _ receipt: Receipt?) {
        guard let receipt, !receipt.duplicate, let mark = birth.arrival.schedule else { return }
        let writtenAt = receipt.writtenAt ?? environment.now()
        let took = writtenAt - birth.arrival.event.receivedAt
        guard !receipt.executions.isEmpty else {
            metrics.jobs.recordStart(.skipped, took: took)
            return metrics.recordOccurrence(of: mark.workflow, .skipped)
        }
        metrics.jobs.recordStart(.success, took: took)
        metrics.recordOccurrence(of: mark.workflow, .started, late: writtenAt - mark.handled)
    }

    private func occurrence(
        of deployed: Deployed, _ schedule: Schedule, at time: Timestamp, lease: Lease
    ) async -> Birth {
        let id = deployed.record.id
        let event = IncomingEvent(
            id: "\(Self.reservedPrefix)schedule/\(Schedule.identity(of: id, at: time))", name: Schedule.eventName,
            data: deployed.program.definition.input)
        // An execution has one limit: that of the definition, where it has one, is for all that starts it.
        let overlap =
            deployed.program.definition.concurrency == nil
            ? Admission(slot: "schedule/\(id)", limit: 1, excess: schedule.overlap.excess) : nil
        var birth = await birth(of: event, from: [deployed], trigger: .schedule, lease: lease, admission: overlap)
        birth.arrival.schedule = ScheduleMark(workflow: id, handled: time)
        return birth
    }

    // MARK: Other versions

    /// What is due of the version before stays due, also when nothing of its schedule has come to pass yet: it counts
    /// from when that version was deployed, not from when this one is. Other times count from now on, when what is due
    /// by the old ones has been started. That is written before they are deployed, so that a crash in between leaves nothing
    /// that is due twice.
    func keepDue(_ next: Definition) async throws(EngineError) {
        guard let timing = next.trigger.timing else { return }
        let (deployed, handled, isUnreadable) = state.withLock { state in
            (
                state.router.workflows[next.id], state.schedules.entries[next.id]?.handled,
                state.unreadable.contains(next.id)
            )
        }
        guard let deployed else {
            if isUnreadable { try await markHandled(next.id, upTo: environment.now()) }
            return
        }
        guard deployed.record.version != next.version else { return }
        if timing != deployed.program.definition.trigger.timing {
            try await markHandled(next.id, upTo: try await startOwed(next.id))
        } else if let handled, deployed.record.schedule.handled == nil {
            try await markHandled(next.id, upTo: handled)
        }
    }

    /// Starts what is due of a schedule by now, or waits a moment until it has been started.
    private func startOwed(_ id: String) async throws(EngineError) -> Timestamp {
        let now = environment.now()
        for _ in 0..<20 {
            await startAllDue()
            let entry = state.withLock { $0.schedules.entries[id] }
            guard let entry, let latest = entry.schedule.timing.latest(atOrBefore: now), latest > entry.handled else {
                return now
            }
            await environment.sleep(environment.now() + .milliseconds(100))
        }
        throw EngineError(
            .unavailable, "what is due of the schedule of `\(id)` cannot be started before its times change",
            remedy: "try again")
    }

    private func markHandled(_ id: String, upTo time: Timestamp) async throws(EngineError) {
        _ = try await journaling { () throws(JournalError) in
            try await journal.update(workflow: id, .handleSchedule(upTo: time))
        }
    }

    // MARK: For people

    /// How the schedule of a workflow stands; nil for a workflow without one.
    public func schedule(of id: String, next count: Int) throws(EngineError) -> ScheduleReport? {
        let (deployed, schedule) = try scheduled(id)
        guard let schedule else { return nil }
        let handled = state.withLock { $0.schedules.entries[id]?.handled }
        var standing = deployed.record.schedule
        standing.handled = [standing.handled, handled].compactMap(\.self).max()
        var next: [Timestamp] = []
        var last = environment.now()
        while next.count < count, let time = schedule.timing.next(after: last) {
            next.append(time)
            last = time
        }
        return ScheduleReport(state: standing, next: next)
    }

    /// Starts the occurrences of a time that have not run, in order; none that is still to come.
    ///
    /// An occurrence is known by its workflow and time, so that one that has run does not run again.
    public func backfill(_ id: String, _ range: Range<Timestamp>) async throws(EngineError) -> BackfillReport {
        let (deployed, schedule) = try scheduled(id)
        guard let schedule else {
            throw EngineError(.invalidSchedule, "the workflow `\(id)` has no schedule", remedy: "name one that has")
        }
        guard deployed.record.enabled else { throw Self.disabled(id) }
        if let horizon = try await backfillHorizon(of: deployed), range.lowerBound < horizon {
            throw EngineError(
                .invalidSchedule,
                "what ran before \(horizon) may have been forgotten by the retention, and would run again",
                remedy: "begin at that time or later; run the workflow by hand for what lies before")
        }
        // What is still to come runs at its time.
        let end = min(range.upperBound, environment.now() + .microseconds(1))
        let past = range.lowerBound..<max(range.lowerBound, end)
        let times = schedule.timing.occurrences(in: past, limit: Self.backfillLimit + 1)
        guard times.count <= Self.backfillLimit else {
            throw EngineError(
                .invalidSchedule, "more than \(Self.backfillLimit) occurrences lie in this time",
                remedy: "ask for a shorter one")
        }
        let (_, lease) = try router()
        var births: [Birth] = []
        for time in times {
            var birth = await occurrence(of: deployed, schedule, at: time, lease: lease)
            birth.arrival.schedule = nil
            // Whatever is done at its limit, what is asked for runs as soon as there is room.
            for index in birth.arrival.executions.indices { birth.arrival.executions[index].admission?.excess = .queue }
            births.append(birth)
            if births.count.isMultiple(of: 50) { await environment.yield() }
        }
        guard !births.isEmpty else { return BackfillReport() }
        var report = BackfillReport()
        for (time, receipt) in zip(times, try await receipts(for: births, wait: nil, lease: lease)) {
            switch receipt {
            case .success(let receipt) where !receipt.duplicate && !receipt.executions.isEmpty:
                report.started.append(time)
            // One that ran before the definition got other data is known, too.
            case .success: report.known += 1
            case .failure(let error) where error.code == .eventConflict: report.known += 1
            case .failure(let error): throw error
            }
        }
        return report
    }

    /// From when on it is known which occurrences have run. What was forgotten while the retention was another one stays
    /// so.
    private func backfillHorizon(of deployed: Deployed) async throws(EngineError) -> Timestamp? {
        let statistics = try await journaling { () throws(JournalError) in try await journal.statistics() }
        let remembered = statistics.forgottenOccurrence.map { $0 + .microseconds(1) }
        return [remembered, forgettingHorizon(of: deployed)].compactMap(\.self).max()
    }

    private func scheduled(_ id: String) throws(EngineError) -> (Deployed, Schedule?) {
        guard let deployed = state.withLock({ $0.router.workflows[id] }) else { throw Self.unknownWorkflow(id) }
        guard case .schedule(let schedule) = deployed.program.definition.trigger else { return (deployed, nil) }
        return (deployed, schedule)
    }
}

extension Schedule.Overlap {
    var excess: Admission.Excess {
        switch self {
        case .skip: .skip
        case .queue: .queue
        case .cancelRunning: .cancelRunning
        }
    }
}

extension Trigger {
    var timing: ScheduleTiming? {
        if case .schedule(let schedule) = self { schedule.timing } else { nil }
    }
}
