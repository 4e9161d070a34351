internal import CInstruments
import Synchronization

/// The series of a family, by label values.
///
/// Looking one up takes no lock and waits for nobody; adding and removing take turns. It is not generic over the
/// instrument, so that a lookup is compiled for one kind of value.
final class SeriesTable: Sendable {
    private struct State {
        var count = 0
        /// Slots of the index that are not free: series, and what they left behind.
        var used = 0
        var usage = LabelPolicy.Usage()
        /// By label values, save those in ``fresh``.
        var ordered: [LiveSeries] = []
        /// Added since the last scrape, in no order.
        var fresh: [LiveSeries] = []
        var limbo = Limbo()
    }

    private static let smallest = 8

    /// Owns a reference. Replaced under the lock.
    private let index: Atomic<Unmanaged<SeriesIndex>>
    private let state = Mutex(State())
    private let policy: LabelPolicy
    let seed = LabelHash.seed

    init(policy: LabelPolicy) {
        self.policy = policy
        index = Atomic(.passRetained(SeriesIndex(capacity: Self.smallest)))
    }

    deinit { index.load(ordering: .relaxed).release() }

    /// The instrument of the series with this hash for which `matches` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ matches: (LiveSeries) -> Bool) -> AnyObject? {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return index.load(ordering: .acquiring)._withUnsafeGuaranteedRef { index in
            index.find(hash, matches)?._withUnsafeGuaranteedRef { $0.instrument }
        }
    }

    /// Calls the body with the instrument of the series with this hash for which `matches` holds.
    ///
    /// It stays alive while the body runs, without its references being counted.
    /// - Returns: false when there is no such series.
    @inline(__always)
    func visit(_ hash: UInt64, _ matches: (LiveSeries) -> Bool, _ body: (AnyObject) -> Void) -> Bool {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return index.load(ordering: .acquiring)._withUnsafeGuaranteedRef { index in
            guard let series = index.find(hash, matches) else { return false }
            series._withUnsafeGuaranteedRef { $0.unmanaged._withUnsafeGuaranteedRef(body) }
            return true
        }
    }

    /// The series with exactly these values.
    func find(_ values: LabelValues) -> LiveSeries? {
        let hash = hash(of: values)
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return index.load(ordering: .acquiring)._withUnsafeGuaranteedRef { index in
            index.find(hash) { series in
                values.strings.indices.allSatisfy { index in
                    values.strings[index].withBytes { series.has($0, at: index) }
                }
            }?.takeUnretainedValue()
        }
    }

    private func hash(of values: LabelValues) -> UInt64 {
        var hash = LabelHash(seed: seed)
        for value in values.strings { value.withBytes { hash.combine($0) } }
        return hash.value
    }

    /// The series for these values within their domains, made if need be, and the labels whose value overflowed.
    func findOrMake(
        _ values: LabelValues, _ make: (LabelValues, UInt64) -> LiveSeries
    ) -> (series: LiveSeries, overflowed: [Int]) {
        state.withLock { state in
            let (resolved, overflowed) = policy.resolve(values, usage: state.usage)
            if let known = find(resolved) { return (known, overflowed) }
            let made = make(resolved, hash(of: resolved))
            makeRoom(&state)
            if index.load(ordering: .relaxed)._withUnsafeGuaranteedRef({ $0.insert(made) }) { state.used += 1 }
            state.count += 1
            state.fresh.append(made)
            policy.claim(resolved, in: &state.usage)
            return (made, overflowed)
        }
    }

    /// Sees to it that at least a quarter of the index is free, the one to come included.
    private func makeRoom(_ state: inout State) {
        let old = index.load(ordering: .relaxed)
        let capacity = old._withUnsafeGuaranteedRef { $0.capacity }
        guard (state.used + 1) * 4 > capacity * 3 else { return }
        let new = SeriesIndex(capacity: (state.count + 1) * 4 > capacity * 2 ? capacity * 2 : capacity)
        old._withUnsafeGuaranteedRef { $0.copy(to: new) }
        index.store(.passRetained(new), ordering: .releasing)
        state.used = state.count
        state.limbo.keep(old.takeRetainedValue())
    }

    /// Takes the series out; false if there was none.
    func remove(_ values: LabelValues) -> Bool {
        state.withLock { state in
            guard let series = find(values) else { return false }
            remove(series, values, &state)
            state.ordered.removeAll { $0 === series }
            state.fresh.removeAll { $0 === series }
            return true
        }
    }

    private func remove(_ series: LiveSeries, _ values: LabelValues, _ state: inout State) {
        index.load(ordering: .relaxed)._withUnsafeGuaranteedRef { $0.remove(series) }
        policy.release(values, in: &state.usage)
        state.count -= 1
        // With the reference that the slot had.
        state.limbo.keep(Unmanaged.passUnretained(series).takeRetainedValue())
    }

    /// Takes out all series of which `shouldGo` holds; returns how many.
    func removeAll(where shouldGo: @Sendable (LabelValues) -> Bool) -> Int {
        state.withLock { state in
            let before = state.count
            let (ordered, fresh) = (state.ordered, state.fresh)
            state.ordered = []
            state.fresh = []
            for series in ordered where !remove(series, where: shouldGo, &state) { state.ordered.append(series) }
            for series in fresh where !remove(series, where: shouldGo, &state) { state.fresh.append(series) }
            return before - state.count
        }
    }

    private func remove(
        _ series: LiveSeries, where shouldGo: @Sendable (LabelValues) -> Bool, _ state: inout State
    ) -> Bool {
        let values = series.values
        guard shouldGo(values) else { return false }
        remove(series, values, &state)
        return true
    }

    /// All series by label values.
    func ordered() -> [LiveSeries] {
        state.withLock { state in
            state.limbo.collect()
            guard !state.fresh.isEmpty else { return state.ordered }
            state.fresh.sort { $0.precedes($1) }
            state.ordered = state.ordered.isEmpty ? state.fresh : Self.merge(state.ordered, state.fresh)
            state.fresh = []
            return state.ordered
        }
    }

    private static func merge(_ left: [LiveSeries], _ right: [LiveSeries]) -> [LiveSeries] {
        var merged: [LiveSeries] = []
        merged.reserveCapacity(left.count + right.count)
        var next = 0
        for series in left {
            while next < right.count, right[next].precedes(series) {
                merged.append(right[next])
                next += 1
            }
            merged.append(series)
        }
        return merged + right[next...]
    }
}
