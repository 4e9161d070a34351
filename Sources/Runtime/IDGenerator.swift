import Synchronization
import Workflow

/// Makes execution ids that ascend within a process and differ between the holders of different leases.
///
/// 41 bits of milliseconds since 2025-01-01 (until 2094), 10 bits of the lease's token, 12 bits of a counter. Two leases
/// whose tokens are equal modulo 1,024 could meet in one millisecond only if 1,023 others were acquired between them.
struct IDGenerator: ~Copyable {
    private static let epoch: Int64 = 1_735_689_600_000
    private static let counterBits: Int64 = 12
    private static let nodeBits: Int64 = 10

    /// Milliseconds and counter, in one number, of the last id made.
    private let last = Mutex<Int64>(0)

    func next(now: Timestamp, lease: Lease) -> ExecutionID {
        let floor = max(0, now.microseconds / 1_000 - Self.epoch) << Self.counterBits
        let moment = last.withLock { last in
            last = max(floor, last + 1)
            return last
        }
        let counterMask: Int64 = 1 << Self.counterBits - 1
        let node = (lease.token & (1 << Self.nodeBits - 1)) << Self.counterBits
        let milliseconds = (moment & ~counterMask) << Self.nodeBits
        return ExecutionID(rawValue: milliseconds | node | moment & counterMask)
    }
}
