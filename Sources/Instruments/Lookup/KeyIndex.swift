import Synchronization

/// An open-addressed hash table from the keys of typed labels to series, beside the ``SeriesIndex`` of a table.
///
/// Any thread may search while one adds; nothing is taken away: when a series goes, ``SeriesTable`` starts a new table.
final class KeyIndex: Sendable {
    private struct Slot: ~Copyable {
        /// Written before ``series`` is, and never again.
        var key = LabelKey()
        /// The series' address, or 0 while the slot is free.
        let series = Atomic<UInt>(0)
    }

    // Invariant: allocated and initialized in `init`, freed in `deinit`; in between, the key of a slot is written once,
    // under the lock of the table and before its series, and read only by those who have seen the series.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// - Parameter capacity: a power of two.
    init(capacity: Int) {
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        for index in 0..<capacity { (slots + index).initialize(to: Slot()) }
    }

    deinit { slots.deallocate() }

    var capacity: Int { mask + 1 }

    @inline(__always)
    func find(_ key: LabelKey) -> LiveSeries? {
        var position = Int(truncatingIfNeeded: key.hash) & mask
        while let found = series(at: position) {
            if slots[position].key == key { return found }
            position = (position &+ 1) & mask
        }
        return nil
    }

    @inline(__always)
    private func series(at position: Int) -> LiveSeries? {
        UnsafeMutableRawPointer(bitPattern: slots[position].series.load(ordering: .acquiring)).map(LiveSeries.init(at:))
    }

    /// Adds a series, if its key is not there; there must be room. Returns false if it was there.
    func insert(_ series: LiveSeries, _ key: LabelKey) -> Bool {
        var position = Int(truncatingIfNeeded: key.hash) & mask
        while self.series(at: position) != nil {
            if slots[position].key == key { return false }
            position = (position + 1) & mask
        }
        slots[position].key = key
        slots[position].series.store(UInt(bitPattern: series.address), ordering: .releasing)
        return true
    }

    func copy(to other: KeyIndex) {
        for position in 0...mask {
            if let series = series(at: position) { _ = other.insert(series, slots[position].key) }
        }
    }
}
