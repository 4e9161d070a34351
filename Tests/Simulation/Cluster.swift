import Runtime
import Synchronization
import Workflow

/// Several processes on one journal, each of which is started again when it is dead.
final class Cluster: Sendable {
    let world: World
    let store: Store
    let faults: Faults
    let receiver: Receiver
    /// When crashes end.
    let calm: Timestamp
    private let isSole: Bool
    private let room: Int
    private let processes: Mutex<[Process?]>
    private let starting = Mutex(0)

    init(_ world: World, _ store: Store, _ faults: Faults, _ receiver: Receiver, calm: Timestamp) {
        self.world = world
        self.store = store
        self.faults = faults
        self.receiver = receiver
        self.calm = calm
        let count = world.choice(of: [1, 2, 2, 3])
        isSole = count == 1 && world.once(in: 2)
        room = world.choice(of: [1, 2, 5, 100])
        processes = Mutex(Array(repeating: nil, count: count))
        world.tell("\(count) processes with room for \(room)")
    }

    var count: Int { processes.withLock { $0.count } }

    /// One that lives, if any does; it may be frozen.
    var engine: Engine? {
        let living = engines
        return living.isEmpty ? nil : world.choice(of: living)
    }

    /// Whether a process is being started, which may have read the journal already.
    var isStarting: Bool { starting.withLock { $0 > 0 } }

    var engines: [Engine] { processes.withLock { $0 }.compactMap { $0?.engine } }

    /// Keeps a process until the world is calm; then it lives.
    func keep(_ slot: Int) async {
        var life = 0
        while true {
            life += 1
            let process = Process("\(slot).\(life)", world, store, faults)
            starting.withLock { $0 += 1 }
            let isUp = await process.start(options(slot), receiver)
            if isUp { processes.withLock { $0[slot] = process } }
            starting.withLock { $0 -= 1 }
            guard isUp else {
                await world.sleep(for: .milliseconds(500))
                continue
            }
            await torment(process)
            guard process.isDead else { return }
            processes.withLock { $0[slot] = nil }
            await world.sleep(for: world.once(in: 3) ? world.milliseconds(5_000...40_000) : .milliseconds(200))
        }
    }

    private func options(_ slot: Int) -> EngineOptions {
        EngineOptions(
            holder: "process \(slot)", leaseDuration: .seconds(9), isSoleProcess: isSole, maxRunning: room,
            drainTimeout: .seconds(1))
    }

    /// Returns when the process is dead, or the world calm.
    private func torment(_ process: Process) async {
        while true {
            await world.sleep(until: min(calm, world.now + world.milliseconds(1_000...60_000)))
            guard world.now < calm else { return }
            switch world.number(0...5) {
            case 0, 1, 2: return process.crash()
            case 3: return await process.stop()
            default: process.freeze(for: world.milliseconds(100...35_000))
            }
        }
    }

    /// Stops all that live.
    func stop() async {
        for process in processes.withLock({ $0 }) { await process?.stop() }
    }

    /// What is left of them comes to its end unheard.
    func bury() {
        for process in processes.withLock({ $0 }) { process?.crash() }
    }
}
