import Runtime
import Synchronization
import Workflow

/// What the activities of all processes reach: it keeps account of every attempt.
final class Receiver: Sendable {
    struct Attempt {
        let execution: ExecutionID
        /// Where the step stands in its execution, as the definition says it in the body.
        let place: String
        let key: String
        let version: String
        var isDone = false
    }

    let world: World
    let store: Store
    let programs: Programs
    private let attempts = Mutex<[Attempt]>([])
    private let isCalm = Mutex(false)
    /// One attempt in so many fails.
    private let rate: Int
    /// How long each attempt takes; nil when chance says it.
    private let duration: Duration?

    init(_ world: World, _ store: Store, _ programs: Programs, lasting duration: Duration? = nil) {
        self.world = world
        self.duration = duration
        self.store = store
        self.programs = programs
        rate = world.choice(of: [2, 5, 20])
    }

    /// From now on all is well.
    func calm() { isCalm.withLock { $0 = true } }

    var all: [Attempt] { attempts.withLock { $0 } }

    /// What becomes of an attempt, and after how long.
    private func fate() -> (Duration, ActivityFailure?) {
        if let duration { return (duration, nil) }
        if isCalm.withLock({ $0 }) { return (world.milliseconds(0...50), nil) }
        let duration = world.once(in: 8) ? world.milliseconds(1_000...25_000) : world.milliseconds(0...800)
        guard world.once(in: rate) else { return (duration, nil) }
        switch world.number(0...9) {
        case 0: return (duration, ActivityFailure(.invalid, "never"))
        case 1: return (.seconds(60), ActivityFailure(.timeout, "no answer"))
        case 2, 3, 4: return (duration, ActivityFailure(.connection, "no connection"))
        case 5: return (duration, ActivityFailure(.status(404), "404"))
        default: return (duration, ActivityFailure(.status(503), "503"))
        }
    }

    func take(_ task: ActivityTask, _ execution: ExecutionID, from process: Process) async throws(ActivityFailure)
        -> JSONValue
    {
        let arguments = task.arguments.object
        let body = arguments?["body"]?.object
        let attempt = Attempt(
            execution: execution, place: "\(arguments?["url"]?.string ?? "")#\(body?["place"] ?? "")",
            key: task.idempotencyKey, version: body?["version"]?.string ?? "")
        await checkWritten(attempt, process)
        let number = attempts.withLock { attempts in
            attempts.append(attempt)
            return attempts.count - 1
        }
        let (duration, failure) = fate()
        world.tell("\(process.name): attempt \(attempt.key) \(attempt.place)")
        await world.sleep(for: duration)
        guard !process.isDead, !Task.isCancelled else { throw ActivityFailure(.connection, "cut off") }
        if let failure { throw failure }
        attempts.withLock { $0[number].isDone = true }
        return ["done": .bool(world.once(in: 2)), "attempt": .integer(Int64(number))]
    }

    /// That an attempt begins is in the journal before it begins.
    private func checkWritten(_ attempt: Attempt, _ process: Process) async {
        guard store.ledger.lives[attempt.execution] != nil, store.ledger.drives(process.name, attempt.execution) else {
            // A process that has lost its lease does not know it yet.
            return
        }
        guard let stored = try? await store.journal.execution(attempt.execution) else { return }
        for count in stride(from: stored.records.count, to: 0, by: -1) {
            guard let execution = programs.restore(stored, records: Array(stored.records.prefix(count))) else {
                return world.fail("the records of \(attempt.execution) cannot be read")
            }
            let isThere = execution.interrupted.contains { action in
                if case .perform(let task) = action { task.idempotencyKey == attempt.key } else { false }
            }
            if isThere { return }
        }
        world.fail("an attempt began that is not in the journal: \(attempt.key)")
    }
}

/// Makes the attempts of one process.
struct SimulatedRequest: Activity {
    let process: Process
    let receiver: Receiver

    var isBrief: Bool { false }

    func perform(_ task: ActivityTask, in context: ActivityContext) async throws(ActivityFailure) -> JSONValue {
        guard await process.pass(), !Task.isCancelled else { throw ActivityFailure(.connection, "cut off") }
        let result: Result<JSONValue, ActivityFailure>
        do throws(ActivityFailure) {
            result = .success(try await receiver.take(task, context.execution, from: process))
        } catch {
            result = .failure(error)
        }
        await process.pass()
        return try result.get()
    }
}
