import Logging
import Workflow

/// Drives one execution: feeds its state machine, commits what it decides, then acts on it.
struct Driver {
    let engine: Engine
    let deployed: Deployed
    let lease: Lease
    let mailbox: Mailbox
    var execution: Execution
    /// The number of the next record.
    var number: Int
    /// Attempts to make now: their decisions are on disk.
    var tasks: [ActivityTask]
    /// The last signal fed to the machine.
    var consumed: Int64?

    /// Whether others wait until it has written a record, or long enough (``DeadLetter``).
    var isOnTrial = false

    private var attempts: [ActivityTask.ID: Task<Void, Never>] = [:]
    private var timer: (time: Timestamp, task: Task<Void, Never>)?

    init(
        engine: Engine, deployed: Deployed, lease: Lease, mailbox: Mailbox, execution: Execution, number: Int,
        tasks: [ActivityTask]
    ) {
        self.engine = engine
        self.deployed = deployed
        self.lease = lease
        self.mailbox = mailbox
        self.execution = execution
        self.number = number
        self.tasks = tasks
    }

    /// Until the execution ends, is parked, or must be let go.
    mutating func run(signals: [Signal], inputs: [Execution.Input]) async {
        defer { stopAll() }
        var (signals, inputs) = (signals, inputs)
        while true {
            feed(signals)
            for input in inputs { act(on: input) }
            tasks += engine.settle(&execution)
            while execution.isReady, !execution.isRecordDue {
                await engine.environment.yield()
                tasks += engine.settle(&execution)
            }
            switch await commit() {
            case .goOn(let more): signals = more
            case .letGo: return
            }
            guard signals.isEmpty else {
                inputs = []
                continue
            }
            if execution.isReady {
                inputs = []
                await engine.environment.yield()
                continue
            }
            tasks.removeAll { !execution.isPerforming($0.id) }
            inputs = await startTasks()
            guard inputs.isEmpty else { continue }
            if !hasLooked, execution.isListening {
                hasLooked = true
                guard let found = await engine.signals(for: execution.id) else { return }
                signals = found
                if !found.isEmpty { continue }
            }
            setTimer()
            guard let received = await receive() else { return }
            (inputs, signals) = received
        }
    }

    private mutating func act(on input: Execution.Input) {
        let (steps, approvals) = (execution.finishedSteps.count, execution.endedApprovals.count)
        for case .perform(let task) in execution.handle(input) { tasks.append(task) }
        if case .tick(let time) = input { enforced.add(execution, after: steps, approvals, at: time) }
    }

    private var enforced = EnforcedTimes()
    /// Whether it is known what came in before there was a mailbox: of that nobody was told.
    private var hasLooked = false

    private mutating func feed(_ signals: [Signal]) {
        var isResumed = false
        for signal in signals where signal.number > consumed ?? 0 {
            consumed = signal.number
            switch signal.kind {
            case .event(let wait, let event):
                let data = (try? JSONValue(parsing: event.data, limits: .trusted)) ?? .null
                act(on: .event(wait: wait, data: data, at: engine.environment.now()))
            case .pause: act(on: .pause(at: engine.environment.now()))
            case .message(let key, let body):
                let body = (try? JSONValue(parsing: body, limits: .trusted)) ?? .null
                act(on: .message(key: key, body: body, at: engine.environment.now()))
            case .resume(let data):
                let data = data.flatMap { try? JSONValue(parsing: $0, limits: .trusted) }?.object
                act(on: .resume(data: data, at: engine.environment.now()))
                isResumed = true
            case .cancel(let reason): act(on: .cancel(reason: reason, at: engine.environment.now()))
            case .terminate(let reason): act(on: .terminate(reason: reason, at: engine.environment.now()))
            }
        }
        // What came in before it is seen that a time is over, came in time; a listening one is looked at again for it.
        if isResumed, !execution.isListening { act(on: .tick(at: engine.environment.now())) }
    }

    // MARK: Committing

    private enum Step {
        case goOn([Signal])
        case letGo
    }

    /// Writes what has been decided. With nothing decided there is nothing to write, unless the execution can be parked.
    private mutating func commit() async -> Step {
        let waits = execution.waitsChanged ? execution.waits : nil
        let approvals = execution.approvalsChanged ? execution.approvals : nil
        let disposition = execution.disposition
        let steps = execution.finishedSteps[engineSteps...]
        let isRepetition = execution.isRepetition
        let record = execution.takeRecord()
        guard record != nil || disposition != .running || isBehind else { return .goOn([]) }
        // Before it is on disk: what starts afterwards knows that it is not wanted.
        stopStale()
        let commit = Commit(
            id: execution.id, number: number, record: record ?? Array("[]".utf8), disposition: disposition,
            waits: waits, consumed: consumed, approvals: approvals,
            sent: execution.takeOutbox().map { OutgoingSignal($0, from: execution.id) },
            steps: steps.compactMap(EndedStep.init), isRepetition: isRepetition, at: engine.environment.now())
        guard let signals = await engine.write(commit, lease: lease) else {
            engine.metrics.jobs.record(&enforced, isWritten: false, at: engine.environment.now())
            return .letGo
        }
        engine.metrics.jobs.record(&enforced, isWritten: true, at: engine.environment.now())
        engine.wake(commit.sent)
        engine.live.poke(execution.id)
        if isOnTrial, !isRepetition {
            // It is cleared, and there is room for the next one.
            isOnTrial = false
            engine.alarm.ring()
        }
        number += 1
        hasLooked = true
        if isBehind { engine.intakes.complete(execution.id, with: ()) }
        committedSignal = consumed
        deployed.metrics.recordSteps(steps)
        deployed.metrics.recordApprovals(of: execution, after: engineApprovals)
        engineApprovals = MeasuredApprovals(of: execution)
        engineSteps = execution.finishedSteps.count
        if execution.outcome != nil {
            engine.finish(execution, deployed)
            return .letGo
        }
        guard disposition != .running, signals.isEmpty else { return .goOn(signals) }
        engine.parked(execution, disposition)
        return .letGo
    }

    /// How many finished steps have been measured.
    var engineSteps = 0
    var engineApprovals = MeasuredApprovals()
    private var committedSignal: Int64?
    private var isBehind: Bool { consumed != committedSignal }

    // MARK: Acting

    /// Starts the attempts; brief ones are made at once, and their results returned.
    private mutating func startTasks() async -> [Execution.Input] {
        var results: [Execution.Input] = []
        let context = ActivityContext(
            execution: execution.id, workflow: deployed.record.id, depth: execution.origin.depth,
            turn: Priority.rank(
                runnableSince: engine.environment.now(), priority: deployed.program.definition.priority))
        for task in tasks {
            let activity = engine.activities[task.kind]
            if let activity, !activity.isBrief {
                let (engine, mailbox) = (engine, mailbox)
                attempts[task.id] = Task {
                    mailbox.post(.input(await engine.perform(task, activity, context)))
                }
            } else {
                results.append(await engine.perform(task, activity, context))
            }
        }
        tasks = []
        return results
    }

    /// Cancels attempts whose results nobody waits for any more.
    private mutating func stopStale() {
        guard !attempts.isEmpty else { return }
        for (id, task) in attempts where !execution.isPerforming(id) {
            task.cancel()
            attempts[id] = nil
        }
    }

    private mutating func stopAll() {
        for task in attempts.values { task.cancel() }
        timer?.task.cancel()
    }

    private mutating func setTimer() {
        let time = execution.wakeAt
        guard time != timer?.time else { return }
        timer?.task.cancel()
        let (environment, mailbox) = (engine.environment, mailbox)
        timer = time.map { time in
            let task = Task {
                await environment.sleep(time)
                if !Task.isCancelled { mailbox.post(.input(.tick(at: environment.now()))) }
            }
            return (time, task)
        }
    }

    /// - Returns: nil when the execution must be let go.
    private mutating func receive() async -> (inputs: [Execution.Input], signals: [Signal])? {
        var inputs: [Execution.Input] = []
        var isSignalled = false
        for message in await mailbox.receive() {
            switch message {
            case .input(let input):
                if case .tick = input {
                    timer = nil
                    // What came in before the time was over may be there, and not be known here yet.
                    isSignalled = isSignalled || execution.isListening
                }
                inputs.append(input)
            case .signalled: isSignalled = true
            case .abandon: return nil
            }
        }
        guard isSignalled else { return (inputs, []) }
        guard let signals = await engine.signals(for: execution.id) else { return nil }
        return (inputs, signals)
    }
}

extension EndedStep {
    init?(_ entry: TraceEntry) {
        guard let endedAt = entry.endedAt else { return nil }
        self.init(step: entry.step, status: entry.status, startedAt: entry.startedAt, endedAt: endedAt)
    }
}

extension OutgoingSignal {
    init(_ outgoing: Outgoing, from id: ExecutionID) {
        let abandonment = Signal.Kind.cancel(reason: Engine.abandonment)
        switch outgoing {
        case .cancel(let execution): self.init(execution: execution, kind: abandonment)
        case .cancelCalled(let key):
            let caller = Execution.Origin.Caller(execution: id, key: key)
            self.init(startedBy: Engine.callEvent(of: caller), kind: abandonment)
        case .result(let caller, let result):
            let body = JSONValue.object(result).encoded
            self.init(execution: caller.execution, kind: .message(key: caller.key, body: body))
        }
    }
}

extension Execution {
    /// What the journal is to do with the execution after the next commit.
    var disposition: Disposition {
        if let outcome { return .ended(outcome) }
        if isPerforming || isReady { return .running }
        return isPaused ? .paused : .waiting(until: wakeAt)
    }
}
