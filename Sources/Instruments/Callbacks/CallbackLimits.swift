/// What a callback of a registry may take at each scrape.
public struct CallbackLimits: Sendable, Hashable {
    /// How long a scrape waits for it.
    public var deadline: Duration
    /// How many observations or series it may yield.
    public var series: Int

    /// The limits a registry has unless it is given others: a second and 10,000 series.
    public init(deadline: Duration = .seconds(1), series: Int = 10_000) {
        self.deadline = deadline
        self.series = series
    }
}

/// Why a scrape goes without what a callback should have yielded.
enum CallbackFailure: String, CaseIterable {
    /// It did not return in time, or no thread could be had for it.
    case timeout
    /// It threw.
    case error
    /// It yielded more than its limit.
    case flood
    /// What it yielded cannot be shown.
    case invalid
}
