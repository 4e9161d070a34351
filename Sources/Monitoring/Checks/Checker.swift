public import Documents
import PromQL
public import Telemetry
import Wording

/// Holds rules and dashboards against a catalogue.
public struct Checker: Sendable {
    static let queryChecks: [any QueryCheck.Type] = [
        UnknownMetricCheck.self, HiddenMetricCheck.self, BaseNameCheck.self, UnknownLabelCheck.self,
        UnknownValueCheck.self, RateOfGaugeCheck.self, RateOfSumCheck.self, RawCounterCheck.self, QuantileCheck.self,
        BucketBoundCheck.self, NeverMatchesCheck.self, ManyToManyCheck.self, EmptyGroupingCheck.self,
        NameGroupingCheck.self, UnitCheck.self, ShortRangeCheck.self,
        DeprecatedCheck.self, LegendLabelCheck.self, BoolAlertCheck.self, LabelOverwrittenCheck.self,
    ]
    static let alertChecks: [any AlertCheck.Type] = [
        AlertForCheck.self, AlertSummaryCheck.self, TemplateLabelCheck.self,
    ]

    static let recordingChecks: [any RecordingCheck.Type] = [RecordingCycleCheck.self, UnusedRecordingCheck.self]

    /// What each check finds, by its name; each has a page.
    static let summaries: [String: String] = {
        var summaries = ["promql": "Prometheus would refuse the query", "ignore": "a comment that ignores nothing"]
        for check in queryChecks { summaries[check.name] = check.summary }
        for check in alertChecks { summaries[check.name] = check.summary }
        for check in recordingChecks { summaries[check.name] = check.summary }
        summaries[NoRouteCheck.name] = NoRouteCheck.summary
        summaries[NotShownCheck.name] = NotShownCheck.summary
        summaries[NotRecordedCheck.name] = NotRecordedCheck.summary
        return summaries
    }()

    private let catalogue: Catalogue
    private let metrics: MetricIndex
    private let scrapeInterval: Double

    /// - Parameters:
    ///   - catalogue: what there is to query.
    ///   - scrapeInterval: the seconds from one scrape to the next.
    public init(catalogue: Catalogue, scrapeInterval: Double = 15) {
        self.catalogue = catalogue
        metrics = MetricIndex(catalogue)
        self.scrapeInterval = scrapeInterval
    }

    /// What is wrong with the files, in their order; what recording rules of one make, queries of all may use.
    ///
    /// - Parameter coverage: where the families of the catalogue stand; with it, those that no query reads come last.
    public func report(_ files: [SourceFile], coverage: CataloguePlaces? = nil) -> CheckReport {
        let readings = files.map { InputReader.read($0) }
        let inputs = readings.map { $0.inputs.map(ParsedInput.init) }
        let queries = inputs.flatMap { $0.flatMap(\.queries) }
        var metrics = metrics
        for query in queries { metrics.add(query) }
        let recorded = RecordedMetrics(queries)
        let routes = readings.flatMap(\.inputs).compactMap(\.routes)
        let ofAll =
            Self.recordingChecks.flatMap { $0.problems(recorded) }
            + NoRouteCheck.problems(queries.compactMap { alert($0, metrics) }, routes)
        let ofFiles = zip(files, zip(readings, inputs)).flatMap { file, content in
            let (reading, inputs) = content
            let all =
                reading.problems.map(Problem.init) + inputs.flatMap(\.queries).flatMap { problems($0, metrics) }
                + ofAll.filter { $0.place.file === file }
            return all.applying(Suppression.all(in: file)).enumerated().sorted {
                ($0.element.place.range.lowerBound, $0.offset) < ($1.element.place.range.lowerBound, $1.offset)
            }.map(\.element)
        }
        let unread = coverage.map { NotShownCheck.problems(queries, catalogue, $0) } ?? []
        return CheckReport(
            problems: ofFiles + unread, files: files.count,
            foreign: readings.count { $0.inputs.isEmpty && $0.problems.isEmpty })
    }

    /// What is wrong with the files.
    public func problems(in files: [SourceFile], coverage: CataloguePlaces? = nil) -> [Problem] {
        report(files, coverage: coverage).problems
    }

    /// The families of the catalogue that a scrape does not show.
    public func notRecorded(in scrape: Catalogue, at places: CataloguePlaces) -> [Problem] {
        NotRecordedCheck.problems(catalogue, scrape, places)
    }

    private func alert(_ query: ParsedQuery, _ metrics: MetricIndex) -> RoutedAlert? {
        guard case .rule(let rule, let group) = query.query.owner, rule.kind == .alerting else { return nil }
        let checked = CheckedQuery(query, metrics: metrics, scrapeInterval: scrapeInterval)
        return RoutedAlert(rule, group: group, query: checked)
    }

    private func problems(_ query: ParsedQuery, _ metrics: MetricIndex) -> [Problem] {
        if query.isFormat { return [] }
        let checked = CheckedQuery(query, metrics: metrics, scrapeInterval: scrapeInterval)
        let found = checked.map { checked in Self.queryChecks.flatMap { $0.problems(checked) } } ?? []
        guard case .rule(let rule, _) = query.query.owner, rule.kind == .alerting else { return query.problems + found }
        return query.problems + found + Self.alertChecks.flatMap { $0.problems(rule, checked) }
    }
}

extension MetricIndex {
    /// Adds what a recording rule makes, from what those before it made.
    fileprivate mutating func add(_ query: ParsedQuery) {
        guard let (rule, group) = query.recording else { return }
        let added = rule.addedLabels(in: group)
        let labels = query.expression?.recordedLabels(adding: added) { self[$0]?.labels }
        add(recorded: rule.name.value, labels: labels ?? .unknown)
    }
}

extension Rule {
    /// The labels that it adds: its own, and those of its group.
    func addedLabels(in group: RuleGroup) -> [String: String] {
        Dictionary((labels + group.labels).map { ($0.name.value, $0.value.value) }) { first, _ in first }
    }
}

extension Problem {
    init(_ problem: ReadingProblem) {
        self.init(
            check: problem.code, severity: problem.severity == .error ? .error : .warning, place: problem.place,
            context: "", message: problem.message, remedy: problem.remedy)
    }
}
