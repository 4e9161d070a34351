/// Bounds retries to a share of the calls, so that a service that fails is not called the more for it.
///
/// A bucket of tokens: each first attempt puts a share of one in, each retry takes one out. Over any stretch there are at
/// most `reserve + share × calls` retries. A value: whoever shares it locks it.
public struct RetryBudget: Sendable, Hashable {
    /// In thousandths of a retry, so that no fraction is ever lost.
    private var tokens: Int
    private let deposit: Int
    private let most: Int

    /// - Parameters:
    ///   - share: retries per call, in thousandths: 200 allows one retry for five calls. Bounded to 0...1000.
    ///   - reserve: how many retries may go before any call has paid for them, and at most be saved up. Bounded to
    ///     0...1,000,000.
    public init(sharePerMille share: Int = 200, reserve: Int = 10) {
        deposit = min(max(share, 0), 1000)
        most = min(max(reserve, 0), 1_000_000) * 1000
        tokens = most
    }

    /// Counts a call's first attempt.
    public mutating func call() { tokens = min(most, tokens + deposit) }

    /// Takes one retry out; false when there is none, and then the call has failed.
    public mutating func retry() -> Bool {
        guard tokens >= 1000 else { return false }
        tokens -= 1000
        return true
    }
}
