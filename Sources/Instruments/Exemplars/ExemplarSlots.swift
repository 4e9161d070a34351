import Synchronization

/// The latest exemplar of each of an instrument's buckets; of a counter, its only one.
///
/// An instrument without exemplars pays for one empty word.
struct ExemplarSlots: ~Copyable, Sendable {
    private final class Box: Sendable {
        let exemplars: Guarded<[Exemplar?]>

        init(count: Int) { exemplars = Guarded(Array(repeating: nil, count: count)) }
    }

    /// Owns a reference; set once.
    private let box = Atomic<Unmanaged<Box>?>(nil)

    deinit { box.load(ordering: .acquiring)?.release() }

    /// - Parameters:
    ///   - slot: below `count`.
    ///   - count: how many slots the instrument has; always the same.
    func keep(_ labels: ExemplarLabels, _ value: Double, in slot: Int, of count: Int) {
        let exemplar = Exemplar(labels: labels, value: value, time: Double(SystemTime.milliseconds()) / 1_000)
        boxed(count).exemplars.withLock { $0[slot] = exemplar }
    }

    private func boxed(_ count: Int) -> Box {
        if let box = box.load(ordering: .acquiring) { return box.takeUnretainedValue() }
        let made = Unmanaged.passRetained(Box(count: count))
        let (exchanged, original) = box.compareExchange(
            expected: nil, desired: made, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
        guard !exchanged, let original else { return made.takeUnretainedValue() }
        made.release()
        return original.takeUnretainedValue()
    }

    /// By slot; empty if none was ever kept.
    var all: [Exemplar?] {
        box.load(ordering: .acquiring)?.takeUnretainedValue().exemplars.withLock { $0 } ?? []
    }
}
