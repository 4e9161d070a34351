import Synchronization
import Workflow

/// What goes wrong with the journal, by the seed; until the world grows calm.
final class Faults: Sendable {
    enum Fate {
        case fine
        /// Nothing took effect, and that is known.
        case refused
        /// All took effect; the answers are lost.
        case lost
        /// Nothing took effect; the answers are lost.
        case forgotten
        /// The first calls took effect; the answers of all are lost.
        case halved
    }

    private let world: World
    /// One call in so many; 0 for none.
    private let rate: Int
    private let delays: Int
    private let isCalm = Mutex(false)

    init(_ world: World, isCalm: Bool = false) {
        self.world = world
        rate = world.choice(of: [0, 4, 10, 40])
        delays = world.choice(of: [1, 3, 20])
        if isCalm { calm() }
    }

    func calm() { isCalm.withLock { $0 = true } }

    func strikes() -> Bool {
        guard rate > 0, !isCalm.withLock({ $0 }) else { return false }
        return world.once(in: rate)
    }

    func fate() -> Fate { strikes() ? world.choice(of: [.refused, .lost, .forgotten, .halved]) : .fine }

    /// How long a call takes; nil when it takes no time.
    func delay() -> Duration? {
        if isCalm.withLock({ $0 }) { return .milliseconds(1) }
        guard world.once(in: delays) else { return nil }
        return world.once(in: 30) ? world.milliseconds(1_000...15_000) : world.milliseconds(1...30)
    }
}
