import Logging
public import ServiceLifecycle
import Synchronization
import Workflow

extension Engine: Service {
    /// Keeps the lease, wakes what waits, takes from the task queue; until a graceful shutdown, which waits for
    /// running executions and hands back what is left. A cancellation hands back at once.
    public func run() async throws {
        metrics.load.run(true)
        defer { metrics.load.run(false) }
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.claimWork() }
                group.addTask { await self.keepLease() }
                group.addTask { await self.keepSchedules() }
                group.addTask { await self.keepRetention() }
                async let _: Void = self.keepStatistics()
                await group.waitForAll()
            }
        } onCancelOrGracefulShutdown: {
            self.beginDraining()
        }
        await drain()
    }

    private func beginDraining() {
        state.withLock { if $0.phase == .ready { $0.phase = .draining } }
        alarm.stop()
        scheduleAlarm.stop()
        leaseAlarm.stop()
        retentionAlarm.stop()
        statisticsAlarm.stop()
    }

    private func drain() async {
        let deadline = environment.now() + options.drainTimeout
        while !Task.isCancelled, environment.now() < deadline, state.withLock({ !$0.running.isEmpty }) {
            await environment.sleep(environment.now() + .milliseconds(20))
        }
        let left = state.withLock { state in
            state.phase = .stopped
            return Array(state.running.values)
        }
        for mailbox in left { mailbox.post(.abandon) }
        do {
            try await journal.release(lease, now: environment.now())
            logger.info("shut down", metadata: ["handed_back": "\(left.count)"])
        } catch {
            logger.warning("the lease could not be handed back", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The task queue

    private func claimWork() async {
        var nextWake: Timestamp?
        repeat { nextWake = await claimAll() } while await alarm.sleep(until: nextWake, in: environment)
    }

    private static let statisticsInterval = Duration.milliseconds(750)

    /// Counts what waits, aside from the queue and for a hundredth of the time at most: with a million executions that
    /// takes longer than to wake one.
    private func keepStatistics() async {
        while await statisticsAlarm.sleep(until: nil, in: environment) {
            let start = environment.now()
            await refreshStatistics()
            let end = environment.now()
            await environment.sleep(end + max(Self.statisticsInterval, (end - start) * 100))
        }
    }

    private static let claimSize = 256

    /// Claims as long as there is work and room for it.
    /// - Returns: when to look again.
    private func claimAll() async -> Timestamp? {
        while true {
            guard let room = room(atMost: Self.claimSize) else { return nil }
            let (lease, now) = (lease, environment.now())
            do {
                let claim = try await journal.claim(only: nil, limit: room, now: now, lease: lease)
                await goOn(with: claim, at: now, lease: lease)
                if claim.more { continue }
                return claim.nextWake
            } catch {
                if case .unknownOutcome = error { giveLeaseUp(lease) }
                if error == .fenced { leaseAlarm.ring() }
                if error == .closed { return nil }
                return environment.now() + .milliseconds(500)
            }
        }
    }

    /// - Parameter now: when the journal was asked for it.
    func goOn(with claim: Claim, at now: Timestamp, lease: Lease) async {
        for stored in claim.executions {
            if let since = stored.runnableSince {
                metrics.recordClaim(of: stored.summary.priority, waited: environment.now() - since)
            }
            if await !goOn(with: stored, at: now, lease: lease) {
                goOnLater(with: stored.summary.id, lease: lease)
            }
        }
        statisticsAlarm.ring()
    }

    /// - Parameter now: when the journal was asked for it.
    /// - Returns: false when it has to be tried again: the definition could not be loaded, or the driver of a lost
    ///   lease has not let the execution go yet.
    private func goOn(with stored: StoredExecution, at now: Timestamp, lease: Lease) async -> Bool {
        let start = environment.now()
        var isDriven = false
        defer { metrics.jobs.recordResumption(isDone: isDriven, took: environment.now() - start) }
        do {
            guard let restored = try await restore(stored) else {
                await setAside(stored, lease: lease)
                return true
            }
            var execution = restored.execution
            execution.driver = lease.token
            var tasks: [ActivityTask] = []
            // One that has been born and not been driven has begun nothing yet.
            let hasBegun = stored.takeovers > 0 || stored.records.count > 1
            if !hasBegun { execution.renew(at: now) }
            let interrupted = hasBegun ? execution.takeOver(at: environment.now()) : execution.interrupted
            for case .perform(let task) in interrupted { tasks.append(task) }
            // Whoever started it may have gone before it could tell it that its caller had been cancelled meanwhile.
            if let caller = execution.origin.caller, stored.records.count == 1, await !isWanted(by: caller) {
                _ = execution.handle(.cancel(reason: Self.abandonment, at: environment.now()))
            }
            // What came in before it is seen that a time is over, came in time.
            let inputs: [Execution.Input] = stored.signals.isEmpty ? [.tick(at: now)] : []
            live.publish(.changed, stored.summary)
            isDriven = drive(
                execution, restored.deployed, number: stored.records.count, tasks: tasks, signals: stored.signals,
                inputs: inputs, lease: lease, isOnTrial: stored.deaths > 0)
            return isDriven
        } catch {
            logger.warning(
                "an execution was claimed but its definition could not be loaded; trying again",
                metadata: ["execution_id": "\(stored.summary.id)", "error": "\(error.message)"])
            return false
        }
    }

    /// An execution that cannot go on is set aside: another version of flowmeter may read it. One that somebody wants
    /// to end ends, without its undos.
    private func setAside(_ stored: StoredExecution, lease: Lease) async {
        let unreadable = "its definition or journal cannot be read by this version of flowmeter"
        let now = environment.now()
        let isUnwanted = stored.signals.contains { signal in
            switch signal.kind {
            case .cancel, .terminate: true
            default: false
            }
        }
        let disposition: Disposition =
            isUnwanted
            ? .ended(Outcome(result: .cancelled, reason: unreadable, errorType: nil, endedAt: now))
            : .deadLetter(reason: unreadable)
        let commit = Commit(
            id: stored.summary.id, number: stored.records.count, record: Array("[]".utf8), disposition: disposition,
            waits: nil, consumed: isUnwanted ? stored.signals.last?.number : nil,
            sent: isUnwanted ? tellCaller(of: stored, reason: unreadable) : [], at: now)
        guard await write(commit, lease: lease) != nil else { return }
        wake(commit.sent)
        live.poke(stored.summary.id)
        intakes.complete(stored.summary.id, with: ())
        guard case .ended(let outcome) = disposition else { return }
        metrics.recordEnd(of: stored.summary, outcome)
        alarm.ring()
    }

    /// Who has called an execution that ends unread is told so.
    private func tellCaller(of stored: StoredExecution, reason: String) -> [OutgoingSignal] {
        guard let caller = Self.caller(ofEvent: stored.event.id) else { return [] }
        let result: JSONObject = [
            "execution_id": .string(stored.summary.id.description),
            "result": .string(ExecutionResult.cancelled.rawValue), "reason": .string(reason),
        ]
        return [OutgoingSignal(.result(caller, result), from: stored.summary.id)]
    }

    /// Goes on with an execution that the journal holds under this lease without anybody driving it here, because its
    /// definition could not be loaded or an earlier driver had not let it go.
    private func goOnLater(with id: ExecutionID, lease: Lease) {
        Task {
            while state.withLock({ $0.phase != .stopped && $0.lease == lease }) {
                await environment.sleep(environment.now() + .milliseconds(500))
                let now = environment.now()
                do {
                    guard let stored = try await journal.execution(id), stored.summary.status == .running else {
                        return
                    }
                    if await goOn(with: stored, at: now, lease: lease) { return }
                } catch {
                    logger.warning("the journal could not be read; trying again", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    // MARK: The lease

    private func keepLease() async {
        let interval = options.leaseDuration / 3
        while await leaseAlarm.sleep(until: environment.now() + interval, in: environment) {
            await renewLease()
            // What another process parked before it died wakes by nobody's alarm but this one's.
            if !options.isSoleProcess { alarm.ring() }
            statisticsAlarm.ring()
        }
    }

    /// What a claim has taken without saying so would never be driven under this lease.
    func giveLeaseUp(_ lease: Lease) {
        state.withLock { if $0.lease == lease { $0.isLeaseUnsure = true } }
        leaseAlarm.ring()
    }

    private func renewLease() async {
        let (lease, now, isUnsure) = state.withLock { ($0.lease, environment.now(), $0.isLeaseUnsure) }
        if isUnsure {
            // When this fails, the lease ends by itself.
            try? await journal.release(lease, now: now)
            return await replaceLease()
        }
        do {
            let renewal = try await journal.renew(lease, now: now, until: now + options.leaseDuration)
            for id in renewal.signalled { state.withLock { $0.running[id] }?.post(.signalled) }
            noteTakeovers(renewal.takenOver, setAside: renewal.deadLettered)
        } catch {
            guard error == .fenced else {
                // It may have been renewed, and have taken over what nobody is told of.
                if case .unknownOutcome = error { alarm.ring() }
                return logger.warning("the lease could not be renewed; trying again", metadata: ["error": "\(error)"])
            }
            await replaceLease()
        }
    }

    func noteTakeovers(_ count: Int, setAside: [ExecutionID]) {
        for id in setAside {
            logger.error(
                "an execution was set aside: the process died again and again while it was on trial",
                metadata: ["execution_id": "\(id)"])
            live.poke(id)
        }
        guard count > 0 else { return }
        metrics.recordTakeovers(count)
        logger.warning(
            "executions were taken over from a process whose lease had ended",
            metadata: ["count": "\(count)", "lease": "\(lease.token)"])
        alarm.ring()
    }

    /// Traces name leases by their tokens.
    func noteLease(_ acquisition: Acquisition) {
        logger.debug(
            "a lease was taken", metadata: ["lease": "\(acquisition.lease.token)", "holder": "\(options.holder)"])
        noteTakeovers(acquisition.takenOver, setAside: acquisition.deadLettered)
    }

    /// The lease was taken away: whatever was driven under it is let go, and a new lease is taken.
    private func replaceLease() async {
        logger.error("the lease was lost; running executions are let go")
        for mailbox in state.withLock({ Array($0.running.values) }) { mailbox.post(.abandon) }
        let now = environment.now()
        do {
            let acquisition = try await journal.acquire(
                holder: options.holder, now: now, until: now + options.leaseDuration, takingAll: false)
            state.withLock { ($0.lease, $0.isLeaseUnsure) = (acquisition.lease, false) }
            noteLease(acquisition)
            alarm.ring()
        } catch {
            logger.error("no new lease could be taken; trying again", metadata: ["error": "\(error)"])
        }
    }
}
