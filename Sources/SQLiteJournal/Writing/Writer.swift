import Foundation
import GRDB
import Synchronization

/// The one thread that writes.
///
/// It takes everything that gathered while the last transaction was being committed into the next one.
final class Writer: Sendable {
    let queue: WriteQueue
    /// 1 while a transaction is open.
    let active = Atomic<Int>(0)
    private let pool: DatabasePool
    private let observe: (@Sendable (QueryObservation) -> Void)?

    /// The weight at which a transaction is full.
    private static let batchWeight = 2_000
    /// The weight at which the queue is.
    private static let queueCapacity = 50_000
    /// From so many verbs on, a batch is large.
    private static let largeBatch = 16
    /// How often the writer gives way, at most, before it goes on.
    private static let patience = 20

    init(pool: DatabasePool, observe: (@Sendable (QueryObservation) -> Void)?) {
        self.pool = pool
        self.observe = observe
        queue = WriteQueue(capacity: Self.queueCapacity)
    }

    func start() {
        let thread = Thread { [self] in
            pool.writeWithoutTransaction { database in write(database) }
            // The writer closes the pool, so that no thread of Swift's waits for readers.
            try? pool.close()
            queue.finish()
        }
        thread.name = "journal-writer"
        thread.start()
    }

    private func write(_ database: Database) {
        do throws(VerbFailure) {
            let connection = try Connection(database, observe: observe)
            let session = WriteSession(connection)
            let checkpoints = Checkpoints(connection)
            defer {
                checkpoints.make()
                checkpoints.stop()
            }
            while let verbs = queue.next(whenIdle: checkpoints.isDue ? checkpoints.make : nil) {
                write(verbs, session)
                letCallersReturn(after: verbs.count)
            }
        } catch {
            while let verbs = queue.next() {
                for verb in verbs { verb.fail(error.journalError) }
                queue.done(weight: verbs.reduce(0) { $0 + $1.weight })
            }
        }
    }

    /// After a large batch, lets the callers that it woke hand in their next verbs: a transaction for the first few of
    /// them would cost the others its commit, and writes as many pages as one for all. A small batch is not held up.
    private func letCallersReturn(after count: Int) {
        guard count >= Self.largeBatch else { return }
        var before = -1
        for _ in 0..<Self.patience {
            let gathered = queue.pendingWeight
            if gathered == before || gathered > count / 2 { return }
            before = gathered
            sched_yield()
        }
    }

    private func write(_ verbs: [WaitingVerb], _ session: WriteSession) {
        var rest = verbs[...]
        while let first = rest.first {
            var weight = first.weight
            var end = rest.startIndex + 1
            while end < rest.endIndex, weight + rest[end].weight <= Self.batchWeight {
                weight += rest[end].weight
                end += 1
            }
            active.store(1, ordering: .relaxed)
            session.write(rest[..<end])
            active.store(0, ordering: .relaxed)
            rest = rest[end...]
            queue.done(weight: weight)
        }
    }
}
