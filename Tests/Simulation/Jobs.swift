import CSimulation
import Synchronization
import TestSupport

/// The jobs of all tasks of this process, run one after the other on one thread, in an order that chance decides.
///
/// Swift's pool of threads is put out of service: what becomes runnable lands here. So two runs with one seed are the
/// same run.
final class Jobs: Sendable {
    static let shared = Jobs()
    /// Jobs that are run without any time passing before it is called a circle.
    static let limit = 200_000

    private struct State {
        /// Addresses.
        var runnable: [UInt] = []
        var chance = SeededGenerator(seed: 0)
        var ran = 0
    }

    private let state = Mutex(State())

    private init() { simulation_take_jobs { Jobs.shared.take(UInt(bitPattern: $0)) } }

    private func take(_ job: UInt) { state.withLock { $0.runnable.append(job) } }

    /// From now on chance follows this seed.
    func begin(seed: UInt64) {
        state.withLock { state in
            state.chance = SeededGenerator(seed: seed)
            state.ran = 0
        }
    }

    /// How many have been run since the beginning.
    var count: Int { state.withLock { $0.ran } }

    /// Runs until nothing is runnable.
    /// - Returns: false when there is no end of it.
    func run() -> Bool {
        for _ in 0..<Self.limit {
            guard let job = next().flatMap({ OpaquePointer(bitPattern: $0) }) else { return true }
            simulation_run(job)
        }
        return false
    }

    private func next() -> UInt? {
        state.withLock { state in
            guard !state.runnable.isEmpty else { return nil }
            state.ran += 1
            let chosen = Int(state.chance.next() % UInt64(state.runnable.count))
            state.runnable.swapAt(chosen, state.runnable.count - 1)
            return state.runnable.removeLast()
        }
    }
}
