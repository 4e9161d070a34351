import Runtime
import Synchronization
import Workflow

/// Those who send events, signals and votes, and remember what they were answered.
final class Clients: Sendable {
    struct Acknowledged {
        let event: String
        /// The workflows that it starts.
        let workflows: Set<String>
        let executions: [ExecutionID]
    }

    private struct State {
        var acknowledged: [Acknowledged] = []
        var votes: [(execution: ExecutionID, key: String, name: String)] = []
        /// By the key of the request.
        var reruns: [String: ExecutionID] = [:]
    }

    let world: World
    let cluster: Cluster
    let store: Store
    let definitions: [Definitions]
    private let state = Mutex(State())

    init(_ world: World, _ cluster: Cluster, _ store: Store) {
        self.world = world
        self.cluster = cluster
        self.store = store
        var groups = Definitions.groups
        var chosen: [Definitions] = []
        for _ in 0..<world.number(1...3) { chosen += groups.remove(at: world.number(0...groups.count - 1)) }
        definitions = chosen
        world.tell("workflows: \(chosen.map(\.id))")
    }

    var acknowledged: [Acknowledged] { state.withLock { $0.acknowledged } }
    var votes: [(execution: ExecutionID, key: String, name: String)] { state.withLock { $0.votes } }

    /// All that they do until the world is calm; returns when each has its answer, or has given up.
    func play() async {
        for definition in definitions { await deploy(definition, version: 1) }
        await withTaskGroup { group in
            let number = world.number(2...9)
            for number in 1...number { group.addTask { await self.sendEvents(number) } }
            for _ in 0..<world.number(0...4) { group.addTask { await self.control() } }
            for _ in 0..<world.number(0...4) { group.addTask { await self.vote() } }
            for number in 0..<world.number(0...2) { group.addTask { await self.rerun(number) } }
            if world.once(in: 2) { group.addTask { await self.change() } }
        }
    }

    private func sleep() async {
        let left = Int(max(0, (cluster.calm - world.now).inMicroseconds / 1_000))
        await world.sleep(for: world.milliseconds(0...left))
    }

    /// Asks one engine after another until one answers.
    private func insist<Answer>(
        _ body: (Engine) async throws(EngineError) -> Answer
    ) async throws(EngineError) -> Answer {
        while true {
            guard let engine = cluster.engine else {
                await world.sleep(for: .milliseconds(300))
                continue
            }
            do throws(EngineError) {
                return try await body(engine)
            } catch {
                guard error.code == .unavailable || error.code == .shuttingDown else { throw error }
                await world.sleep(for: world.milliseconds(1...2_000))
            }
        }
    }

    // MARK: Definitions

    /// All living engines know it when this returns; those that start later read it.
    private func deploy(_ definition: Definitions, version: Int) async {
        do {
            let source = Array(definition.text(version: version).utf8)
            _ = try await insist { engine throws(EngineError) in try await engine.deploy(source) }
            await tellAll { engine throws(EngineError) in _ = try await engine.deploy(source) }
        } catch {
            world.fail("`\(definition.id)` could not be deployed: \(error)")
        }
    }

    /// Engines do not hear of what others deploy: each is told.
    private func tellAll(_ body: (Engine) async throws(EngineError) -> Void) async {
        while true {
            // One that is being started may have read the journal before.
            let wasStarting = cluster.isStarting
            for engine in cluster.engines {
                while cluster.engines.contains(where: { $0 === engine }), (try? await body(engine)) == nil {
                    await world.sleep(for: .milliseconds(500))
                }
            }
            guard wasStarting else { return }
            await world.sleep(for: .milliseconds(100))
        }
    }

    /// New versions, while executions run; a schedule is paused for a while.
    private func change() async {
        await sleep()
        for definition in definitions where world.once(in: 2) { await deploy(definition, version: 2) }
        for definition in definitions where definition.isScheduled && world.once(in: 2) {
            await update(definition, .pauseSchedule)
            await world.sleep(for: world.milliseconds(1...20_000))
            await update(definition, .resumeSchedule)
        }
    }

    private func update(_ definition: Definitions, _ change: WorkflowChange) async {
        do {
            _ = try await insist { engine throws(EngineError) in
                try await engine.update(workflow: definition.id, change)
            }
            await tellAll { engine throws(EngineError) in
                try await engine.update(workflow: definition.id, change)
            }
        } catch {
            world.fail("`\(definition.id)` could not be changed: \(error)")
        }
    }

    func disableSchedules() async {
        for definition in definitions where definition.isScheduled { await update(definition, .disable) }
    }

    // MARK: Events

    private func sendEvents(_ number: Int) async {
        await sleep()
        let names = definitions.compactMap(\.event)
        guard !names.isEmpty else { return }
        let data: JSONObject = [
            "number": .integer(Int64(number)), "total": .integer(Int64(world.number(0...100))),
            "items": .array((1...world.number(1...4)).map { .integer(Int64($0)) }),
        ]
        await send(IncomingEvent(id: "event-\(number)", name: world.choice(of: names), data: data))
        for name in ["order.paid", "a.came", "b.came"] where world.once(in: 2) {
            await world.sleep(for: world.milliseconds(0...15_000))
            await send(IncomingEvent(id: "\(name)-\(number)", name: name, data: data))
        }
    }

    /// Some are sent twice, at the same time.
    private func send(_ event: IncomingEvent) async {
        let isPatient = !world.once(in: 8)
        await withTaskGroup { group in
            for _ in 0...(world.once(in: 4) ? 1 : 0) {
                group.addTask { await self.send(event, isPatient: isPatient) }
            }
        }
    }

    private func send(_ event: IncomingEvent, isPatient: Bool) async {
        let wait: Duration? = world.once(in: 2) ? .seconds(2) : nil
        do {
            let receipt: Receipt
            if isPatient {
                receipt = try await insist { engine throws(EngineError) in try await engine.ingest(event, wait: wait) }
            } else {
                guard let engine = cluster.engine else { return }
                receipt = try await engine.ingest(event, wait: wait)
            }
            acknowledge(event, receipt)
        } catch {
            // Nobody insists: it may have come in or not.
            if isPatient { world.fail("the event \(event.id ?? "") was refused: \(error)") }
        }
    }

    private func acknowledge(_ event: IncomingEvent, _ receipt: Receipt) {
        let id = receipt.eventID
        world.tell("client: \(id) is acknowledged\(receipt.duplicate ? ", once more" : "")")
        let executions = receipt.executions.map(\.summary.id)
        guard let known = store.ledger.events[id] else {
            return world.fail("the event \(id) was acknowledged, and is not in the journal")
        }
        if known.executions.sorted() != executions.sorted() {
            world.fail("the event \(id) started \(known.executions), and \(executions) were named")
        }
        let workflows = Set(definitions.filter { $0.event == event.name }.map(\.id))
        state.withLock {
            $0.acknowledged.append(Acknowledged(event: id, workflows: workflows, executions: executions))
        }
    }

    // MARK: Control

    private func someExecution(_ fits: (Ledger.Life) -> Bool) -> ExecutionID? {
        let fitting = store.ledger.lives.filter { fits($0.value) }.keys.sorted()
        return fitting.isEmpty ? nil : world.choice(of: fitting)
    }

    private func control() async {
        await sleep()
        guard let id = someExecution({ $0.outcome == nil }) else { return }
        let kind = world.choice(of: [Signal.Kind.pause, .cancel(reason: "asked"), .terminate(reason: "asked")])
        await signal(id, kind)
        guard kind == .pause else { return }
        await world.sleep(for: world.milliseconds(0...20_000))
        await signal(id, .resume(data: Array("{\"resumed\": true}".utf8)))
    }

    private func signal(_ id: ExecutionID, _ kind: Signal.Kind) async {
        do {
            _ = try await insist { engine throws(EngineError) in try await engine.signal(id, kind) }
        } catch {
            if ![.executionEnded, .notPaused, .compensating].contains(error.code) {
                world.fail("a signal to \(id) was refused: \(error)")
            }
        }
    }

    /// Resumes all that stand.
    func resume() async {
        let query = ExecutionQuery(statuses: [.paused, .deadLetter], limit: 1_000)
        guard let standing = try? await store.journal.executions(query) else { return }
        for summary in standing { await signal(summary.id, .resume(data: nil)) }
    }

    private func vote() async {
        await sleep()
        for _ in 0..<10 {
            let pending = try? await store.journal.approvals(ApprovalQuery(limit: 100))
            guard let pending, !pending.isEmpty else {
                await world.sleep(for: .seconds(3))
                continue
            }
            let approval = world.choice(of: pending)
            let name = world.choice(of: ["ann", "bob", "cy"])
            let decision: ApprovalVote.Decision = world.once(in: 4) ? .reject : .approve
            let key = approval.request.key
            do {
                let report = try await insist { engine throws(EngineError) in
                    try await engine.decide(execution: approval.execution, key: key, decision: decision, by: name)
                }
                guard report.record.votes.contains(where: { $0.by == name }) else {
                    return world.fail("\(name) was answered, and the vote is not told")
                }
                state.withLock { $0.votes.append((approval.execution, key, name)) }
            } catch {
                if error.code != .approvalDecided, error.code != .unknownApproval {
                    world.fail("the vote of \(name) was refused: \(error)")
                }
            }
            await world.sleep(for: world.milliseconds(0...6_000))
        }
    }

    /// Takes an ended execution up again, twice with one key.
    private func rerun(_ number: Int) async {
        await sleep()
        guard let id = someExecution({ $0.outcome != nil && $0.trigger == .event }) else { return }
        let steps = ["book", "charge", "each", "hold", "people", "check", "any", "large"]
        let start = world.once(in: 2) ? .failure : Execution.RerunStart.step(world.choice(of: steps))
        for _ in 0..<2 {
            do {
                let receipt = try await insist { engine throws(EngineError) in
                    try await engine.rerun(id, from: start, key: "key-\(number)", wait: nil)
                }
                guard let new = receipt.executions.first?.summary.id, store.ledger.lives[new] != nil else {
                    return world.fail("a rerun of \(id) was acknowledged, and is not there")
                }
                let first = state.withLock { state in
                    defer { state.reruns["\(id) \(number)"] = new }
                    return state.reruns["\(id) \(number)"]
                }
                if let first, first != new { world.fail("one request has taken \(id) up twice: \(first), \(new)") }
            } catch {
                if error.code != .invalidRerun { world.fail("a rerun of \(id) was refused: \(error)") }
            }
        }
    }
}
