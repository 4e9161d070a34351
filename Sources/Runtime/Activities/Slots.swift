import Synchronization
import Workflow

/// Lets so many callers in at a time; the others wait in line, the lowest turn first, of equal ones who came first.
///
/// Who comes for a key, such as a service, gets in only while fewer are in for it than there are slots left: one service
/// that hangs leaves half of all slots to others, a second one half of those.
final class Slots: Sendable {
    private struct Waiter {
        let turn: Timestamp
        let number: UInt64
        let continuation: CheckedContinuation<Void, Never>

        var order: (Timestamp, UInt64) { (turn, number) }
    }

    private struct Line {
        var isShared: Bool
        var inside = 0
        /// The next one is the last.
        var waiting: [Waiter] = []

        func hasRoom(free: Int) -> Bool { free > 0 && (!isShared || inside < free) }
    }

    private struct State {
        var free: Int
        var lines: [String: Line] = [:]
        /// The keys of lines in which somebody waits.
        var waiting: Set<String> = []
        var lastNumber: UInt64 = 0

        mutating func enter(_ key: String) {
            free -= 1
            lines[key]?.inside += 1
        }

        /// Lets in who is next, if there is room.
        mutating func next() -> CheckedContinuation<Void, Never>? {
            var best: (order: (Timestamp, UInt64), key: String)?
            for key in waiting {
                guard let line = lines[key], line.hasRoom(free: free), let first = line.waiting.last else { continue }
                if best.map({ first.order < $0.order }) ?? true { best = (first.order, key) }
            }
            guard let key = best?.key, let waiter = lines[key]?.waiting.popLast() else { return nil }
            if lines[key]?.waiting.isEmpty ?? true { waiting.remove(key) }
            enter(key)
            return waiter.continuation
        }
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// How many stand in line.
    var waiting: Int { state.withLock { state in state.lines.values.reduce(0) { $0 + $1.waiting.count } } }

    /// Returns when there is a slot; ``release(for:)`` gives it back.
    ///
    /// - Parameters:
    ///   - key: nil for who shares with nobody.
    ///   - turn: see ``Priority/rank(runnableSince:priority:)``.
    func acquire(for key: String? = nil, turn: Timestamp = Timestamp(microseconds: 0)) async {
        await withCheckedContinuation { continuation in
            let isIn = state.withLock { state in
                let name = key ?? ""
                var line = state.lines[name] ?? Line(isShared: key != nil)
                let isIn = line.waiting.isEmpty && line.hasRoom(free: state.free)
                if !isIn {
                    state.lastNumber += 1
                    let waiter = Waiter(turn: turn, number: state.lastNumber, continuation: continuation)
                    line.waiting.insert(waiter, at: Self.place(of: waiter, in: line.waiting))
                    state.waiting.insert(name)
                }
                state.lines[name] = line
                if isIn { state.enter(name) }
                return isIn
            }
            if isIn { continuation.resume() }
        }
    }

    private static func place(of waiter: Waiter, in line: [Waiter]) -> Int {
        var (low, high) = (0, line.count)
        while low < high {
            let middle = (low + high) / 2
            if line[middle].order > waiter.order { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func release(for key: String? = nil) {
        let next = state.withLock { state in
            let name = key ?? ""
            state.free += 1
            if var line = state.lines[name] {
                line.inside -= 1
                state.lines[name] = line.inside == 0 && line.waiting.isEmpty ? nil : line
            }
            var next: [CheckedContinuation<Void, Never>] = []
            while let continuation = state.next() { next.append(continuation) }
            return next
        }
        for continuation in next { continuation.resume() }
    }
}
