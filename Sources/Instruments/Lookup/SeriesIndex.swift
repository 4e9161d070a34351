import Synchronization

/// An open-addressed hash table of series that any thread may search while one adds and takes away.
///
/// It does not grow: ``SeriesTable`` makes a larger one. Searching threads must be within a reading (see `CInstruments`),
/// so that neither the table nor a series is freed under them. It owns no series.
final class SeriesIndex: Sendable {
    private static let empty: UInt = 0
    private static let removed: UInt = 1
    /// A slot holds the series' address in the low bits and as much of its hash as there is room for above.
    private static let addressBits: UInt = 48
    private static let addressMask: UInt = 1 << addressBits - 1

    // Invariant: allocated and initialized in `init`, freed in `deinit`; in between only reached through atomic
    // operations.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let mask: Int

    /// - Parameter capacity: a power of two.
    init(capacity: Int) {
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        for index in 0..<capacity { (slots + index).initialize(to: Atomic(Self.empty)) }
    }

    deinit { slots.deallocate() }

    var capacity: Int { mask + 1 }

    /// The series with this hash for which `matches` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ matches: (LiveSeries) -> Bool) -> LiveSeries? {
        let tag = Self.tag(hash)
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let word = slots[position].load(ordering: .acquiring)
            if word == Self.empty { return nil }
            if word & ~Self.addressMask == tag, let series = Self.series(word), matches(series) { return series }
            position = (position &+ 1) & mask
        }
    }

    /// Adds a series that is not there; there must be room. Returns false if it took the place of one removed.
    func insert(_ series: LiveSeries, _ hash: UInt64) -> Bool {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let word = slots[position].load(ordering: .relaxed)
            if word <= Self.removed {
                slots[position].store(UInt(bitPattern: series.address) | Self.tag(hash), ordering: .releasing)
                return word == Self.empty
            }
            position = (position + 1) & mask
        }
    }

    /// Takes a series out.
    func remove(_ series: LiveSeries, _ hash: UInt64) {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let word = slots[position].load(ordering: .relaxed)
            if word == Self.empty { return }
            if Self.series(word) == series {
                slots[position].store(Self.removed, ordering: .releasing)
                return
            }
            position = (position + 1) & mask
        }
    }

    /// Calls the body with each series.
    func forEach(_ body: (LiveSeries) -> Void) {
        for index in 0...mask {
            if let series = Self.series(slots[index].load(ordering: .relaxed)) { body(series) }
        }
    }

    @inline(__always)
    private static func series(_ word: UInt) -> LiveSeries? {
        guard word > removed else { return nil }
        return UnsafeMutableRawPointer(bitPattern: word & addressMask).map(LiveSeries.init(at:))
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt { UInt(truncatingIfNeeded: hash) & ~addressMask }
}
