import PromQL
import Wording

/// An unknown metric leaves a gap that somebody sees, but not where the query fills gaps.
enum HiddenMetricCheck: QueryCheck {
    static let name = "hidden-metric"
    static let summary = "nothing exposes the metric, and nobody sees it: `absent`, `or vector(0)`"

    /// A metric that is not known, where nobody misses it.
    struct Find {
        let metric: String
        let range: SourceRange
        /// Why nobody misses it, as a relative clause.
        let effect: String
    }

    static func problems(_ query: CheckedQuery) -> [Problem] {
        finds(query).map { find in
            query.problem(
                name, UnknownMetricCheck.severity(find.metric, query.metrics), find.range,
                "there is no metric \(Prose.quote(find.metric)), \(find.effect)",
                remedy: UnknownMetricCheck.remedy(find.metric, query.metrics))
        }
    }

    /// Each metric once, by what is nearest around it.
    static func finds(_ query: CheckedQuery) -> [Find] {
        let unknown = query.namedSelectors.filter {
            query.metrics[$0.name] == nil && query.metrics.base($0.name) == nil
        }
        guard !unknown.isEmpty else { return [] }
        let hiders = hiders(query)
        return unknown.compactMap { _, name, range in
            let around = hiders.filter { $0.range.offsets.contains(range.offsets.lowerBound) }
            // What is further in comes later.
            return around.last.map { Find(metric: name, range: range, effect: $0.effect) }
        }
    }

    /// The parts of a query in which a metric can be missing without a gap.
    private static func hiders(_ query: CheckedQuery) -> [(range: SourceRange, effect: String)] {
        var hiders: [(range: SourceRange, effect: String)] = []
        query.expression.walk { expression in
            switch expression {
            case .call(let call) where ["absent", "absent_over_time"].contains(call.function.text):
                if query.isLiteral(call.function.range) {
                    hiders.append((call.range, "which \(call.function.text) takes for one that is gone"))
                }
            case .binary(let node) where node.operation == .or && query.isLiteral(node.operationRange):
                if let value = filler(node.right) {
                    hiders.append((node.left.range, "which `or vector(\(value))` hides"))
                }
            default: break
            }
            return true
        }
        return hiders
    }

    /// `0` in `vector(0)`.
    private static func filler(_ expression: Expression) -> String? {
        guard case .call(let call) = expression.unwrapped, call.function.text == "vector",
            case .number(let number)? = call.arguments.first?.unwrapped
        else { return nil }
        return BucketText.text(number.value)
    }
}
