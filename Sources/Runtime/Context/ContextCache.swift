public import Instruments
import Synchronization
public import Telemetry
import Workflow

/// Keeps what context sources have answered, for as long as each of them says, in bounds.
///
/// Those who ask for the same at the same time share one request. Failures are not kept. When there is no room, what was
/// not used since it was last looked at goes first.
public final class ContextCache: Sendable {
    /// How much is kept.
    public struct Bounds: Sendable, Hashable {
        public var entries: Int
        /// Of the answers' text. Read, they take several times as much memory.
        public var bytes: Int

        public init(entries: Int = 10_000, bytes: Int = 64 << 20) { (self.entries, self.bytes) = (entries, bytes) }
    }

    struct Key: Sendable, Hashable {
        let source: String
        let url: String
    }

    /// An answer, and how long it was.
    struct Loaded: Sendable {
        let value: JSONValue
        let bytes: Int
    }

    typealias Answer = Result<Loaded, ActivityFailure>
    private typealias Flight = Task<Answer, Never>

    private struct Entry {
        var value: JSONValue
        var bytes: Int
        var loadedAt: Timestamp
        var isUsed = false
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// The keys of the entries, those that are looked at next for room from `head` on.
        var line: [Key] = []
        var head = 0
        var bytes = 0
        var flights: [Key: Flight] = [:]
        /// By source.
        var contents: [String: (entries: Int, bytes: Int)] = [:]
    }

    private enum Found {
        case value(JSONValue)
        case flight(Flight)
    }

    private let state = Mutex(State())
    private let bounds: Bounds
    private let environment: Environment
    private let names: [String: DeclaredName]
    private let lookups: Recorder<CacheLookupAttributes>
    private let evictions: Recorder<CacheAttributes>

    /// - Parameter sources: the names of those whose answers it keeps.
    public init(
        bounds: Bounds = Bounds(), sources: [String], recorders: Recorders, environment: Environment = .system
    ) throws(RegistrationError) {
        (self.bounds, self.environment) = (bounds, environment)
        names = Dictionary(uniqueKeysWithValues: Set(sources).map { ($0, DeclaredName($0)) })
        lookups = try recorders.recorder(of: Signals.cacheLookup)
        evictions = try recorders.recorder(of: Signals.cacheEviction)
        for known in EngineCensus.caches(sources) {
            lookups.announce(known)
            evictions.announce(known)
        }
        try recorders.observe(Signals.cacheContent) { [weak self] in self?.contents ?? [] }
    }

    private var contents: [Observed<CacheAttributes>] {
        let contents = state.withLock { $0.contents }
        return names.map { name, declared in
            let content = contents[name] ?? (0, 0)
            return Observed(CacheAttributes(cache: declared), Double(content.entries), Double(content.bytes))
        }
    }

    /// What a source answers: from here, from a request that is under way, or from one that is made now.
    func value(
        of source: ContextSource, at url: String, _ fetch: @escaping @Sendable () async -> Answer
    ) async throws(ActivityFailure) -> JSONValue {
        guard source.ttl > .zero else { return try await fetch().get().value }
        let key = Key(source: source.name, url: url)
        let now = environment.now()
        let (found, outcome) = state.withLock { find(key, source, at: now, &$0, fetch) }
        if let name = names[source.name] { lookups.record(CacheLookupAttributes(cache: name, outcome: outcome)) }
        switch found {
        case .value(let value): return value
        case .flight(let flight): return try await flight.value.get().value
        }
    }

    private func find(
        _ key: Key, _ source: ContextSource, at now: Timestamp, _ state: inout State,
        _ fetch: @escaping @Sendable () async -> Answer
    ) -> (Found, CacheOutcome) {
        if let entry = state.entries[key] {
            let age = now - entry.loadedAt
            // One from the future is of before the clock was set back.
            if age >= .zero, age < source.ttl + source.staleWhileRevalidate {
                state.entries[key]?.isUsed = true
                if age < source.ttl { return (.value(entry.value), .hit) }
                _ = flight(key, &state, fetch)
                return (.value(entry.value), .stale)
            }
        }
        let isUnderWay = state.flights[key] != nil
        return (.flight(flight(key, &state, fetch)), isUnderWay ? .shared : .miss)
    }

    /// The request that is under way, or a new one. It goes on when those who asked for it do not wait any more.
    private func flight(
        _ key: Key, _ state: inout State, _ fetch: @escaping @Sendable () async -> Answer
    ) -> Flight {
        if let flight = state.flights[key] { return flight }
        let start = environment.now()
        let flight = Task {
            let answer = await fetch()
            land(key, answer, asOf: start)
            return answer
        }
        state.flights[key] = flight
        return flight
    }

    private func land(_ key: Key, _ answer: Answer, asOf start: Timestamp) {
        let evicted = state.withLock { state -> [Key] in
            state.flights[key] = nil
            guard case .success(let loaded) = answer else { return [] }
            return store(Entry(value: loaded.value, bytes: loaded.bytes, loadedAt: start), key, &state)
        }
        for key in evicted {
            if let name = names[key.source] { evictions.record(CacheAttributes(cache: name)) }
        }
    }

    // MARK: Room

    /// - Returns: what had to go.
    private func store(_ entry: Entry, _ key: Key, _ state: inout State) -> [Key] {
        var entry = entry
        entry.bytes += key.url.utf8.count + 256
        let isKnown = state.entries[key] != nil
        if isKnown { take(key, &state) }
        guard entry.bytes <= bounds.bytes, bounds.entries > 0 else { return [] }
        state.entries[key] = entry
        if !isKnown { state.line.append(key) }
        count(key, entries: 1, bytes: entry.bytes, &state)
        var evicted: [Key] = []
        while state.entries.count > bounds.entries || state.bytes > bounds.bytes, let next = nextToGo(&state) {
            take(next, &state)
            evicted.append(next)
        }
        return evicted
    }

    /// Who was used since gets another turn.
    private func nextToGo(_ state: inout State) -> Key? {
        while state.head < state.line.count {
            let key = state.line[state.head]
            state.head += 1
            if state.head >= 1_024, state.head * 2 >= state.line.count {
                state.line.removeFirst(state.head)
                state.head = 0
            }
            guard let entry = state.entries[key] else { continue }
            guard entry.isUsed else { return key }
            state.entries[key]?.isUsed = false
            state.line.append(key)
        }
        return nil
    }

    private func take(_ key: Key, _ state: inout State) {
        guard let entry = state.entries.removeValue(forKey: key) else { return }
        count(key, entries: -1, bytes: -entry.bytes, &state)
    }

    private func count(_ key: Key, entries: Int, bytes: Int, _ state: inout State) {
        state.bytes += bytes
        state.contents[key.source, default: (0, 0)].entries += entries
        state.contents[key.source, default: (0, 0)].bytes += bytes
    }
}
