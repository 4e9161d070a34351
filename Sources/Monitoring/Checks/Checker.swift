public import Documents
import PromQL
public import Telemetry
import Wording

/// Holds rules and dashboards against a catalogue.
public struct Checker: Sendable {
    static let queryChecks: [any QueryCheck.Type] = [
        UnknownMetricCheck.self, BaseNameCheck.self, UnknownLabelCheck.self, UnknownValueCheck.self,
        RateOfGaugeCheck.self, RawCounterCheck.self, QuantileCheck.self, BucketBoundCheck.self, NeverMatchesCheck.self,
        ShortRangeCheck.self, DeprecatedCheck.self, LegendLabelCheck.self,
    ]
    static let alertChecks: [any AlertCheck.Type] = [
        AlertForCheck.self, AlertSummaryCheck.self, TemplateLabelCheck.self,
    ]

    static let recordingChecks: [any RecordingCheck.Type] = [RecordingCycleCheck.self, UnusedRecordingCheck.self]

    /// The checks, each with a page.
    static let names: Set<String> = Set(
        queryChecks.map { $0.name } + alertChecks.map { $0.name } + recordingChecks.map { $0.name }
    ).union(["promql", "ignore"])

    private let metrics: MetricIndex
    private let scrapeInterval: Double

    /// - Parameters:
    ///   - catalogue: what there is to query.
    ///   - scrapeInterval: the seconds from one scrape to the next.
    public init(catalogue: Catalogue, scrapeInterval: Double = 15) {
        metrics = MetricIndex(catalogue)
        self.scrapeInterval = scrapeInterval
    }

    /// What is wrong with the files, in their order; what recording rules of one make, queries of all may use.
    public func problems(in files: [SourceFile]) -> [Problem] {
        let readings = files.map { InputReader.read($0) }
        var metrics = metrics
        for case .rules(let file) in readings.flatMap(\.inputs) { metrics.add(file) }
        let recorded = RecordedMetrics(readings.flatMap(\.inputs))
        let ofRecording = Self.recordingChecks.flatMap { $0.problems(recorded) }
        return zip(files, readings).flatMap { file, reading in
            let all =
                reading.problems.map(Problem.init) + reading.inputs.flatMap { problems($0, metrics) }
                + ofRecording.filter { $0.place.file === file }
            return all.applying(Suppression.all(in: file)).enumerated().sorted {
                ($0.element.place.range.lowerBound, $0.offset) < ($1.element.place.range.lowerBound, $1.offset)
            }.map(\.element)
        }
    }

    private func problems(_ input: Input, _ metrics: MetricIndex) -> [Problem] {
        let scope = VariableScope(input)
        return input.queries.flatMap { problems($0, scope, metrics) }
    }

    private func problems(_ query: Query, _ scope: VariableScope, _ metrics: MetricIndex) -> [Problem] {
        if case .template(_, isFormat: true) = query.owner { return [] }
        let (checked, problems) = parse(query, scope, metrics)
        let found = checked.map { checked in Self.queryChecks.flatMap { $0.problems(checked) } } ?? []
        guard case .rule(let rule, _) = query.owner, rule.kind == .alerting else { return problems + found }
        return problems + found + Self.alertChecks.flatMap { $0.problems(rule, checked) }
    }

    /// The query as a tree, unless Prometheus would refuse it.
    private func parse(
        _ query: Query, _ scope: VariableScope, _ metrics: MetricIndex
    ) -> (CheckedQuery?, [Problem]) {
        // A text without variables keeps its own dollars.
        let scope = query.mayHaveVariables ? scope : VariableScope([])
        let substituted = SubstitutedQuery(query.text, scope: scope)
        let expression: Expression
        do {
            expression = try Expression(parsing: substituted.text)
        } catch {
            return (nil, [problem(error, query, substituted)])
        }
        let errors = expression.typing.errors
        guard errors.isEmpty else { return (nil, errors.map { problem($0, query, substituted) }) }
        return (
            CheckedQuery(
                query: query, substituted: substituted, expression: expression, metrics: metrics,
                scrapeInterval: scrapeInterval), []
        )
    }

    private func problem(_ error: PromQLError, _ query: Query, _ substituted: SubstitutedQuery) -> Problem {
        Problem(
            check: "promql", severity: .error, place: substituted.place(of: error.range.offsets),
            context: query.context, message: error.message, remedy: error.remedy)
    }
}

extension MetricIndex {
    /// Adds what the recording rules of a file make, each from what those before it made.
    fileprivate mutating func add(_ file: RuleFile) {
        for rule in file.groups.flatMap(\.rules) where rule.kind == .recording {
            let expression = try? Expression(parsing: rule.expression.value)
            let added = Dictionary(rule.labels.map { ($0.name.value, $0.value.value) }) { first, _ in first }
            let labels = expression?.recordedLabels(adding: added) { self[$0]?.labels }
            add(recorded: rule.name.value, labels: labels ?? .unknown)
        }
    }
}

extension Problem {
    init(_ problem: ReadingProblem) {
        self.init(
            check: problem.code, severity: problem.severity == .error ? .error : .warning, place: problem.place,
            context: "", message: problem.message, remedy: problem.remedy)
    }
}
