import Synchronization

/// An open-addressed hash table of series that any thread may search while one adds and takes away.
///
/// It does not grow: ``SeriesTable`` makes a larger one. Searching threads must be within a reading (see `CInstruments`),
/// so that neither the table nor a series is freed under them.
final class SeriesIndex: Sendable {
    private static let empty: UInt = 0
    private static let removed: UInt = 1
    /// A slot holds the series' address in the low bits and as much of its hash as there is room for above.
    private static let addressBits: UInt = 48
    private static let addressMask: UInt = 1 << addressBits - 1

    // Invariant: allocated and initialized in `init`, freed in `deinit`; in between only reached through atomic
    // operations. Each address in a slot owns a reference.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let mask: Int

    /// - Parameter capacity: a power of two.
    init(capacity: Int) {
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        for index in 0..<capacity { (slots + index).initialize(to: Atomic(Self.empty)) }
    }

    deinit {
        for index in 0...mask {
            let word = slots[index].load(ordering: .relaxed)
            if word > Self.removed { Self.series(word).release() }
        }
        slots.deinitialize(count: mask + 1)
        slots.deallocate()
    }

    var capacity: Int { mask + 1 }

    /// The series with this hash for which `matches` holds.
    @inline(__always)
    func find(_ hash: UInt64, _ matches: (LiveSeries) -> Bool) -> Unmanaged<LiveSeries>? {
        let tag = Self.tag(hash)
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let word = slots[position].load(ordering: .acquiring)
            if word == Self.empty { return nil }
            if word & ~Self.addressMask == tag, word > Self.removed {
                let found = Self.series(word)._withUnsafeGuaranteedRef { matches($0) }
                if found { return Self.series(word) }
            }
            position = (position &+ 1) & mask
        }
    }

    /// Adds a series that is not there; there must be room. Returns false if it took the place of one removed.
    func insert(_ series: LiveSeries) -> Bool {
        var position = Int(truncatingIfNeeded: series.hash) & mask
        while true {
            let word = slots[position].load(ordering: .relaxed)
            if word <= Self.removed {
                let address = UInt(bitPattern: Unmanaged.passRetained(series).toOpaque())
                slots[position].store(address | Self.tag(series.hash), ordering: .releasing)
                return word == Self.empty
            }
            position = (position + 1) & mask
        }
    }

    /// Takes a series out; the reference that the slot had is given to the caller.
    func remove(_ series: LiveSeries) {
        var position = Int(truncatingIfNeeded: series.hash) & mask
        while true {
            let word = slots[position].load(ordering: .relaxed)
            if word == Self.empty { return }
            if word > Self.removed, Self.series(word).toOpaque() == Unmanaged.passUnretained(series).toOpaque() {
                slots[position].store(Self.removed, ordering: .releasing)
                return
            }
            position = (position + 1) & mask
        }
    }

    /// Hands its series over to a larger or cleaner table.
    func copy(to other: SeriesIndex) {
        for index in 0...mask {
            let word = slots[index].load(ordering: .relaxed)
            if word > Self.removed { _ = other.insert(Self.series(word).takeUnretainedValue()) }
        }
    }

    @inline(__always)
    private static func series(_ word: UInt) -> Unmanaged<LiveSeries> {
        // Invariant: no slot above `removed` is without an address.
        Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: word & addressMask).unsafelyUnwrapped)
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt { UInt(truncatingIfNeeded: hash) & ~addressMask }
}
