import Workflow

/// How many calls ended over the last while, and how many of them badly, in ten slices of time.
///
/// What is older than the window is forgotten a slice at a time, so that it holds between nine and ten slices.
struct CallWindow: Sendable {
    static let slices = 10

    private struct Slice { var number = Int64.min, calls = 0, failures = 0 }

    private let width: Int64
    private var ring = Array(repeating: Slice(), count: slices)
    private var newest = Int64.min

    init(length: Duration) { width = max(1, length.inMicroseconds / Int64(Self.slices)) }

    mutating func count(failed: Bool, at now: Timestamp) {
        newest = max(newest, now.microseconds / width)
        let place = Int(newest.magnitude % UInt64(Self.slices))
        if ring[place].number != newest { ring[place] = Slice(number: newest) }
        ring[place].calls += 1
        if failed { ring[place].failures += 1 }
    }

    /// As of the last call that was counted.
    var totals: (calls: Int, failures: Int) {
        ring.reduce(into: (calls: 0, failures: 0)) { sum, slice in
            let (age, overflow) = newest.subtractingReportingOverflow(slice.number)
            guard !overflow, age < Self.slices else { return }
            sum.calls += slice.calls
            sum.failures += slice.failures
        }
    }
}
