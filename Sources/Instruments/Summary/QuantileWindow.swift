/// Which quantiles a summary shows, how exactly, and over which time.
///
/// Checked when a family is registered.
public struct QuantileWindow: Sendable, Hashable {
    /// Ranks from 0 to 1, strictly rising: 0.5 for the median. None at all leaves a summary its count and sum.
    public var quantiles: [Double]
    /// How far a quantile may be from the true one, relative to it: 0.01 for 1 %. From 0.0014 to 0.9.
    public var accuracy: Double
    /// For how long an observation matters. At least as many microseconds as there are slices, at most a year.
    public var length: Duration
    /// In how many steps observations go out of the window, 1 to 60: it always spans the slice under way and all others,
    /// hence between `length · (slices − 1) / slices` and `length`.
    public var slices: Int
    /// How many buckets the sketch may have, 16 to 65536. Values that lie further apart over the summary's life than the
    /// buckets reach make them twice as wide, and the error with them. With the defaults, the buckets reach from 1 to
    /// 4·10⁹, wherever the least value is.
    public var limit: Int

    /// A window, checked when a family is registered; nothing here traps.
    public init(
        quantiles: [Double] = [0.5, 0.9, 0.99], accuracy: Double = 0.01, length: Duration = .seconds(600),
        slices: Int = 5, limit: Int = 2048
    ) {
        self.quantiles = quantiles
        self.accuracy = accuracy
        self.length = length
        self.slices = slices
        self.limit = limit
    }

    /// The coarsest schema whose buckets are narrow enough: the middle of a bucket that grows by γ is (γ−1)/(γ+1) away
    /// from its ends.
    var schema: Int {
        ExponentialBounds.coarsestSchema { ($0 - 1) / ($0 + 1) <= accuracy }
    }

    /// What is wrong with it and a remedy; nil if it can be registered.
    var mistake: String? {
        if let rank = quantiles.first(where: { !(0...1).contains($0) }) {
            return "the quantile \(rank) is not within 0 to 1. The median is 0.5."
        }
        for (rank, next) in zip(quantiles, quantiles.dropFirst()) where rank >= next {
            return "the quantile \(next) follows \(rank). Quantiles must rise strictly; sort them."
        }
        if !(0.0014...0.9).contains(accuracy) {
            return "the accuracy \(accuracy) is not within 0.0014 to 0.9. Leave it out for 0.01."
        }
        if !(1...60).contains(slices) {
            return "\(slices) slices of the window are not within 1 to 60. Leave them out for 5."
        }
        if length < .microseconds(slices) || length > .seconds(366 * 86_400) {
            return
                "the window's length \(length) is not within \(slices) microseconds to a year. Leave it out for 600 s."
        }
        if !(16...65_536).contains(limit) {
            return "the limit of \(limit) buckets is not within 16 to 65536. Leave it out for 2048."
        }
        return nil
    }
}

extension QuantileWindow: CustomStringConvertible {
    /// Such as `quantiles 0.5, 0.99 within 0.01 over 600.0 seconds in 5 slices, at most 2048 buckets`.
    public var description: String {
        let ranks = quantiles.isEmpty ? "none" : quantiles.map(\.description).joined(separator: ", ")
        return "quantiles \(ranks) within \(accuracy) over \(length) in \(slices) slices, at most \(limit) buckets"
    }
}
