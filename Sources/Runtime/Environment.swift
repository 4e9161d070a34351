public import Workflow

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the engine asks of the world besides the journal: the time, sleep, chance, and who runs when.
///
/// The seam that lets tests turn the clock by hand and replay chance and order from a seed.
public struct Environment: Sendable {
    public var now: @Sendable () -> Timestamp
    /// Returns at the time, or earlier when the task is cancelled.
    public var sleep: @Sendable (_ until: Timestamp) async -> Void
    /// In 0..<1.
    public var random: @Sendable () -> Double
    /// Lets others have the thread.
    public var yield: @Sendable () async -> Void

    public init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Timestamp) async -> Void,
        random: @escaping @Sendable () -> Double, yield: @escaping @Sendable () async -> Void = { await Task.yield() }
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
        self.yield = yield
    }

    /// Lets others have the thread when so much work is done that they would miss it, and counts from there.
    func yield(afterMuch work: inout Int) async {
        guard work >= Execution.workWithoutPause else { return }
        work = 0
        await yield()
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
