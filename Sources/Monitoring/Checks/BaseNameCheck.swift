import PromQL
import Telemetry
import Wording

/// A histogram has no samples of its own name: they end in `_bucket`, `_count` and `_sum`.
enum BaseNameCheck: QueryCheck {
    static let name = "base-name"
    static let summary = "a histogram by its own name"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.compactMap { _, name, range in
            guard let family = query.metrics.base(name) else { return nil }
            return query.problem(
                Self.name, .error, range,
                "\(name) is a \(family.type) and has no samples of this name",
                remedy: "for an average write rate(\(name)_sum[…]) / rate(\(name)_count[…]),"
                    + " for a quantile histogram_quantile(…, sum by (le) (rate(\(name)_bucket[…])))")
        }
    }
}
