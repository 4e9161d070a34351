import Documents
import PromQL

/// A query that could be parsed, with all that a check needs to know about it.
struct CheckedQuery {
    let query: Query
    let substituted: SubstitutedQuery
    let expression: Expression
    let metrics: MetricIndex
    /// The seconds from one scrape to the next.
    let scrapeInterval: Double

    /// Nil for one that Prometheus would refuse.
    init?(_ parsed: ParsedQuery, metrics: MetricIndex, scrapeInterval: Double) {
        guard let expression = parsed.expression, parsed.problems.isEmpty else { return nil }
        query = parsed.query
        substituted = parsed.substituted
        self.expression = expression
        self.metrics = metrics
        self.scrapeInterval = scrapeInterval
    }

    /// The place in the file of a part of the query.
    func place(_ range: SourceRange) -> SourcePlace { substituted.place(of: range.offsets) }

    /// Whether a part of the query is known as it stands, and not a variable's value.
    func isLiteral(_ range: SourceRange) -> Bool { substituted.placeholders(in: range.offsets).isEmpty }

    func problem(
        _ check: String, _ severity: Problem.Severity, _ range: SourceRange, _ message: String, remedy: String
    ) -> Problem {
        Problem(
            check: check, severity: severity, place: place(range), context: query.context, message: message,
            remedy: remedy)
    }

    /// Selectors by a name that is written out.
    var namedSelectors: [(selector: VectorSelector, name: String, range: SourceRange)] {
        expression.selectors.compactMap { selector in
            guard let name = selector.writtenName, isLiteral(name.range) else { return nil }
            return (selector, name.text, name.range)
        }
    }

    /// What the labels of a part's result are.
    func labels(of expression: Expression) -> SeriesLabels {
        expression.seriesLabels { name in
            // Of a metric that is not known nothing can be said; that it is not known is said once.
            metrics[name]?.labels
        }
    }
}

/// One rule about queries.
///
/// **For implementers.** A check says only what is certain: what depends on a variable, or on what the catalogue does not
/// know, is no problem.
protocol QueryCheck: SendableMetatype {
    /// In kebab case; its page is `docs/checks/NAME.md`.
    static var name: String { get }
    /// What it finds, as in the list of `docs/monitoring-check.md`.
    static var summary: String { get }

    /// What is wrong with the query.
    static func problems(_ query: CheckedQuery) -> [Problem]
}
