import Synchronization
public import Workflow

extension Engine {
    /// Takes an event in: starts the workflows that it triggers and wakes the executions that wait for it.
    ///
    /// When this returns, the event and all it started are on disk. Workflows whose steps are all pure have ended by
    /// then; with `wait`, the end of the others is waited for as well, at most so long.
    public func ingest(_ event: IncomingEvent, wait: Duration?) async throws(EngineError) -> Receipt {
        let (router, lease) = try router()
        return try await ingest([event], wait: wait, router, lease)[0]
    }

    /// Takes in an event that an execution emits.
    ///
    /// What hinders the engine itself is no failure of the step: the event is tried again until it is in, or until the
    /// attempt is cancelled because the execution is handed back.
    func emit(_ event: IncomingEvent) async throws(EngineError) -> Receipt {
        while true {
            do {
                let (router, lease) = try router(whileDraining: true)
                return try await ingest([event], wait: nil, router, lease)[0]
            } catch  where error.code == .invalidEvent || Task.isCancelled {
                throw error
            } catch {
                await environment.sleep(environment.now() + .milliseconds(100))
            }
        }
    }

    /// Takes several events in, in order, in one transaction.
    public func ingest(_ events: [IncomingEvent], wait: Duration?) async throws(EngineError) -> [Receipt] {
        guard !events.isEmpty else { return [] }
        let (router, lease) = try router()
        return try await ingest(events, wait: wait, router, lease)
    }

    private func ingest(
        _ events: [IncomingEvent], wait: Duration?, _ router: Router, _ lease: Lease
    ) async throws(EngineError) -> [Receipt] {
        for event in events { try event.checkName() }
        let births = events.map { event in
            birth(of: event, from: router.matches(event.name, data: event.data), trigger: .event, lease: lease)
        }
        return try await receipts(for: births, wait: wait, lease: lease)
    }

    /// The name under which the journal keeps the request that starts an execution by hand.
    public static let manualEventName = "flowmeter.manual"

    /// Starts a workflow by hand; its condition is not asked.
    /// - Parameter key: the same key again starts nothing again.
    public func run(
        workflow id: String, input: JSONObject, key: String?, wait: Duration?
    ) async throws(EngineError) -> Receipt {
        let (router, lease) = try router()
        guard let deployed = router.workflows[id] else { throw Self.unknownWorkflow(id) }
        guard deployed.record.enabled else {
            throw EngineError(.workflowDisabled, "the workflow `\(id)` is disabled", remedy: "enable it first")
        }
        let request = IncomingEvent(id: key.map { "\(id)/\($0)" }, name: Self.manualEventName, data: input)
        let birth = birth(of: request, from: [deployed], trigger: .manual, lease: lease)
        return try await receipts(for: [birth], wait: wait, lease: lease)[0]
    }

    // MARK: Birth

    /// An event with the executions it starts, each as far as it gets without an effect.
    private struct Birth {
        var arrival: Arrival
        var started: [(execution: Execution, deployed: Deployed, tasks: [ActivityTask])] = []
    }

    private func birth(
        of event: IncomingEvent, from workflows: [Deployed], trigger: TriggerType, lease: Lease
    ) -> Birth {
        let now = environment.now()
        let data = JSONValue.object(event.data)
        let id = event.id ?? "evt_\(ids.next(now: now, lease: lease))"
        let record = EventRecord(id: id, name: event.name, data: data.encoded, receivedAt: now)
        var birth = Birth(arrival: Arrival(event: record, data: data, executions: []))
        for deployed in workflows {
            let origin = Execution.Origin(
                trigger: trigger, eventID: id, eventName: event.name, data: event.data, startedAt: now)
            var execution = Execution(id: ids.next(now: now, lease: lease), program: deployed.program, origin: origin)
            let tasks = settle(&execution)
            birth.arrival.executions.append(newExecution(&execution, deployed))
            birth.started.append((execution, deployed, tasks))
        }
        return birth
    }

    private func newExecution(_ execution: inout Execution, _ deployed: Deployed) -> NewExecution {
        let waits = execution.waitsChanged && execution.outcome == nil ? execution.waits : nil
        var disposition = execution.disposition
        if disposition == .running, !hasRoom { disposition = .runnable }
        let commit = Commit(
            id: execution.id, number: 0, record: execution.takeRecord() ?? [], disposition: disposition, waits: waits,
            consumed: nil, at: environment.now())
        return NewExecution(
            workflow: deployed.record.id, version: deployed.record.version, trigger: execution.origin.trigger,
            startedAt: execution.origin.startedAt, commit: commit)
    }

    /// Takes all steps that are ready; returns the attempts to make once they are on disk.
    func settle(_ execution: inout Execution) -> [ActivityTask] {
        var tasks: [ActivityTask] = []
        while execution.isReady {
            for case .perform(let task) in execution.handle(.advance(at: environment.now())) { tasks.append(task) }
        }
        return tasks
    }

    // MARK: Answers

    private func receipts(
        for births: [Birth], wait: Duration?, lease: Lease
    ) async throws(EngineError) -> [Receipt] {
        let arrivals = births.map(\.arrival)
        let ingestions: [Ingestion]
        do {
            ingestions = try await journal.ingest(arrivals, lease: lease)
        } catch {
            if case .unknownOutcome = error { adopt(births.flatMap { $0.started.map(\.execution.id) }, lease: lease) }
            if error == .fenced { leaseAlarm.ring() }
            throw EngineError(error)
        }
        let deadline = wait.map { environment.now() + $0 }
        var pending: [[Task<ExecutionReport, Never>]] = []
        for (birth, ingestion) in zip(births, ingestions) {
            guard case .accepted(let woken) = ingestion else {
                pending.append([])
                continue
            }
            if !woken.isEmpty { alarm.ring() }
            // Executions that have ended need no task: their reports are made below.
            pending.append(birth.started.compactMap { begin($0, in: birth, until: deadline, lease: lease) })
        }
        var receipts: [Receipt] = []
        for ((birth, ingestion), tasks) in zip(zip(births, ingestions), pending) {
            receipts.append(try await receipt(birth, ingestion, tasks, until: deadline))
        }
        return receipts
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
                    ?? started.execution.report(withTrace: deadline != nil && started.execution.outcome != nil)
            }
            return Receipt(eventID: id, duplicate: false, executions: reports)
        case .duplicate(let executions):
            var reports: [ExecutionReport] = []
            for execution in executions {
                if let report = try await answer(execution, until: deadline) { reports.append(report) }
            }
            return Receipt(eventID: id, duplicate: true, executions: reports)
        }
    }

    /// The answer of the first time, or of the end, if it comes in time.
    private func answer(_ id: ExecutionID, until deadline: Timestamp?) async throws(EngineError) -> ExecutionReport? {
        guard let first = try await execution(id) else { return nil }
        if first.summary.outcome == nil, let deadline {
            let end = await completions.wait(for: id, until: deadline, in: environment) {
                // It may have ended before the waiter was in place.
                Task {
                    guard let report = try? await self.execution(id), report.summary.outcome != nil else { return }
                    self.completions.complete(id, with: report)
                }
            }
            if let end { return ExecutionReport(summary: end.summary, event: nil, trace: end.trace) }
        }
        let trace = deadline != nil && first.summary.outcome != nil ? first.trace : nil
        return ExecutionReport(summary: first.summary, event: nil, trace: trace)
    }

    /// Measures what has been started, and drives on what has not ended.
    /// - Returns: a task that waits for the end, if the caller waits and the end is not there.
    private func begin(
        _ started: (execution: Execution, deployed: Deployed, tasks: [ActivityTask]), in birth: Birth,
        until deadline: Timestamp?, lease: Lease
    ) -> Task<ExecutionReport, Never>? {
        let (execution, deployed, tasks) = started
        deployed.metrics.recordStart(execution.origin.trigger)
        deployed.metrics.recordSteps(execution.finishedSteps)
        let commit = birth.arrival.executions.first { $0.commit.id == execution.id }?.commit
        switch commit?.disposition {
        case .ended(let outcome):
            deployed.metrics.recordEnd(
                outcome, trigger: execution.origin.trigger, startedAt: execution.origin.startedAt)
            return nil
        case .runnable: alarm.ring()
        case .waiting(let until): if let until { alarm.ring(ifLaterThan: until) }
        case .running, .paused, nil: break
        }
        let start = { [self] in
            guard commit?.disposition == .running else { return }
            drive(execution, deployed, number: 1, tasks: tasks, signals: [], lease: lease)
        }
        guard let deadline else {
            start()
            return nil
        }
        return Task { [self] in
            if let end = await completions.wait(for: execution.id, until: deadline, in: environment, start: start) {
                return end
            }
            let now = (try? await journal.execution(execution.id))?.summary
            return ExecutionReport(summary: now ?? execution.summary, event: nil, trace: nil)
        }
    }
}

extension Execution {
    var summary: ExecutionSummary {
        let status: ExecutionStatus =
            switch disposition {
            case .ended: .ended
            case .paused: .paused
            case .waiting: .waiting
            case .running, .runnable: .running
            }
        return ExecutionSummary(
            id: id, workflow: program.definition.id, version: program.definition.version, trigger: origin.trigger,
            eventID: origin.eventID, status: status, startedAt: origin.startedAt,
            wakeAt: status == .waiting ? wakeAt : nil, outcome: outcome)
    }

    func report(withTrace: Bool) -> ExecutionReport {
        ExecutionReport(summary: summary, event: nil, trace: withTrace ? trace : nil)
    }
}
