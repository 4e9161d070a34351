import Synchronization

/// A gauge of what has begun and not ended yet: requests, jobs.
///
/// Unlike a ``Gauge`` it cannot be set, hence threads may count in cells of their own: see ``CellRows``.
package final class InFlight: Instrument {
    /// What has begun less what has ended, modulo 2⁶⁴; so are the cells of the rows.
    private let balance = Atomic<UInt64>(0)
    private let rows = CellRows()

    package init() {}

    deinit { rows.free() }

    package func begin() { add(1) }

    /// As many beginnings at once.
    package func begin(_ count: UInt64) { add(count) }

    /// To be called once for each ``begin()``, from any thread.
    package func end() { add(.max) }

    @inline(__always)
    private func add(_ amount: UInt64) {
        if rows.areMine { balance.addAlone(amount) } else { rows.add(amount, to: 0, of: 1) }
    }

    /// Never below 0, though the end of a thing may be seen and its beginning not, when both are under way.
    package var reading: Reading {
        var balance = balance.load(ordering: .relaxed)
        rows.forEach(1) { balance &+= $0[0].load(ordering: .relaxed) }
        return .number(Double(max(0, Int64(bitPattern: balance))))
    }
}

/// Some counts that are kept, by position.
///
/// They are reached without counting references, which all threads would do at one place.
package struct InFlightList: Sendable {
    private let counts: [InFlight]
    private let unretained: [Unmanaged<InFlight>]

    package init(_ counts: [InFlight]) {
        self.counts = counts
        unretained = counts.map(Unmanaged.passUnretained)
    }

    package func begin(_ index: Int) { unretained[index]._withUnsafeGuaranteedRef { $0.begin() } }

    package func end(_ index: Int) { unretained[index]._withUnsafeGuaranteedRef { $0.end() } }
}
