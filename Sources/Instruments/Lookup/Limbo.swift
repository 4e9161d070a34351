internal import CInstruments

/// What has been taken out of a table that is read without a lock, until nobody can be looking at it any more.
///
/// A thread that began to read before something was taken out may still look at it. So it is kept until each thread that
/// was reading when it was asked has ended that reading. Nobody waits: it is asked again when the next thing comes, and
/// at each scrape.
struct Limbo {
    private struct Batch {
        var objects: [AnyObject]
        var grace = GracePeriod()
    }

    private var fresh: [AnyObject] = []
    private var waiting: Batch?

    mutating func keep(_ object: AnyObject) {
        fresh.append(object)
        collect()
    }

    /// Lets go of what nobody looks at any more.
    mutating func collect() {
        if waiting?.grace.isOver() == true { waiting = nil }
        guard waiting == nil, !fresh.isEmpty else { return }
        var batch = Batch(objects: fresh)
        fresh = []
        waiting = batch.grace.isOver() ? nil : batch
    }
}

/// The time from when it is made until each thread that was reading then has ended that reading.
struct GracePeriod {
    /// Those who were reading, and the number of that reading.
    private var readers = Self.readers()

    /// Whether all have ended.
    mutating func isOver() -> Bool {
        readers.removeAll { instruments_sequence($0.record) != $0.sequence }
        return readers.isEmpty
    }

    /// The threads that read now.
    private static func readers() -> [(record: UnsafeMutablePointer<instruments_reader>, sequence: UInt64)] {
        instruments_barrier()
        var readers: [(record: UnsafeMutablePointer<instruments_reader>, sequence: UInt64)] = []
        var next = instruments_readers()
        while let record = next {
            let sequence = instruments_sequence(record)
            if sequence & 1 == 1 { readers.append((record, sequence)) }
            next = instruments_next(record)
        }
        return readers
    }
}
