import Documents
import PromQL
import Wording

/// An alert that no route is for, one that nobody is told of, and a route that no alert takes.
enum NoRouteCheck {
    static let name = "no-route"
    static let summary = "alerts that no route is for, or that tell nobody; routes that no alert takes"

    /// - Parameters:
    ///   - alerts: of all files that are checked together.
    ///   - routes: of each configuration among them.
    static func problems(_ alerts: [RoutedAlert], _ routes: [AlertRoutes]) -> [Problem] {
        guard !alerts.isEmpty else { return [] }
        return routes.flatMap { routes in
            let reached = alerts.map { routes.routes(reachedBy: $0) }
            let ends = Set(reached.joined().map(\.node.place))
            if routes.receivers.allSatisfy({ routes.silentReceivers.contains($0.value) }) { return [silence(routes)] }
            return zip(alerts, reached).compactMap { problem($0, $1, routes) }
                + routes.root.routes.flatMap { unreached($0, ends) }
        }
    }

    private static func silence(_ routes: AlertRoutes) -> Problem {
        Problem(
            check: name, severity: .warning, place: routes.root.receiver.place, context: "",
            message: "nobody is told of any alert: no receiver has an integration",
            remedy: "add one, such as email_configs or webhook_configs")
    }

    // MARK: Alerts

    private static func problem(_ alert: RoutedAlert, _ reached: [AlertRoute], _ routes: AlertRoutes) -> Problem? {
        let silent = routes.silentReceivers
        if reached.allSatisfy({ silent.contains($0.receiver.value) && !$0.namesAlerts }), let first = reached.first {
            return problem(
                .warning, alert,
                "nobody is told of the alert: it goes to \(Prose.quote(first.receiver.value)), which sends nothing",
                remedy: "add a route for its labels, or an integration to the receiver")
        }
        let root = routes.root.node.place
        guard !routes.root.routes.isEmpty, reached.allSatisfy({ $0.node.place == root }) else { return nil }
        return problem(
            .information, alert,
            "no route is for the alert: it is left to \(Prose.quote(routes.root.receiver.value))",
            remedy: alert.remedy(routes))
    }

    private static func problem(
        _ severity: Problem.Severity, _ alert: RoutedAlert, _ message: String, remedy: String
    ) -> Problem {
        Problem(
            check: name, severity: severity, place: alert.rule.name.place,
            context: "alert \(Prose.quote(alert.rule.name.value))", message: message, remedy: remedy)
    }

    // MARK: Routes

    /// The outermost routes that no alert comes to.
    private static func unreached(_ route: AlertRoute, _ ends: Set<SourcePlace>) -> [Problem] {
        guard route.hasEnd(in: ends) else {
            return [
                Problem(
                    check: name, severity: .information, place: route.matchers.first?.name.place ?? route.node.place,
                    context: "route to \(Prose.quote(route.receiver.value))",
                    message: "no alert of these files comes to the route",
                    remedy: "change what it matches, or check the files with its alerts along with it")
            ]
        }
        return route.routes.flatMap { unreached($0, ends) }
    }
}

/// An alert and what is known of its labels.
struct RoutedAlert {
    let rule: Rule
    /// Of the labels that have a value, or none, for certain.
    let known: [String: AlertLabel]
    /// Of all other labels.
    let others: AlertLabel

    /// - Parameter query: its expression; nil if it could not be parsed.
    init(_ rule: Rule, group: RuleGroup, query: CheckedQuery?) {
        self.rule = rule
        var known: [String: AlertLabel] = [:]
        let labels = query.map { $0.labels(of: $0.expression) } ?? .unknown
        for label in labels.always.union(labels.possible) { known[label] = .unknown }
        // What gathers the alerts may add labels of its own.
        for label in MetricIndex.targetLabels { known[label] = .unknown }
        for (label, value) in rule.addedLabels(in: group) {
            known[label] = value.contains("{{") ? .unknown : .value(value)
        }
        known["alertname"] = .value(rule.name.value)
        self.known = known
        others = labels.isOpen ? .unknown : .value("")
    }

    /// A label of which a route wants another value.
    fileprivate func remedy(_ routes: AlertRoutes) -> String {
        for matcher in routes.root.routes.flatMap(\.matchers) where matcher.operation == .equal {
            guard case .value(let value)? = known[matcher.name.value], matcher.name.value != "alertname",
                NearestWord.find(value, among: [matcher.value.value]) != nil
            else { continue }
            return "did you mean \(matcher.name.value)=\(Prose.quote(matcher.value.value))?"
        }
        let names = Set(routes.root.routes.flatMap(\.matchers).map(\.name.value)).sorted()
        return "add a route for it, or give it labels that a route matches: \(Prose.list(names))"
    }
}

extension AlertRoutes {
    /// The routes that an alert may end at.
    fileprivate func routes(reachedBy alert: RoutedAlert) -> [AlertRoute] {
        routes(reachedBy: alert.known, others: alert.others) { pattern, text in
            (try? Pattern(parsing: pattern))?.matches(text)
        }.filter { $0.reach > .never }.map(\.route)
    }

    /// Receivers without any integration.
    fileprivate var silentReceivers: Set<String> {
        let receivers = node["receivers"]?.elements ?? []
        return Set(
            receivers.filter { receiver in
                !receiver.members.contains { $0.key.value.hasSuffix("_configs") && !$0.value.elements.isEmpty }
            }.compactMap { $0["name"]?.text?.value })
    }
}

extension AlertRoute {
    /// Whether it is for certain alerts, so that what becomes of them is meant.
    fileprivate var namesAlerts: Bool { matchers.contains { $0.name.value == "alertname" } }

    fileprivate func hasEnd(in ends: Set<SourcePlace>) -> Bool {
        ends.contains(node.place) || routes.contains { $0.hasEnd(in: ends) }
    }
}
