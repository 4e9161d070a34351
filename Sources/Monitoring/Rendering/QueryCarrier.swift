import Documents
import PromQL
import Telemetry

/// Carries the queries of the pack over to the dialect that is rendered, and keeps them to the job.
struct QueryCarrier {
    /// A query in the names of the dialect.
    struct Carried {
        let text: String
        /// What the labels of its result are called.
        let labels: CarriedLabels
    }

    private let target: SampleTable
    private let kept: SampleTable
    private let sources: [String: SampleTable]
    private var recorded: [String: CarriedLabels] = [:]

    init(to target: Dialect, kept: Dialect, sources: [Dialect]) {
        (self.target, self.kept) = (SampleTable(target), SampleTable(kept))
        self.sources = Dictionary(sources.map { ($0.name, SampleTable($0)) }) { first, _ in first }
    }

    /// What `name` is recorded as from now on.
    mutating func record(_ name: String, _ labels: CarriedLabels) { recorded[name] = labels }

    /// - Parameter scope: matchers that every selector gets, by the metric's name.
    func carry(_ query: String, from dialect: String, scope: (String) -> [String]) throws(Loss) -> Carried {
        let (source, expression) = try Self.parse(query)
        for name in expression.selectors.compactMap(\.name) where name.text.contains(":") && recorded[name.text] == nil
        {
            throw Loss(
                range: name.range, message: "nothing there records \(name.text)", remedy: "add the recording rule")
        }
        let names = TranslatedNames(from: table(dialect), to: target, kept: kept, recorded: recorded)
        let translation = try QueryTranslation(expression, source, names)
        return Carried(text: try Self.scoped(translation.text, scope), labels: translation.labels)
    }

    /// A text of a template with its labels called as the result's are.
    func template(_ text: String, _ labels: CarriedLabels) throws(Loss) -> String {
        let references = AlertTemplate(SourceText(line: text)).references.filter { $0.source == .alert }
        return try Self.renamed(text, references.map { ($0.name, $0.range) }, labels)
    }

    /// A legend with its labels called as the result's are.
    func legend(_ text: String, _ labels: CarriedLabels) throws(Loss) -> String {
        try Self.renamed(text, LegendLabel.labels(in: SourceText(line: text)).map { ($0.name, $0.range) }, labels)
    }

    private static func renamed(
        _ text: String, _ uses: [(name: String, range: Range<Int>)], _ labels: CarriedLabels
    ) throws(Loss) -> String {
        var bytes = Array(text.utf8)
        for use in uses.reversed() {
            let name = try labels.needed(Name(text: use.name, range: SourceRange(use.range)))
            bytes.replaceSubrange(use.range, with: Array(name.utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The samples that a dialect has; of the one that is always on, what the target has.
    func table(_ dialect: String) -> SampleTable { sources[dialect] ?? target }

    /// What shows a signal: the target's views and those that are always on.
    var views: [View] { target.views + kept.views }

    private static func parse(_ query: String) throws(Loss) -> (SubstitutedQuery, Expression) {
        let source = SubstitutedQuery(SourceText(line: query), scope: VariableScope([]))
        do {
            return (source, try Expression(parsing: source.text))
        } catch {
            throw Loss(range: error.range, message: error.message, remedy: error.remedy)
        }
    }

    /// The query with matchers added to each selector.
    private static func scoped(_ query: String, _ scope: (String) -> [String]) throws(Loss) -> String {
        let (source, expression) = try parse(query)
        var changes: [QueryChange] = []
        for selector in expression.selectors {
            guard let name = selector.writtenName else {
                throw Loss(
                    range: selector.range, message: "the selector names no metric",
                    remedy: "name the metric it is about")
            }
            changes += MatcherEdits(selector, in: source.text, adding: scope(name.text), isFirst: true).changes
        }
        return source.source(with: changes)
    }
}
