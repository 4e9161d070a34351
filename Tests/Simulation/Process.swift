import Instruments
import Logging
import Runtime
import Synchronization
import Telemetry
import Workflow

/// A process that runs an engine: it can crash, and freeze. Its calls of the journal gather and are written as groups.
final class Process: Sendable {
    /// What those who wait for a group are told.
    enum Verdict {
        case done
        case refused
        /// It was done, or it was not.
        case unknown
        case dead
    }

    struct Call {
        let apply: @Sendable () async -> Void
        let caller: CheckedContinuation<Verdict, Never>
    }

    private struct State {
        var isDead = false
        var frozenUntil: Timestamp?
        var group: [Call] = []
        var engine: Engine?
        var service: Task<Void, Never>?
    }

    let name: String
    let world: World
    let store: Store
    let faults: Faults
    private let state = Mutex(State())

    init(_ name: String, _ world: World, _ store: Store, _ faults: Faults) {
        self.name = name
        self.world = world
        self.store = store
        self.faults = faults
    }

    /// The engine, while the process lives.
    var engine: Engine? { state.withLock { $0.isDead ? nil : $0.engine } }
    var isDead: Bool { state.withLock { $0.isDead } }

    // MARK: Life

    /// Starts the engine.
    /// - Returns: false when it could not; the process is dead then.
    func start(_ options: EngineOptions, _ receiver: Receiver) async -> Bool {
        world.tell("\(name): starts")
        let environment = Environment(
            now: { self.world.now },
            sleep: { until in
                await self.world.sleep(until: until)
                await self.pass()
            }, random: { self.world.fraction() },
            // `Task.yield` would go by the pool that is out of service.
            yield: { await withUnsafeContinuation { continuation in Task { continuation.resume() } } })
        do {
            let engine = try await Engine(
                journal: ProcessJournal(process: self),
                recorders: Recorders(registry: Registry(), dialects: []), options: options,
                logger: Logger(label: name, factory: { _ in Diary(process: self) }),
                activities: [.httpRequest: SimulatedRequest(process: self, receiver: receiver)],
                environment: environment)
            state.withLock { state in
                guard !state.isDead else { return }
                state.engine = engine
                state.service = Task { try? await engine.run() }
            }
            return !isDead
        } catch {
            world.tell("\(name): could not start: \(error)")
            crash()
            return false
        }
    }

    /// Nothing of it comes through any more: neither its writes nor its calls.
    func crash() {
        let service = state.withLock { state in
            guard !state.isDead else { return nil as Task<Void, Never>? }
            state.isDead = true
            defer { (state.service, state.engine) = (nil, nil) }
            return state.service
        }
        world.tell("\(name): is dead")
        // What is left of it goes on without being heard, to its end.
        service?.cancel()
    }

    /// Stops as on a signal of the system.
    func stop() async {
        let service = state.withLock { $0.service }
        world.tell("\(name): stops")
        service?.cancel()
        await service?.value
        crash()
    }

    /// Stands still, and goes on as if nothing had been.
    func freeze(for duration: Duration) {
        world.tell("\(name): freezes for \(duration)")
        let until = world.now + duration
        state.withLock { $0.frozenUntil = until }
    }

    /// Returns when the process is not frozen.
    /// - Returns: whether it lives.
    @discardableResult func pass() async -> Bool {
        while true {
            let (isDead, until) = state.withLock { ($0.isDead, $0.frozenUntil) }
            guard !isDead else { return false }
            guard let until, until > world.now else { return true }
            // Not to be cancelled: what is frozen hears nothing.
            await Task { await world.sleep(until: until) }.value
        }
    }

    // MARK: Calls of the journal

    func read<Value: Sendable>(
        _ verb: Verb, _ body: @Sendable (Store) async throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        guard await pass() else { throw .closed }
        if faults.strikes() {
            world.tell("\(name): \(verb) is refused")
            throw .unavailable("as the seed has it")
        }
        if let delay = faults.delay() { await Task { await world.sleep(for: delay) }.value }
        guard await pass() else { throw .closed }
        world.mark(verb.rawValue)
        let value = try await body(store)
        guard await pass() else { throw .closed }
        return value
    }

    func write<Value: Sendable>(
        _ verb: Verb, _ body: @escaping @Sendable (Store) async throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        guard await pass() else { throw .closed }
        let answer = Answer<Value>()
        let verdict = await withCheckedContinuation { caller in
            join(
                Call(
                    apply: { [self] in
                        world.mark(verb.rawValue)
                        await answer.take { () throws(JournalError) in try await body(store) }
                    }, caller: caller))
        }
        guard await pass() else { throw .closed }
        switch verdict {
        case .done: return try answer.get()
        case .refused: throw .unavailable("as the seed has it")
        case .unknown: throw .unknownOutcome("as the seed has it")
        case .dead: throw .closed
        }
    }

    private func join(_ call: Call) {
        let isFirst = state.withLock { state in
            state.group.append(call)
            return state.group.count == 1
        }
        guard isFirst else { return }
        let delay = faults.delay()
        Task {
            if let delay { await world.sleep(for: delay) }
            await flush()
        }
    }

    /// Writes the group. What strikes it strikes it as a whole; of one that is halved, the first calls took effect.
    private func flush() async {
        let (group, isDead) = state.withLock { state in
            defer { state.group = [] }
            return (state.group, state.isDead)
        }
        let fate = isDead ? .halved : faults.fate()
        let done =
            switch fate {
            case .fine, .lost: group.count
            case .refused, .forgotten: 0
            case .halved: world.number(0...group.count)
            }
        if fate != .fine { world.tell("\(name): \(done) of \(group.count) calls are written: \(fate)") }
        for call in group.prefix(done) { await call.apply() }
        let verdict: Verdict =
            switch fate {
            case .fine: .done
            case .refused: .refused
            case .lost, .forgotten, .halved: .unknown
            }
        for call in group { call.caller.resume(returning: isDead ? .dead : verdict) }
    }
}

/// The verbs of the journal.
enum Verb: UInt64 {
    case acquire = 1
    case renew, release, ingest, commit, claim, signal, execution, executions, approvals, statistics, tallies, purge,
        deploy
    case update, workflows, save, keys
}

/// What a call gave, once it has been made.
final class Answer<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, JournalError>?>(nil)

    func take(_ body: () async throws(JournalError) -> Value) async {
        let given: Result<Value, JournalError>
        do {
            given = .success(try await body())
        } catch {
            given = .failure(error)
        }
        result.withLock { $0 = given }
    }

    func get() throws(JournalError) -> Value {
        guard let result = result.withLock({ $0 }) else { throw .corrupt("the call was not made") }
        return try result.get()
    }
}

/// What the engine logs, as part of the story.
struct Diary: LogHandler {
    let process: Process
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
        get { process.world.isTold ? .debug : .critical }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        process.world.tell("\(process.name): \(event.level): \(event.message) \(event.metadata ?? [:])")
    }
}
