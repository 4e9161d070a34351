internal import CInstruments
import Synchronization

/// The series of a family, by label values.
///
/// Looking one up takes no lock and waits for nobody; adding and removing take turns. It is not generic over the
/// instrument, so that a lookup is compiled for one kind of value.
final class SeriesTable: Sendable {
    struct State {
        var count = 0
        /// Slots of the index that are not free: series, and what they left behind.
        var used = 0
        /// Slots of the key index that are not free.
        var keys = 0
        var usage = LabelPolicy.Usage()
        /// By label values, save those in ``fresh``.
        var ordered: [LiveSeries] = []
        /// Added since the last scrape, in no order.
        var fresh: [LiveSeries] = []
        var limbo = Limbo()
        var idle = IdleSeries()
    }

    private static let smallest = 8

    /// Owns a reference. Replaced under the lock.
    private let index: Atomic<Unmanaged<SeriesIndex>>
    /// Owns a reference. Replaced under the lock.
    let keys: Atomic<Unmanaged<KeyIndex>>
    let state = Guarded(State())
    private let policy: LabelPolicy
    /// How long a series may show the same before it goes; nil for ever.
    let idleLimit: Duration?
    let seed = LabelHash.seed

    init(policy: LabelPolicy, idleLimit: Duration? = nil) {
        self.policy = policy
        self.idleLimit = idleLimit
        index = Atomic(.passRetained(SeriesIndex(capacity: Self.smallest)))
        keys = Atomic(.passRetained(KeyIndex(capacity: 1)))
    }

    deinit {
        let index = index.load(ordering: .relaxed).takeRetainedValue()
        index.forEach { $0.free() }
        keys.load(ordering: .relaxed).release()
        state.withLock { $0.idle.leaving.forEach { $0.free() } }
    }

    /// The instrument of the series with this hash for which `matches` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ matches: (LiveSeries) -> Bool) -> AnyObject? {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return index.load(ordering: .acquiring)._withUnsafeGuaranteedRef { index in
            index.find(hash, matches)?.unmanaged.takeUnretainedValue()
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
            series.unmanaged._withUnsafeGuaranteedRef(body)
            return true
        }
    }

    /// The instrument of the series with exactly these values.
    func instrument(_ values: LabelValues) -> AnyObject? {
        find(hash(of: values)) { Self.has($0, values) }
    }

    static func has(_ series: LiveSeries, _ values: LabelValues) -> Bool {
        values.strings.indices.allSatisfy { index in values.strings[index].withBytes { series.has($0, at: index) } }
    }

    private func hash(of values: LabelValues) -> UInt64 {
        var hash = LabelHash(seed: seed)
        for value in values.strings { value.withBytes { hash.combine($0) } }
        return hash.value
    }

    /// The instrument for these values within their domains, made if need be, and the labels whose value overflowed.
    func findOrMake(
        _ values: LabelValues, _ make: (LabelValues) -> LiveSeries
    ) -> (instrument: AnyObject, overflowed: [Int]) {
        state.withLock { state in
            let (resolved, overflowed) = policy.resolve(values, usage: state.usage)
            let hash = hash(of: resolved)
            if let known = current.find(hash, { Self.has($0, resolved) }) {
                return (known.unmanaged.takeUnretainedValue(), overflowed)
            }
            if let kept = keep(resolved, &state) { return (kept.unmanaged.takeUnretainedValue(), overflowed) }
            let made = make(resolved)
            makeRoom(&state)
            if current.insert(made, hash) { state.used += 1 }
            state.count += 1
            state.fresh.append(made)
            policy.claim(resolved, in: &state.usage)
            return (made.unmanaged.takeUnretainedValue(), overflowed)
        }
    }

    /// From now on, the series with these values, if there is one, is found by this key too.
    func remember(_ values: LabelValues, by key: LabelKey) {
        state.withLock { state in
            guard let series = current.find(hash(of: values), { Self.has($0, values) }) else { return }
            var index = keys.load(ordering: .relaxed).takeUnretainedValue()
            if (state.keys + 1) * 2 > index.capacity {
                let larger = KeyIndex(capacity: max(index.capacity * 2, Self.smallest))
                index.copy(to: larger)
                replace(index, by: larger, &state)
                index = larger
            }
            if index.insert(series, key) { state.keys += 1 }
        }
    }

    private func replace(_ old: KeyIndex, by new: KeyIndex, _ state: inout State) {
        keys.store(.passRetained(new), ordering: .releasing)
        // With the reference that the variable had.
        state.limbo.keep(Unmanaged.passUnretained(old).takeRetainedValue())
    }

    /// The index, for those who hold the lock.
    var current: SeriesIndex { index.load(ordering: .relaxed).takeUnretainedValue() }

    /// Sees to it that at least a quarter of the index is free, the one to come included.
    func makeRoom(_ state: inout State) {
        let old = current
        guard (state.used + 1) * 4 > old.capacity * 3 else { return }
        let new = SeriesIndex(capacity: (state.count + 1) * 4 > old.capacity * 2 ? old.capacity * 2 : old.capacity)
        old.forEach { _ = new.insert($0, $0.hash(seed: seed)) }
        index.store(.passRetained(new), ordering: .releasing)
        state.used = state.count
        // With the reference that the variable had.
        state.limbo.keep(Unmanaged.passUnretained(old).takeRetainedValue())
    }

    /// Takes the series out; false if there was none.
    func remove(_ values: LabelValues) -> Bool {
        state.withLock { state in
            keepAll(&state)
            guard let series = current.find(hash(of: values), { Self.has($0, values) }) else { return false }
            state.ordered.removeAll { $0 == series }
            state.fresh.removeAll { $0 == series }
            remove(series, &state)
            return true
        }
    }

    func remove(_ series: LiveSeries, _ state: inout State) {
        current.remove(series, series.hash(seed: seed))
        forgetKeys(&state)
        policy.release(series.values, in: &state.usage)
        state.count -= 1
        state.limbo.keep(Removed(series))
    }

    /// From now on, no series is found by a key until it is remembered again.
    func forgetKeys(_ state: inout State) {
        guard state.keys > 0 else { return }
        replace(keys.load(ordering: .relaxed).takeUnretainedValue(), by: KeyIndex(capacity: 1), &state)
        state.keys = 0
    }

    /// Takes out all series of which `shouldGo` holds; returns how many.
    func removeAll(where shouldGo: @Sendable (LabelValues) -> Bool) -> Int {
        state.withLock { state in
            keepAll(&state)
            let all = state.ordered + state.fresh
            let gone = all.filter { shouldGo($0.values) }
            guard !gone.isEmpty else { return 0 }
            let addresses = Set(gone.map(\.address))
            state.ordered.removeAll { addresses.contains($0.address) }
            state.fresh.removeAll { addresses.contains($0.address) }
            for series in gone { remove(series, &state) }
            return gone.count
        }
    }

    /// Calls the body with all series by label values. None is freed as long as it runs.
    func withOrdered<Result>(_ body: (UnsafeBufferPointer<LiveSeries>) -> Result) -> Result {
        let reader = instruments_enter()
        defer { instruments_leave(reader) }
        return ordered().withUnsafeBufferPointer(body)
    }

    /// All series by label values, for those within a reading.
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

/// Frees a series when nobody looks at it any more.
private final class Removed {
    private let series: LiveSeries

    init(_ series: LiveSeries) { self.series = series }

    deinit { series.free() }
}
