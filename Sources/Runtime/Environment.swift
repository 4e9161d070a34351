public import Workflow

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the engine asks of the world besides the journal: the time, sleep, and chance.
///
/// The seam that lets tests turn the clock by hand and replay chance from a seed.
public struct Environment: Sendable {
    public var now: @Sendable () -> Timestamp
    /// Returns at the time, or earlier when the task is cancelled.
    public var sleep: @Sendable (_ until: Timestamp) async -> Void
    /// In 0..<1.
    public var random: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Timestamp) async -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// The system's clock and random numbers.
    public static let system = Environment(
        now: systemTime,
        sleep: sleep,
        random: { .random(in: 0..<1) })

    private static let longestSleep = Duration.seconds(60)

    /// The clock of the system may be set meanwhile: forward, and the time has come sooner; back, and the sleep is as long
    /// as it was to be.
    @Sendable private static func sleep(until: Timestamp) async {
        let end = ContinuousClock.now + (until - systemTime())
        while !Task.isCancelled, until > systemTime(), case let left = end - .now, left > .zero {
            try? await Task.sleep(for: min(left, longestSleep))
        }
    }

    @Sendable private static func systemTime() -> Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
