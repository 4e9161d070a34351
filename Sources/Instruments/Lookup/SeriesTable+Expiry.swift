import Synchronization

/// What a table knows of series that may have gone idle.
struct IdleSeries {
    /// What a series showed at the last look, and since which look.
    struct Sighting {
        let shown: Int
        let since: Duration
    }

    var sightings: [UnsafeMutableRawPointer: Sighting] = [:]
    /// Taken out of the indices, so that no lookup finds them any more, and still shown: whoever found one before may hold
    /// its instrument.
    var leaving: [LiveSeries] = []
    /// Until whoever was looking a series up when ``leaving`` began has either left or holds a reference.
    var grace: GracePeriod?
}

/// Idle series leave in two steps, so that nothing recorded goes unseen.
///
/// First they go out of the indices. When all lookups that were under way have ended, nobody can get hold of them any more,
/// other than by asking for the same values, which brings them back; so those that nobody but the table holds, and that
/// still show what they did, can go for good. The others come back.
extension SeriesTable {
    /// Takes out what has shown the same for the time that the domains allow. Costs nothing where they set no limit.
    ///
    /// - Parameters:
    ///   - now: the time since some fixed moment.
    ///   - shown: tells what an instrument shows from what it showed before. All instruments here are of this type.
    func expire<Member: AnyObject>(at now: Duration, _ shown: @Sendable (Member) -> Int) {
        guard let idleLimit else { return }
        state.withLock { state in
            settle(&state, shown)
            var sightings: [UnsafeMutableRawPointer: IdleSeries.Sighting] = [:]
            var idle: [LiveSeries] = []
            for series in state.ordered + state.fresh {
                let now = IdleSeries.Sighting(shown: shown(series.instrument()), since: now)
                let last = state.idle.sightings[series.address]
                let sighting = last.map { $0.shown == now.shown ? $0 : now } ?? now
                sightings[series.address] = sighting
                if now.since - sighting.since >= idleLimit, series.holdsAlone(Member.self) { idle.append(series) }
            }
            state.idle.sightings = sightings
            guard !idle.isEmpty, state.idle.leaving.isEmpty else { return }
            for series in idle { current.remove(series, series.hash(seed: seed)) }
            forgetKeys(&state)
            state.idle.leaving = idle
            state.idle.grace = GracePeriod()
            settle(&state, shown)
        }
    }

    /// Takes out for good what was leaving, or brings it back, if that can be told already.
    private func settle<Member: AnyObject>(_ state: inout State, _ shown: @Sendable (Member) -> Int) {
        guard !state.idle.leaving.isEmpty, state.idle.grace?.isOver() == true else { return }
        var gone: Set<UnsafeMutableRawPointer> = []
        for series in state.idle.leaving where series.holdsAlone(Member.self) {
            // What its last holder recorded comes before that holder's letting go.
            atomicMemoryFence(ordering: .acquiring)
            let last = state.idle.sightings[series.address]
            if last?.shown == shown(series.instrument()) { gone.insert(series.address) }
        }
        let left = state.idle.leaving.filter { gone.contains($0.address) }
        state.idle.leaving.removeAll { gone.contains($0.address) }
        keepAll(&state)
        guard !left.isEmpty else { return }
        state.ordered.removeAll { gone.contains($0.address) }
        state.fresh.removeAll { gone.contains($0.address) }
        for series in left {
            state.idle.sightings[series.address] = nil
            remove(series, &state)
        }
    }

    /// Brings the series with these values back, if it was leaving.
    func keep(_ values: LabelValues, _ state: inout State) -> LiveSeries? {
        guard let position = state.idle.leaving.firstIndex(where: { Self.has($0, values) }) else { return nil }
        let series = state.idle.leaving.remove(at: position)
        putBack(series, &state)
        return series
    }

    /// Brings all back that were leaving.
    func keepAll(_ state: inout State) {
        for series in state.idle.leaving { putBack(series, &state) }
        state.idle.leaving = []
    }

    private func putBack(_ series: LiveSeries, _ state: inout State) {
        makeRoom(&state)
        if current.insert(series, series.hash(seed: seed)) { state.used += 1 }
    }

    var count: Int { state.withLock { $0.count } }
}

extension LiveSeries {
    /// The instrument, which must be of this type.
    fileprivate func instrument<Member: AnyObject>() -> Member {
        unsafeDowncast(unmanaged.takeUnretainedValue(), to: Member.self)
    }

    /// Whether nobody else holds the instrument, which must be of this type. Only for those who hold the table's lock.
    fileprivate func holdsAlone<Member: AnyObject>(_ type: Member.Type) -> Bool {
        // Of a copy that counts no reference: the series itself is being read by others, and only to be read.
        var reference = unmanaged
        return withUnsafeMutablePointer(to: &reference) { pointer in
            pointer.withMemoryRebound(to: Member.self, capacity: 1) { isKnownUniquelyReferenced(&$0.pointee) }
        }
    }
}
