import Runtime
import Synchronization
import Workflow

/// Faults that other engines are known for.
enum NamedCase: String, CaseIterable {
    /// A restart that marks finished runs as crashed.
    case finishedStaysFinished = "finished-stays-finished"
    /// A rescuer that misses the second page of what it has to rescue.
    case allPagesAreRescued = "all-pages-are-rescued"
    /// A job without a timeout that is rescued while it is alive.
    case theLivingAreNotRescued = "the-living-are-not-rescued"
    /// A catch-up that fires a whole backlog at once.
    case noBacklogAtOnce = "no-backlog-at-once"
}

/// A world in which nothing fails but what the case says.
final class CaseScenario: Play {
    private let named: NamedCase
    private let world: World
    private let store: Store
    private let faults: Faults
    private let receiver: Receiver
    private let processes = Mutex<[Process]>([])

    init(_ named: NamedCase, _ world: World) {
        self.named = named
        self.world = world
        store = Store(world)
        faults = Faults(world, isCalm: true)
        receiver = Receiver(world, store, Programs(Self.texts), lasting: Self.duration(named))
    }

    private static func duration(_ named: NamedCase) -> Duration {
        switch named {
        case .finishedStaysFinished, .noBacklogAtOnce: .seconds(1)
        case .allPagesAreRescued: .seconds(30)
        case .theLivingAreNotRescued: .seconds(3_600)
        }
    }

    private static let work = """
        workflow_id: work
        trigger: {type: event, event: work.came}
        steps:
          - {id: work, type: execute, execute: [{type: http_request, url: "http://receiver/work", body: {version: "1"}}]}
        """
    private static func schedule(_ id: String, _ catchUp: String) -> String {
        """
        workflow_id: \(id)
        trigger: {type: schedule, interval: 10s, overlap: queue, \(catchUp)}
        steps:
          - {id: work, type: execute, execute: [{type: http_request, url: "http://receiver/work", body: {version: "1"}}]}
        """
    }
    private static let texts = [
        work, schedule("latest", "catch_up: last"), schedule("some", "catch_up: all, catch_up_limit: 5"),
        schedule("none", "catch_up: none"),
    ]

    func play() async {
        do {
            switch named {
            case .finishedStaysFinished: try await finishedStaysFinished()
            case .allPagesAreRescued: try await allPagesAreRescued()
            case .theLivingAreNotRescued: try await theLivingAreNotRescued()
            case .noBacklogAtOnce: try await noBacklogAtOnce()
            }
        } catch {
            world.fail("\(error)")
        }
        for process in processes.withLock({ $0 }) where !process.isDead { await process.stop() }
        world.end()
    }

    func bury() {
        for process in processes.withLock({ $0 }) { process.crash() }
    }

    private func start(_ name: String) async -> Process {
        let process = Process(name, world, store, faults)
        let options = EngineOptions(holder: name, leaseDuration: .seconds(9), maxRunning: 2_000)
        if await !process.start(options, receiver) { world.fail("\(name) does not start") }
        processes.withLock { $0.append(process) }
        return process
    }

    private struct Gone: Error {}

    private func engine(of process: Process) throws -> Engine {
        guard let engine = process.engine else { throw Gone() }
        return engine
    }

    private func send(_ count: Int, to process: Process, as name: String) async throws {
        let events = (0..<count).map { IncomingEvent(id: "\(name)-\($0)", name: "work.came", data: [:]) }
        for result in try await engine(of: process).ingest(events, wait: nil) { _ = try result.get() }
    }

    private func demand(_ condition: Bool, _ otherwise: @autoclosure () -> String) {
        if !condition { world.fail(otherwise()) }
    }

    private var unfinished: Int { store.ledger.lives.count { $0.value.outcome == nil } }

    // MARK: The cases

    private func finishedStaysFinished() async throws {
        let first = await start("first")
        _ = try await engine(of: first).deploy(Array(Self.work.utf8))
        try await send(20, to: first, as: "early")
        await world.sleep(for: .seconds(5))
        let finished = try await store.journal.executions(ExecutionQuery(limit: 100))
        demand(finished.count == 20 && finished.allSatisfy { $0.status == .ended }, "they have not finished")
        try await send(5, to: first, as: "late")
        first.crash()
        for life in 2...4 {
            let next = await start("life \(life)")
            await world.sleep(for: .seconds(20))
            next.crash()
        }
        for summary in finished {
            let stored = try await store.journal.execution(summary.id)
            demand(stored?.summary == summary, "\(summary.id) had finished, and is \(String(describing: stored))")
            demand(stored?.takeovers == 0, "\(summary.id) had finished, and was taken over")
        }
        demand(unfinished == 0, "\(unfinished) have not finished")
    }

    private func allPagesAreRescued() async throws {
        let (first, _) = (await start("first"), await start("second"))
        _ = try await engine(of: first).deploy(Array(Self.work.utf8))
        try await send(900, to: first, as: "job")
        await world.sleep(for: .seconds(2))
        first.crash()
        demand(unfinished == 900, "they finished before the crash")
        await world.sleep(for: .seconds(60))
        demand(unfinished == 0, "\(unfinished) of 900 were not rescued")
        let keys = Set(receiver.all.map(\.key)).count
        demand(keys == 900, "there are \(keys) keys for 900 activities")
    }

    private func theLivingAreNotRescued() async throws {
        let (first, _) = (await start("first"), await start("second"))
        _ = try await engine(of: first).deploy(Array(Self.work.utf8))
        try await send(1, to: first, as: "long")
        await world.sleep(for: .seconds(3_700))
        demand(receiver.all.count == 1, "the activity was attempted \(receiver.all.count) times")
        demand(unfinished == 0, "it has not finished")
    }

    private func noBacklogAtOnce() async throws {
        let first = await start("first")
        for text in Self.texts.dropFirst() { _ = try await engine(of: first).deploy(Array(text.utf8)) }
        await world.sleep(for: .seconds(35))
        first.crash()
        let before = store.ledger.occurrences.mapValues(\.count)
        await world.sleep(for: .seconds(1_802))
        _ = await start("second")
        await world.sleep(for: .milliseconds(100))
        let started = store.ledger.occurrences.mapValues(\.count)
        for (id, most) in ["latest": 1, "some": 5, "none": 1] {
            let count = started[id, default: 0] - before[id, default: 0]
            demand((1...most).contains(count), "`\(id)` started \(count) at once after a pause; at most \(most)")
        }
    }
}
