import Synchronization
import Workflow

/// The history of one world: it is tormented, then left alone, and then everything must have come to a good end.
final class Scenario: Play {
    let world: World
    let store: Store
    let faults: Faults
    let receiver: Receiver
    let cluster: Cluster
    let clients: Clients
    let programs: Programs

    init(_ world: World, _ programs: Programs) {
        self.world = world
        self.programs = programs
        store = Store(world)
        faults = Faults(world)
        receiver = Receiver(world, store, programs)
        let calm = World.start + world.milliseconds(15_000...90_000)
        cluster = Cluster(world, store, faults, receiver, calm: calm)
        clients = Clients(world, cluster, store)
    }

    /// After so long in peace everything has ended.
    static let patience = Duration.seconds(900)

    func play() async {
        await withTaskGroup { group in
            for slot in 0..<cluster.count { group.addTask { await self.cluster.keep(slot) } }
            group.addTask { await self.clients.play() }
            group.addTask {
                await self.world.sleep(until: self.cluster.calm)
                self.world.tell("it is calm")
                self.faults.calm()
                self.receiver.calm()
            }
        }
        // Long enough for leases of the dead to end.
        await world.sleep(for: .seconds(40))
        await clients.disableSchedules()
        let disabled = world.now
        await settle()
        guard !world.isOver else { return }
        await Audit(self, schedulesUntil: disabled).check()
        await cluster.stop()
        world.end()
    }

    func bury() { cluster.bury() }

    private func settle() async {
        let end = world.now + Self.patience
        while !world.isOver {
            await clients.resume()
            let left = store.ledger.lives.filter { $0.value.outcome == nil }.keys.sorted()
            if left.isEmpty { return }
            guard world.now < end else {
                for id in left { await tell(id) }
                return world.fail("these have not ended: \(left)")
            }
            await world.sleep(for: .seconds(5))
        }
    }

    private func tell(_ id: ExecutionID) async {
        guard let stored = try? await store.journal.execution(id) else { return }
        let owner = store.ledger.lives[id]?.owner
        world.tell("\(id): \(stored.summary), driven by \(owner ?? 0), signals \(stored.signals)")
    }
}
