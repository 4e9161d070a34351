import Instruments
import Synchronization

/// The series of all routes that requests have used: found without a lock and without counting references, added one at
/// a time, and never taken away, as the routes of an application do not.
final class RouteTable: Sendable {
    struct Key: Equatable {
        let method: Int
        let status: Int
        /// The route's template.
        let path: String

        /// Routes are the application's own: nobody can choose them to meet in one slot.
        fileprivate var slot: Int {
            let hash = Int(truncatingIfNeeded: path.labelHash) &+ method &* 499 &+ status &* 61
            return hash & (RouteTable.slotCount - 1)
        }
    }

    /// The series that one request moves.
    final class Series: Sendable {
        let requests: Counter
        let duration: Histogram
        let requestSize: Histogram
        let responseSize: Histogram

        init(requests: Counter, duration: Histogram, requestSize: Histogram, responseSize: Histogram) {
            self.requests = requests
            self.duration = duration
            self.requestSize = requestSize
            self.responseSize = responseSize
        }
    }

    /// One entry of a slot's list, which owns those after it.
    private final class Entry: Sendable {
        let key: Key
        let series: Series
        let next: Entry?

        init(key: Key, series: Series, next: Entry?) {
            self.key = key
            self.series = series
            self.next = next
        }
    }

    private typealias Slot = Atomic<Unmanaged<Entry>?>

    /// A power of two; as many routes, methods and statuses are found at once.
    private static let slotCount = 1024

    // Invariant: allocated and initialized in `init`, freed in `deinit`; in between only reached through atomic
    // operations. A slot owns a reference to its first entry.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Slot>
    private let adding = Mutex(())

    init() {
        slots = .allocate(capacity: Self.slotCount)
        for index in 0..<Self.slotCount { (slots + index).initialize(to: Slot(nil)) }
    }

    deinit {
        for index in 0..<Self.slotCount { slots[index].load(ordering: .relaxed)?.release() }
        slots.deinitialize(count: Self.slotCount)
        slots.deallocate()
    }

    /// Calls the body with the series, which it must not keep; they are made if they are not there.
    func record(_ key: Key, make: (Key) -> Series, _ body: (Series) -> Void) {
        let position = key.slot
        if Self.visit(slots[position].load(ordering: .acquiring), key, body) { return }
        add(key, at: position, make)
        _ = Self.visit(slots[position].load(ordering: .acquiring), key, body)
    }

    private func add(_ key: Key, at position: Int, _ make: (Key) -> Series) {
        adding.withLock { _ in
            let first = slots[position].load(ordering: .relaxed)
            guard !Self.visit(first, key, { _ in }) else { return }
            // The new entry takes over the slot's reference.
            let entry = Entry(key: key, series: make(key), next: first?.takeRetainedValue())
            slots[position].store(.passRetained(entry), ordering: .releasing)
        }
    }

    /// False if there is no such entry.
    ///
    /// No reference is counted, as entries live as long as the table.
    private static func visit(_ first: Unmanaged<Entry>?, _ key: Key, _ body: (Series) -> Void) -> Bool {
        var current = first
        while let entry = current {
            let isFound = entry._withUnsafeGuaranteedRef { entry in
                guard entry.key == key else { return false }
                body(entry.series)
                return true
            }
            if isFound { return true }
            current = entry._withUnsafeGuaranteedRef { $0.next.map(Unmanaged.passUnretained) }
        }
        return false
    }
}
