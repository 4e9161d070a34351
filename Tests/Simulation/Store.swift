import MemoryJournal
import Synchronization
import Workflow

/// The journal that all processes share, and the ledger that is kept beside it.
final class Store: Sendable {
    let journal: any Journal = MemoryJournal()
    let world: World
    private let book: Mutex<Ledger>

    init(_ world: World) {
        self.world = world
        book = Mutex(Ledger(world: world))
    }

    var ledger: Ledger { book.withLock { $0 } }

    private func enter(_ entry: (inout Ledger) -> Void) { book.withLock { entry(&$0) } }

    func acquire(
        _ process: String, now: Timestamp, until: Timestamp, takingAll: Bool, _ deadLetterAfter: Int
    ) async throws(JournalError) -> Acquisition {
        let acquisition = try await journal.acquire(
            holder: process, now: now, until: until, takingAll: takingAll, deadLetterAfter: deadLetterAfter)
        enter { $0.acquired(acquisition.lease, by: process, now: now, until: until, takingAll: takingAll) }
        world.tell("\(process): has the lease \(acquisition.lease.token), \(acquisition.takenOver) taken over")
        return acquisition
    }

    func renew(
        _ lease: Lease, now: Timestamp, until: Timestamp, _ deadLetterAfter: Int
    ) async throws(JournalError) -> Renewal {
        let renewal = try await journal.renew(lease, now: now, until: until, deadLetterAfter: deadLetterAfter)
        enter { $0.renewed(lease, now: now, until: until) }
        if renewal.takenOver > 0 { world.tell("lease \(lease.token): took over \(renewal.takenOver)") }
        return renewal
    }

    func release(_ lease: Lease, now: Timestamp) async throws(JournalError) {
        try await journal.release(lease, now: now)
        enter { $0.released(lease) }
        world.tell("lease \(lease.token): released")
    }

    func ingest(
        _ arrivals: [Arrival], _ claiming: Claiming?, _ lease: Lease
    ) async throws(JournalError) -> Intake {
        let intake = try await journal.ingest(arrivals, claiming: claiming, lease: lease)
        enter { ledger in
            for (arrival, ingestion) in zip(arrivals, intake.ingestions) {
                ledger.ingested(arrival, ingestion, lease)
            }
        }
        for (arrival, ingestion) in zip(arrivals, intake.ingestions) {
            world.tell("lease \(lease.token): ingests \(arrival.event.id): \(ingestion)")
        }
        if let claim = intake.claim { note(claim, lease) }
        return intake
    }

    func commit(_ commit: Commit, _ lease: Lease) async throws(JournalError) -> [Signal] {
        do {
            let signals = try await journal.commit(commit, lease: lease)
            enter { $0.committed(commit, lease, parks: signals.isEmpty) }
            world.tell(
                "lease \(lease.token): \(commit.id) record \(commit.number) \(String(decoding: commit.record, as: UTF8.self)) \(commit.disposition), consumed \(commit.consumed ?? 0), \(signals.count) left"
            )
            return signals
        } catch {
            world.tell("lease \(lease.token): \(commit.id) record \(commit.number) is refused: \(error)")
            throw error
        }
    }

    func claim(
        _ only: [ExecutionID]?, limit: Int, now: Timestamp, _ lease: Lease
    ) async throws(JournalError) -> Claim {
        let claim = try await journal.claim(only: only, limit: limit, now: now, lease: lease)
        note(claim, lease)
        return claim
    }

    private func note(_ claim: Claim, _ lease: Lease) {
        enter { $0.claimed(claim.executions, lease) }
        if !claim.executions.isEmpty {
            world.tell("lease \(lease.token): claims \(claim.executions.map(\.summary.id))")
        }
    }

    func signal(
        _ id: ExecutionID, _ kind: Signal.Kind, now: Timestamp
    ) async throws(JournalError) -> SignalReceipt {
        let receipt = try await journal.signal(id, kind, now: now)
        let number = try await journal.execution(id)?.signals.last?.number
        enter { $0.signalled(id, kind, receipt, number: number) }
        world.tell("\(id) is signalled \(kind): \(receipt), number \(number ?? 0)")
        return receipt
    }
}
