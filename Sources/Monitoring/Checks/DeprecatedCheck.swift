import PromQL
import Telemetry
import Wording

/// A family that is to go still answers today, and not after the next version.
enum DeprecatedCheck: QueryCheck {
    static let name = "deprecated"
    static let summary = "a family that is to go"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        query.namedSelectors.compactMap { _, name, range in
            guard let family = query.metrics[name]?.family, let other = family.deprecatedBy else { return nil }
            return query.problem(
                Self.name, .warning, range, "\(family.name) is to go", remedy: "use \(other)")
        }
    }
}
