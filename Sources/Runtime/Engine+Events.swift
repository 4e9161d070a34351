import Logging
import Synchronization
public import Workflow

extension Engine {
    /// Takes an event in: starts the workflows that it triggers and wakes the executions that wait for it.
    ///
    /// When this returns, the event and all it started are on disk. Workflows whose steps are all pure have ended by
    /// then; with `wait`, the end of the others is waited for as well, at most so long.
    public func ingest(_ event: IncomingEvent, wait: Duration?) async throws(EngineError) -> Receipt {
        try await ingest([event], wait: wait)[0].get()
    }

    /// Takes in an event that an execution emits.
    ///
    /// What hinders the engine itself is no failure of the step: the event is tried again until it is in, or until the
    /// attempt is cancelled because the execution is handed back.
    func emit(_ event: IncomingEvent) async throws(EngineError) -> Receipt {
        while true {
            do {
                try Self.checkName(of: event)
                let (router, lease) = try router(whileDraining: true)
                let receipt = try await ingest([event], wait: nil, router, lease)[0].get()
                if !receipt.duplicate { metrics.recordEmission(of: event.name) }
                return receipt
            } catch  where error.code == .invalidEvent || error.code == .eventConflict || Task.isCancelled {
                throw error
            } catch {
                await environment.sleep(environment.now() + .milliseconds(100))
            }
        }
    }

    /// Takes several events in, in order, in one transaction.
    ///
    /// - Returns: what became of each; `event_conflict` where an id was used before for something else.
    public func ingest(
        _ events: [IncomingEvent], wait: Duration?
    ) async throws(EngineError) -> [Result<Receipt, EngineError>] {
        guard !events.isEmpty else { return [] }
        let (router, lease) = try router()
        for event in events where event.id?.hasPrefix(Self.reservedPrefix) == true {
            throw EngineError(
                .invalidEvent, "ids that begin with `\(Self.reservedPrefix)` are the engine's own",
                remedy: "use another id")
        }
        for event in events { try Self.checkName(of: event) }
        return try await ingest(events, wait: wait, router, lease)
    }

    /// Whoever waits for a delivery takes it for one that was signed.
    private static func checkName(of event: IncomingEvent) throws(EngineError) {
        guard event.name.hasPrefix(WebhookName.prefix) else { return }
        throw EngineError(
            .invalidEvent, "names that begin with `\(WebhookName.prefix)` are those of webhooks' deliveries",
            remedy: "send a signed delivery to the webhook, or use another name")
    }

    private func ingest(
        _ events: [IncomingEvent], wait: Duration?, _ router: Router, _ lease: Lease
    ) async throws(EngineError) -> [Result<Receipt, EngineError>] {
        for event in events { try event.check() }
        var births: [Birth] = []
        for event in events {
            let workflows = await router.matches(event.name, data: event.data, in: environment)
            births.append(await birth(of: event, from: workflows, trigger: .event, lease: lease))
        }
        let receipts = try await receipts(for: births, wait: wait, lease: lease)
        receipts.forEach(metrics.recordIngestion)
        return receipts
    }

    /// The name under which the journal keeps the request that starts an execution by hand.
    public static let manualEventName = "flowmeter.manual"
    /// No event from outside has an id that begins so.
    public static let reservedPrefix = "flowmeter:"

    /// Starts a workflow by hand; its condition is not asked.
    /// - Parameters:
    ///   - input: the data; nil for what the definition gives (``Workflow/Definition/input``).
    ///   - key: the same key again starts nothing again.
    public func run(
        workflow id: String, input: JSONObject?, key: String?, wait: Duration?
    ) async throws(EngineError) -> Receipt {
        let (router, lease) = try router()
        guard let deployed = router.workflows[id] else { throw Self.unknownWorkflow(id) }
        guard deployed.record.enabled else { throw Self.disabled(id) }
        let request = IncomingEvent(
            id: key.map { "\(Self.reservedPrefix)run/\(id)/\($0)" }, name: Self.manualEventName,
            data: input ?? deployed.program.definition.input)
        let birth = await birth(of: request, from: [deployed], trigger: .manual, lease: lease)
        return try await receipts(for: [birth], wait: wait, lease: lease)[0].get()
    }

    // MARK: Birth

    /// An event with the executions it starts, each as far as it gets without an effect.
    struct Birth {
        var arrival: Arrival
        var started: [Started] = []
        /// The workflows that would have started, had there been room.
        var skipped: [String] = []
    }

    struct Started {
        let execution: Execution
        let deployed: Deployed
        /// Attempts to make once the birth is on disk.
        let tasks: [ActivityTask]
        var disposition: Disposition
        /// Whether it waits for others to end before it goes on.
        var isHeld = false

        var summary: ExecutionSummary {
            var summary = execution.summary
            if isHeld { (summary.status, summary.isHeld) = (.queued, true) }
            return summary
        }
    }

    /// Lets others have the thread after much work.
    ///
    /// - Parameter admission: the place that each needs; nil for the one by its definition.
    func birth(
        of event: IncomingEvent, from workflows: [Deployed], trigger: TriggerType, lease: Lease,
        admission: Admission? = nil
    ) async -> Birth {
        let now = environment.now()
        let data = JSONValue.object(event.data)
        let id = event.id ?? "evt_\(ids.next(now: now, lease: lease))"
        let record = EventRecord(id: id, name: event.name, data: data.encoded, receivedAt: now, depth: event.depth)
        var birth = Birth(arrival: Arrival(event: record, data: data, executions: []))
        var work = 0
        for deployed in workflows {
            let origin = Execution.Origin(
                trigger: trigger, eventID: id, eventName: event.name, data: event.data, startedAt: now,
                depth: event.depth, caller: Self.caller(ofEvent: id))
            var execution = Execution(id: ids.next(now: now, lease: lease), program: deployed.program, origin: origin)
            execution.driver = lease.token
            let tasks = settle(&execution)
            let born = newExecution(&execution, deployed, admission)
            birth.arrival.executions.append(born)
            birth.started.append(
                Started(execution: execution, deployed: deployed, tasks: tasks, disposition: born.commit.disposition))
            work += execution.work
            await environment.yield(afterMuch: &work)
        }
        return birth
    }

    func newExecution(
        _ execution: inout Execution, _ deployed: Deployed, _ admission: Admission?
    ) -> NewExecution {
        let waits = execution.waitsChanged && execution.outcome == nil ? execution.waits : nil
        let approvals = execution.approvalsChanged && execution.outcome == nil ? execution.approvals : nil
        var disposition = execution.disposition
        if disposition == .running, !hasRoom { disposition = .runnable }
        let commit = Commit(
            id: execution.id, number: 0, record: execution.takeRecord() ?? [], disposition: disposition, waits: waits,
            consumed: nil, approvals: approvals,
            steps: execution.finishedSteps.dropFirst(execution.keptSteps).compactMap(EndedStep.init),
            at: environment.now())
        return NewExecution(
            workflow: deployed.record.id, version: deployed.record.version, trigger: execution.origin.trigger,
            startedAt: execution.origin.startedAt, commit: commit,
            admission: admission ?? self.admission(of: execution, by: execution.program.definition.concurrency),
            priority: execution.program.definition.priority)
    }

    /// Steps that are taken at one go, before others get their turn.
    private static let settleLimit = 500

    /// Takes the steps that are ready, up to a limit; returns the attempts to make once they are on disk.
    func settle(_ execution: inout Execution) -> [ActivityTask] {
        var tasks: [ActivityTask] = []
        var left = Self.settleLimit
        let start = execution.work
        while left > 0, execution.isReady, execution.work - start < Execution.workWithoutPause {
            left -= 1
            for case .perform(let task) in execution.handle(.advance(at: environment.now())) { tasks.append(task) }
        }
        return tasks
    }

    // MARK: Answers

    /// So many are driven on at once by who takes an event in that wakes them; the rest is left to the queue.
    private static let ingestClaimSize = 16

    func receipts(
        for births: [Birth], wait: Duration?, lease: Lease
    ) async throws(EngineError) -> [Result<Receipt, EngineError>] {
        let arrivals = births.map(\.arrival)
        let now = environment.now()
        let room = isReady ? room(atMost: Self.ingestClaimSize) : nil
        let claiming = room.map { Claiming(limit: $0, now: now) }
        let intake: Intake
        do {
            intake = try await journal.ingest(arrivals, claiming: claiming, lease: lease)
        } catch {
            if case .unknownOutcome = error {
                adopt(births, lease: lease)
                // It may have claimed some, too.
                if claiming != nil { giveLeaseUp(lease) }
            }
            if error == .fenced { leaseAlarm.ring() }
            throw EngineError(error)
        }
        let writtenAt = environment.now()
        let deadline = wait.map { writtenAt + $0 }
        var births = births
        var pending: [[Task<ExecutionReport, Never>]] = []
        for (number, ingestion) in intake.ingestions.enumerated() {
            guard case .accepted(let acceptance) = ingestion else {
                pending.append([])
                continue
            }
            noteLimits(births[number].arrival, acceptance)
            births[number].admit(acceptance)
            wake(acceptance.signalled)
            // Executions that have ended need no task: their reports are made below.
            pending.append(births[number].started.compactMap { begin($0, until: deadline, lease: lease) })
        }
        // After what was started has been measured: it may be among what was claimed.
        if let claim = intake.claim {
            await goOn(with: claim, at: now, lease: lease)
            if let next = claim.nextWake { alarm.ring(ifLaterThan: next) }
            if claim.more { alarm.ring() }
        } else if intake.wakes {
            alarm.ring()
        }
        var receipts: [Result<Receipt, EngineError>] = []
        for ((birth, ingestion), tasks) in zip(zip(births, intake.ingestions), pending) {
            do throws(EngineError) {
                var receipt = try await receipt(birth, ingestion, tasks, until: deadline)
                receipt.writtenAt = writtenAt
                receipts.append(.success(receipt))
            } catch {
                receipts.append(.failure(error))
            }
        }
        return receipts
    }

    private func noteLimits(_ arrival: Arrival, _ acceptance: Acceptance) {
        for id in acceptance.held + acceptance.skipped {
            guard let born = arrival.executions.first(where: { $0.commit.id == id }), let admission = born.admission
            else { continue }
            metrics.recordLimit(of: born.workflow, admission.excess)
        }
    }

    /// It is not known whether they are in the journal: asks it, and goes on with those that are.
    private func adopt(_ births: [Birth], lease: Lease) {
        Task {
            for started in births.flatMap(\.started) {
                while state.withLock({ $0.phase != .stopped && $0.lease == lease }) {
                    do {
                        if let stored = try await journal.execution(started.execution.id) {
                            var started = started
                            if stored.summary.status == .queued { started.disposition = .runnable }
                            _ = begin(started, until: nil, lease: lease)
                        }
                        break
                    } catch {
                        logger.warning("the journal could not be read; trying again", metadata: ["error": "\(error)"])
                        await environment.sleep(environment.now() + .milliseconds(500))
                    }
                }
            }
            // Others may have been woken.
            alarm.ring()
        }
    }

    private static func conflict(of id: String) -> EngineError {
        EngineError(
            .eventConflict, "the id `\(id)` has been used for an event of another name or with other data",
            remedy: "give each event an id of its own; send a known id again only with what it was sent with")
    }

    private func receipt(
        _ birth: Birth, _ ingestion: Ingestion, _ tasks: [Task<ExecutionReport, Never>], until deadline: Timestamp?
    ) async throws(EngineError) -> Receipt {
        let id = birth.arrival.event.id
        switch ingestion {
        case .accepted:
            var waited: [ExecutionID: ExecutionReport] = [:]
            for task in tasks {
                let report = await task.value
                waited[report.summary.id] = report
            }
            let reports = birth.started.map { started in
                waited[started.execution.id]
                    ?? started.report(withTrace: deadline != nil && started.execution.outcome != nil)
            }
            return Receipt(eventID: id, duplicate: false, executions: reports, skipped: birth.skipped)
        case .duplicate(let executions):
            var reports: [ExecutionReport] = []
            for execution in executions {
                if let report = try await answer(execution, until: deadline) { reports.append(report) }
            }
            return Receipt(eventID: id, duplicate: true, executions: reports)
        case .conflict: throw Self.conflict(of: id)
        }
    }

    /// The answer of the first time, or of the end, if it comes in time.
    private func answer(_ id: ExecutionID, until deadline: Timestamp?) async throws(EngineError) -> ExecutionReport? {
        guard let first = try await execution(id) else { return nil }
        if first.summary.outcome == nil, let deadline {
            let end = await completions.wait(for: id, until: deadline, in: environment) { tellIfEnded(id) }
            if let end { return ExecutionReport(summary: end.summary, event: nil, trace: end.trace) }
        }
        let trace = deadline != nil && first.summary.outcome != nil ? first.trace : nil
        return ExecutionReport(summary: first.summary, event: nil, trace: trace)
    }

    /// It may have ended before the one who waits for its end was in place.
    private func tellIfEnded(_ id: ExecutionID) {
        Task {
            guard let report = try? await execution(id), report.summary.outcome != nil else { return }
            completions.complete(id, with: report)
        }
    }

    /// Measures what has been started, and drives on what has not ended.
    /// - Returns: a task that waits for the end, if the caller waits and the end is not there.
    private func begin(
        _ started: Started, until deadline: Timestamp?, lease: Lease
    ) -> Task<ExecutionReport, Never>? {
        let (execution, deployed, disposition) = (started.execution, started.deployed, started.disposition)
        deployed.metrics.recordStart(execution.origin.trigger)
        live.publish(.started, started.summary)
        deployed.metrics.recordSteps(execution.finishedSteps.dropFirst(execution.keptSteps))
        // What is kept of a history has been measured then.
        if execution.rerunOf == nil { deployed.metrics.recordApprovals(of: execution) }
        switch disposition {
        case .ended(let outcome):
            deployed.metrics.recordEnd(
                outcome, trigger: execution.origin.trigger, startedAt: execution.origin.startedAt)
            live.publish(.ended, started.summary)
            return nil
        case .runnable: alarm.ring()
        case .waiting(let until): if let until { alarm.ring(ifLaterThan: until) }
        case .running, .paused, .deadLetter: break
        }
        let start: () -> Void = { [self] in
            drive(execution, deployed, number: 1, tasks: started.tasks, signals: [], lease: lease)
        }
        let isDriven = disposition == .running
        guard let deadline else {
            if isDriven { start() }
            return nil
        }
        return Task { [self] in
            let end = await completions.wait(for: execution.id, until: deadline, in: environment) {
                if isDriven { start() } else { tellIfEnded(execution.id) }
            }
            if let end { return end }
            let now = (try? await journal.execution(execution.id))?.summary
            return ExecutionReport(summary: now ?? started.summary, event: nil, trace: nil)
        }
    }
}

extension Engine.Birth {
    /// Leaves out what there was no room for, and lets wait what has to.
    fileprivate mutating func admit(_ acceptance: Acceptance) {
        guard !acceptance.held.isEmpty || !acceptance.skipped.isEmpty else { return }
        let isSkipped = { (started: Engine.Started) in acceptance.skipped.contains(started.execution.id) }
        skipped = started.filter(isSkipped).map(\.deployed.record.id)
        started.removeAll(where: isSkipped)
        for index in started.indices where acceptance.held.contains(started[index].execution.id) {
            (started[index].disposition, started[index].isHeld) = (.runnable, true)
        }
    }
}

extension Engine.Started {
    fileprivate func report(withTrace: Bool) -> ExecutionReport {
        ExecutionReport(summary: summary, event: nil, trace: withTrace ? execution.trace : nil)
    }
}

extension Execution {
    var summary: ExecutionSummary {
        let status: ExecutionStatus =
            switch disposition {
            case .ended: .ended
            case .paused: .paused
            case .deadLetter: .deadLetter
            case .waiting: .waiting
            case .running, .runnable: .running
            }
        return ExecutionSummary(
            id: id, workflow: program.definition.id, version: program.definition.version, trigger: origin.trigger,
            eventID: origin.eventID, status: status, startedAt: origin.startedAt,
            wakeAt: status == .waiting ? wakeAt : nil, outcome: outcome, priority: program.definition.priority)
    }

    func report(withTrace: Bool) -> ExecutionReport {
        ExecutionReport(summary: summary, event: nil, trace: withTrace ? trace : nil)
    }
}
