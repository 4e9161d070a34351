import PromQL
import Wording

/// A rate needs two samples; a range shorter than two scrapes often has one or none.
enum ShortRangeCheck: QueryCheck {
    static let name = "short-range"
    static let summary = "a rate over less than two scrapes"
    private static let functions: Set<String> = ["rate", "irate", "increase", "delta", "idelta", "deriv"]

    static func problems(_ query: CheckedQuery) -> [Problem] {
        var problems: [Problem] = []
        query.expression.walk { expression in
            guard case .call(let call) = expression, functions.contains(call.function.text),
                case .range(let range)? = call.arguments.first?.unwrapped, query.isLiteral(range.duration.range),
                range.duration.seconds < 2 * query.scrapeInterval
            else { return true }
            let least = Int((4 * query.scrapeInterval).rounded(.up))
            problems.append(
                query.problem(
                    name, .warning, range.duration.range,
                    "the range is shorter than two scrapes of \(BucketText.text(query.scrapeInterval)) s",
                    remedy: "write [\(least)s] or more, so that one scrape may fail"))
            return true
        }
        return problems
    }
}
