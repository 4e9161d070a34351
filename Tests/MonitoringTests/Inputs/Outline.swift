import Documents

@testable import Monitoring

/// What was read from a file, as text for people.
struct Outline {
    private(set) var text = ""

    init(_ reading: InputReading) {
        for input in reading.inputs {
            switch input {
            case .rules(let file): rules(file)
            case .dashboard(let dashboard): self.dashboard(dashboard)
            case .routes(let routes): self.routes(routes)
            case .queries: line("queries", nil)
            }
            for query in input.queries { self.query(query) }
        }
        for problem in reading.problems { text += problem.rendered }
    }

    private mutating func line(_ words: String, _ place: SourceText?, depth: Int = 0) {
        let place = place.map { "  @\($0.place.start.line):\($0.place.start.column)" } ?? ""
        text += String(repeating: "  ", count: depth) + words + place + "\n"
    }

    private mutating func query(_ query: Query) {
        line("query \(query.context)", query.text)
        for part in query.text.value.split(separator: "\n") { line("| \(part)", nil, depth: 1) }
    }

    // MARK: Rules

    private mutating func rules(_ file: RuleFile) {
        switch file.form {
        case .prometheus: line("rule file", nil)
        case .resource(let name, let namespace): line("resource \(name?.value ?? "-") \(namespace?.value ?? "-")", name)
        }
        for group in file.groups {
            line("group \(group.name) every \(group.interval?.milliseconds ?? 0) ms", group.name, depth: 1)
            for rule in group.rules { self.rule(rule) }
        }
    }

    private mutating func rule(_ rule: Rule) {
        let durations = [rule.pendingFor, rule.keepFiringFor].map { $0.map { "\($0.milliseconds)" } ?? "-" }
        line("\(rule.kind.rawValue) \(rule.name) \(durations.joined(separator: " "))", rule.name, depth: 2)
        for label in rule.labels { line("label \(label.name)=\(label.value)", label.value, depth: 3) }
        for (name, template) in rule.templates where !template.references.isEmpty {
            line("template \(name)", template.text, depth: 3)
            for reference in template.references {
                let place = template.text.part(reference.range)
                line("\(reference.source) \(reference.name) = \(place.value)", place, depth: 4)
            }
        }
    }

    // MARK: Dashboards

    private mutating func dashboard(_ dashboard: Dashboard) {
        let version = dashboard.schemaVersion.map { "\($0)" } ?? "-"
        line("dashboard \(dashboard.title?.value ?? "-") \(dashboard.uid?.value ?? "-") \(version)", dashboard.title)
        for variable in dashboard.variables { self.variable(variable) }
        for annotation in dashboard.annotations {
            line("annotation \(annotation.name?.value ?? "-") \(annotation.language)", annotation.name, depth: 1)
        }
        for panel in dashboard.panels { self.panel(panel) }
    }

    private mutating func variable(_ variable: Variable) {
        line("variable \(variable.name) \(variable.kind) \(variable.language)", variable.name, depth: 1)
        if let parts = variable.parts { line(parts.outline, nil, depth: 2) }
        for option in variable.options { line("option \(option)", option, depth: 2) }
        for value in variable.current { line("current \(value)", value, depth: 2) }
        let all = variable.allValue.map { " as \($0)" } ?? ""
        if variable.includesAll { line("all\(all)", variable.allValue, depth: 2) }
        if let regex = variable.regex { line("regex \(regex)", regex, depth: 2) }
    }

    private mutating func panel(_ panel: Panel) {
        let row = panel.row.map { " in \($0)" } ?? ""
        line("panel \(panel.title?.value ?? "-") \(panel.type?.value ?? "-")\(row)", panel.title, depth: 1)
        if let library = panel.library {
            line("library \(library.name?.value ?? "-") \(library.isEmbedded)", nil, depth: 2)
        }
        for unit in panel.units {
            line("unit \(unit.unit) \(unit.series?.option?.value ?? "")", unit.unit, depth: 2)
        }
        for threshold in panel.thresholds { line("threshold \(threshold)", threshold, depth: 2) }
        if let variable = panel.repeatVariable { line("repeat \(variable)", variable, depth: 2) }
        for target in panel.targets {
            let flags = (target.isHidden ? " hidden" : "") + (target.isInstant ? " instant" : "")
            line("target \(target.refID?.value ?? "-") \(target.language)\(flags)", target.refID, depth: 2)
            guard let legend = target.legend else { continue }
            for label in LegendLabel.labels(in: legend) {
                line("legend \(label.name)", legend.part(label.range), depth: 3)
            }
        }
    }

    // MARK: Routes

    private mutating func routes(_ routes: AlertRoutes) {
        line("routes to \(routes.receivers.map(\.value).joined(separator: ", "))", nil)
        route(routes.root, depth: 1)
        for rule in routes.inhibitRules {
            line("inhibit", nil, depth: 1)
            for matcher in rule.source + rule.target { self.matcher(matcher, depth: 2) }
            line("equal \(rule.equal.map(\.value).joined(separator: ", "))", nil, depth: 2)
        }
    }

    private mutating func route(_ route: AlertRoute, depth: Int) {
        let groups = route.groupBy.isEmpty ? "" : " by \(route.groupBy.map(\.value).joined(separator: ", "))"
        line("route \(route.receiver)\(route.continues ? " continue" : "")\(groups)", route.receiver, depth: depth)
        for matcher in route.matchers { self.matcher(matcher, depth: depth + 1) }
        for inner in route.routes { self.route(inner, depth: depth + 1) }
    }

    private mutating func matcher(_ matcher: AlertMatcher, depth: Int) {
        line("if \(matcher.name) \(matcher.operation.rawValue) \(matcher.value)", matcher.value, depth: depth)
    }
}

extension VariableQuery {
    fileprivate var outline: String {
        switch self {
        case .labelNames(let query): "labelNames \(query?.value ?? "-")"
        case .labelValues(let query, let label): "labelValues \(query?.value ?? "-") \(label)"
        case .metrics(let pattern): "metrics \(pattern)"
        case .result(let query): "result \(query)"
        case .series(let query): "series \(query)"
        }
    }
}
