/// An instrument that records nothing itself: it shows what others have recorded, added up.
///
/// Several families can so show one recording, each with its own labels and buckets, at the cost of one.
package final class DerivedInstrument: Instrument {
    /// What is shown of the others.
    package enum Aspect: Sendable, Hashable {
        /// The value of counters and of what is in flight, the number of observations of histograms.
        case count
        /// The sum of what histograms observed.
        case sum
        /// The distribution of what histograms observed, over these bounds, which all of them have among theirs.
        case buckets([Double])
    }

    private let aspect: Aspect
    private let parts = Guarded<[any Instrument]>([])

    init(_ aspect: Aspect) { self.aspect = aspect }

    /// From now on, shows what this one recorded too.
    package func add(_ part: any Instrument) {
        parts.withLock { $0.append(part) }
    }

    package var reading: Reading {
        let readings = parts.withLock { $0 }.map(\.reading)
        switch aspect {
        case .count: return .number(readings.reduce(0) { $0 + $1.count })
        case .sum: return .number(readings.reduce(0) { $0 + $1.sum })
        case .buckets(let bounds):
            return .histogram(HistogramReading(merging: readings.compactMap(\.histogram), bounds: bounds))
        }
    }
}

extension Reading {
    fileprivate var count: Double {
        switch self {
        case .number(let value): value
        case .histogram(let histogram): Double(histogram.count)
        case .nativeHistogram, .summary, .states: 0
        }
    }

    fileprivate var sum: Double { histogram?.sum ?? 0 }

    fileprivate var histogram: HistogramReading? {
        guard case .histogram(let histogram) = self else { return nil }
        return histogram
    }
}

extension HistogramReading {
    /// - Parameter bounds: some of those that each of the histograms has, rising.
    fileprivate init(merging histograms: [HistogramReading], bounds: [Double]) {
        var counts = [UInt64](repeating: 0, count: bounds.count + 1)
        for histogram in histograms {
            var next = histogram.buckets.makeIterator()
            for (index, bound) in (bounds + [.infinity]).enumerated() {
                while let bucket = next.next() {
                    guard bucket.upperBound >= bound else { continue }
                    counts[index] &+= bucket.count
                    break
                }
            }
        }
        self.init(
            buckets: zip(bounds + [.infinity], counts).map(Bucket.init), sum: histograms.reduce(0) { $0 + $1.sum })
    }
}
