import Synchronization
import TestSupport
import Workflow

/// What one seed makes: a clock that jumps from one sleeper to the next, chance, and what is found to be wrong.
final class World: Sendable {
    private struct Sleeper {
        let until: Timestamp
        let number: Int
        let continuation: CheckedContinuation<Void, Never>

        func wakes(before other: Sleeper) -> Bool { (until, number) < (other.until, other.number) }
    }

    private struct State {
        var now = World.start
        /// The first to wake last.
        var sleepers: [Sleeper] = []
        var lastSleeper = 0
        var chance: SeededGenerator
        var isOver = false
        var violation: String?
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        var story: [String] = []
    }

    static let start = Timestamp(microseconds: 1_800_000_000_000_000)

    let seed: UInt64
    /// Whether it is told what happens.
    let isTold: Bool
    private let state: Mutex<State>

    init(seed: UInt64, isTold: Bool) {
        self.seed = seed
        self.isTold = isTold
        state = Mutex(State(chance: SeededGenerator(seed: seed &* 0x2545_f491_4f6c_dd1d)))
    }

    // MARK: Time

    var now: Timestamp { state.withLock { $0.now } }

    /// Since the beginning of the world.
    var elapsed: Duration { now - Self.start }

    func sleep(for duration: Duration) async { await sleep(until: now + duration) }

    /// Returns at the time, or when the task is cancelled.
    func sleep(until: Timestamp) async {
        let number = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sleeper = Sleeper(until: until, number: number, continuation: continuation)
                let isOver = state.withLock { state in
                    if state.now >= until || Task.isCancelled { return true }
                    let place = state.sleepers.firstIndex { $0.wakes(before: sleeper) } ?? state.sleepers.count
                    state.sleepers.insert(sleeper, at: place)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.number == number }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume()
        }
    }

    /// Jumps to where the next sleepers wake.
    /// - Returns: false when nobody sleeps.
    func turn() -> Bool {
        let due = state.withLock { state -> [Sleeper] in
            guard let next = state.sleepers.last else { return [] }
            state.now = max(state.now, next.until)
            var due: [Sleeper] = []
            while let sleeper = state.sleepers.last, sleeper.until <= state.now {
                due.append(state.sleepers.removeLast())
            }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }

    // MARK: Chance

    /// A number of the range, each alike.
    func number(_ range: ClosedRange<Int>) -> Int { state.withLock { Int.random(in: range, using: &$0.chance) } }

    /// Whether something comes to pass that does so once in so many times.
    func once(in count: Int) -> Bool { number(1...count) == 1 }

    /// In 0..<1.
    func fraction() -> Double { state.withLock { Double($0.chance.next() >> 11) * 0x1p-53 } }

    /// - Parameter choices: not empty.
    func choice<Choice>(of choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

    // MARK: What is found

    var isOver: Bool { state.withLock { $0.isOver || $0.violation != nil } }
    var violation: String? { state.withLock { $0.violation } }

    func end() { state.withLock { $0.isOver = true } }

    /// Something does not hold; the first such thing ends the world.
    func fail(_ what: @autoclosure () -> String) {
        guard violation == nil else { return }
        let text = what()
        tell("does not hold: \(text)")
        state.withLock { $0.violation = text }
    }

    /// What every run of the seed must have in common.
    var digest: UInt64 { state.withLock { $0.digest } }

    /// Takes something that happened into the digest.
    func mark(_ what: UInt64) {
        state.withLock { state in
            for part in [what, UInt64(bitPattern: state.now.microseconds)] {
                state.digest = (state.digest ^ part) &* 0x0000_0100_0000_01b3
            }
        }
    }

    var story: [String] { state.withLock { $0.story } }

    func tell(_ what: @autoclosure () -> String) {
        guard isTold else { return }
        let text = what()
        state.withLock { state in
            let time = (state.now - World.start).inMicroseconds
            let (seconds, micros) = (String(time / 1_000_000), String(time % 1_000_000))
            let padding = String(repeating: "0", count: 6 - micros.count)
            state.story.append("\(seconds).\(padding)\(micros) \(text)")
        }
    }
}
