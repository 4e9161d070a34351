public import Instruments

extension Signals {
    /// A cache has been asked for something.
    public static let cacheLookup = Signal<CacheLookupAttributes>(
        "cache.lookup", .occurrence, "A question to a cache, and what it had.")

    /// A cache has let go of something to make room.
    public static let cacheEviction = Signal<CacheAttributes>(
        "cache.eviction", .occurrence, "Something that a cache has let go of to make room.")

    /// What a cache holds.
    public static let cacheContent = Signal<CacheAttributes>(
        "cache.content", .observed, measures: [Measure("entries", .count), Measure("size", .bytes)],
        "What a cache holds.")
}

/// What a cache had.
public enum CacheOutcome: String, CaseIterable, LabelValue {
    /// It had it.
    case hit
    /// It had it, a little old, and fetches it anew meanwhile.
    case stale
    /// It was being fetched for somebody else.
    case shared
    /// It had to be fetched.
    case miss
}

/// What tells caches apart.
public struct CacheAttributes: LabelSet {
    let cache: DeclaredName

    /// - Parameter cache: its name, from the configuration.
    public init(cache: DeclaredName) { self.cache = cache }

    /// Their names.
    public static var labels: [Label] { [Label("cache.name", DeclaredName.self)] }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) { encoder.add(cache) }
}

/// What tells questions to caches apart.
public struct CacheLookupAttributes: LabelSet {
    let cache: DeclaredName
    let outcome: CacheOutcome

    /// - Parameter cache: its name, from the configuration.
    public init(cache: DeclaredName, outcome: CacheOutcome) { (self.cache, self.outcome) = (cache, outcome) }

    /// Their names.
    public static var labels: [Label] {
        [Label("cache.name", DeclaredName.self), Label("cache.outcome", CacheOutcome.self)]
    }

    /// Adds them, in order.
    public func encode(to encoder: inout some LabelEncoder) {
        encoder.add(cache)
        encoder.add(outcome)
    }
}
