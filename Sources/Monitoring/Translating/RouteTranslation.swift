import Documents
import PromQL
import Telemetry
import Wording

/// An alert of the files, and what becomes of its labels.
struct CarriedAlert {
    /// What the labels of its query are called.
    private let labels: CarriedLabels
    /// Labels that the rule gives it.
    private let own: Set<String>
    /// What is known of labels that keep their names.
    private let series: SeriesLabels

    /// What Prometheus itself makes has the labels of targets only.
    private static let ofTargets = MetricIndex(Catalogue(families: []))
    private static let target = SeriesLabels.exactly(["job", "instance"], possible: MetricIndex.targetLabels)

    /// Nil for what is no alert.
    init?(_ query: Query, _ names: TranslatedNames) {
        guard case .rule(let rule, let group) = query.owner, rule.kind == .alerting else { return nil }
        own = Set((rule.labels + group.labels).map(\.name.value))
        let expression = ParsedQuery(query, VariableScope([])).expression
        series = expression?.seriesLabels { Self.ofTargets[$0] == nil ? nil : Self.target } ?? .unknown
        if case .success(let found) = CarriedQuery.carry(query, VariableScope([]), names) {
            labels = found.labels
        } else {
            labels = CarriedLabels(hasForeign: true)
        }
    }

    /// What becomes of a label: nil if the alert does not have it.
    fileprivate func fate(of label: String) -> LabelFate? {
        if own.contains(label) { return .kept }
        if labels.unclear.contains(label) || labels.lost.contains(label) { return .lost }
        if let name = labels.names[label] { return .called(name, labels.values[label] ?? .same) }
        return labels.hasForeign && series.presence(of: label) != .never ? .kept : nil
    }
}

/// What becomes of a label of an alert.
private enum LabelFate: Hashable {
    case kept
    case called(String, CarriedValues)
    case lost
}

/// Routes and inhibitions, carried over as the labels of the alerts are.
struct RouteTranslation {
    private let alerts: [CarriedAlert]

    init(_ alerts: [CarriedAlert]) { self.alerts = alerts }

    func carry(_ routes: AlertRoutes) -> Rewriting {
        var rewriting = Rewriting()
        carry(routes.root, &rewriting)
        for rule in routes.inhibitRules {
            for matcher in rule.source + rule.target { carry(matcher, in: "inhibition", &rewriting) }
            for label in rule.equal { carry(label, in: "inhibition", &rewriting) }
        }
        return rewriting
    }

    private func carry(_ route: AlertRoute, _ rewriting: inout Rewriting) {
        let context = "route to \(Prose.quote(route.receiver.value))"
        for matcher in route.matchers { carry(matcher, in: context, &rewriting) }
        for label in route.groupBy { carry(label, in: context, &rewriting) }
        for inner in route.routes { carry(inner, &rewriting) }
    }

    /// What a label is called on all alerts that have it; nil if that differs, which is told.
    private func name(
        of label: SourceText, in context: String, _ rewriting: inout Rewriting
    ) -> (name: String, values: CarriedValues)? {
        let fates = Set(
            alerts.compactMap { $0.fate(of: label.value) }.map { fate in
                fate == .called(label.value, .same) ? .kept : fate
            })
        switch (fates.first, fates.count) {
        case (nil, _), (.kept, 1): return (label.value, .same)
        case (.called(let name, let values), 1): return (name, values)
        default:
            rewriting.leave(
                label, .error, in: context,
                "\(Prose.quote(label.value)) is called otherwise there, or lost, on some of the alerts",
                remedy: "change it by hand, or give the alerts a label of their own")
            return nil
        }
    }

    private func carry(_ label: SourceText, in context: String, _ rewriting: inout Rewriting) {
        if let found = name(of: label, in: context, &rewriting) { rewriting.write(found.name, insteadOf: label) }
    }

    private func carry(_ matcher: AlertMatcher, in context: String, _ rewriting: inout Rewriting) {
        guard let found = name(of: matcher.name, in: context, &rewriting) else { return }
        let isPattern = matcher.operation == .matches || matcher.operation == .notMatches
        let text = matcher.value.value
        switch isPattern ? found.values.selection(pattern: text) : found.values.selection(value: text) {
        case .same: break
        case .values(let carried) where carried.count == 1 || isPattern:
            rewriting.write(isPattern ? carried.asPattern : carried[0], insteadOf: matcher.value)
        case .values, .unknown:
            return rewriting.leave(
                matcher.value, .error, in: context,
                "values of \(Prose.quote(matcher.name.value)) are called otherwise there")
        }
        rewriting.write(found.name, insteadOf: matcher.name)
    }
}
