import Workflow

/// How often something may happen: so many times within a time, all of them at once if need be.
public struct RateLimit: Sendable, Hashable {
    public let count: Int
    public let period: Duration

    /// - Parameters:
    ///   - count: from 1 to 1,000,000.
    ///   - period: from 1 ms to a day.
    /// - Returns: nil when one of them is out of its bounds.
    public init?(_ count: Int, per period: Duration) {
        guard 1...1_000_000 ~= count, Duration.milliseconds(1)...Duration.seconds(86_400) ~= period else { return nil }
        (self.count, self.period) = (count, period)
    }

    /// Reads `100/1s`; nil when it is not that.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.allSatisfy({ $0.digitValue(radix: 10) != nil }),
            let count = Int(parts[0]), let period = try? Duration(parsing: String(parts[1]))
        else { return nil }
        self.init(count, per: period)
    }

    /// The time from one to the next when they are spread evenly.
    var interval: Duration { .microseconds(max(1, period.inMicroseconds / Int64(count))) }
}

extension RateLimit: CustomStringConvertible {
    /// As it is read: `100/1s`.
    public var description: String { "\(count)/\(period.shortText)" }
}

/// A bucket that a token drips into at each interval of a ``RateLimit``, until it holds as many as its count.
///
/// What finds it empty takes a token that is still to come, and waits for it. Held as the time at which the bucket is
/// full again (the generic cell rate algorithm, ITU-T I.371), so that it needs no timer. A value: it asks no clock, and
/// whoever shares it locks it.
struct TokenBucket: Sendable {
    let limit: RateLimit
    private var full = Timestamp(microseconds: .min)
    private var clock = SteadyClock()

    init(_ limit: RateLimit) { self.limit = limit }

    /// There is none within the time.
    struct Refusal: Error, Hashable {
        /// How long it takes until there is one.
        let retryAfter: Duration
    }

    /// Takes a token.
    /// - Returns: how long to wait until it is there; zero when it is.
    mutating func take(at now: Timestamp, within patience: Duration) throws(Refusal) -> Duration {
        let now = clock.advance(to: now)
        let next = max(full, now) + limit.interval
        let wait = max(.zero, (next - now) - limit.period)
        guard wait <= patience else { throw Refusal(retryAfter: wait) }
        full = next
        return wait
    }
}
