public import Documents
import Wording

/// A PromQL query of an input, and what it is for.
public struct Query: Sendable {
    /// The part of an input that holds a query.
    public enum Owner: Sendable {
        case rule(Rule, group: RuleGroup)
        /// Of a template in an annotation or a label of an alert. It may be a format of `printf`.
        case template(Rule, isFormat: Bool)
        case target(Target, panel: Panel)
        case variable(Variable)
        case annotation(Annotation)
        /// A line of a list.
        case line
    }

    /// The query, in which variables of Grafana may stand.
    public let text: SourceText
    /// What the query is for.
    public let owner: Owner
    /// Where it stands, from the outside to the inside: `dashboard "API"`, `panel "Latency"`, `target A`.
    public let path: [String]

    /// The path as one text.
    public var context: String { path.joined(separator: " › ") }

    /// Whether variables of a dashboard may stand in it.
    public var mayHaveVariables: Bool {
        switch owner {
        case .target, .variable, .annotation: true
        case .rule, .template, .line: false
        }
    }
}

extension RuleFile {
    /// Every query of the rules, also those that templates make.
    public var queries: [Query] {
        groups.flatMap { group in
            group.rules.flatMap { rule in
                let name = "\(rule.kind == .alerting ? "alert" : "record") \(Prose.quote(rule.name.value))"
                let path = ["group \(Prose.quote(group.name.value))", name]
                let own = Query(text: rule.expression, owner: .rule(rule, group: group), path: path)
                return [own] + rule.templateQueries(path)
            }
        }
    }
}

extension Rule {
    /// The labels and annotations of an alert as templates, each with its name.
    public var templates: [(name: SourceText, template: AlertTemplate)] {
        kind == .recording ? [] : (labels + annotations).map { ($0.name, AlertTemplate($0.value)) }
    }

    fileprivate func templateQueries(_ path: [String]) -> [Query] {
        templates.flatMap { name, template in
            template.queries.map {
                Query(
                    text: $0.text, owner: .template(self, isFormat: $0.isFormat), path: path + [Prose.quote(name.value)]
                )
            }
        }
    }
}

extension Dashboard {
    /// Every query for Prometheus: of panels, variables and annotations.
    public var queries: [Query] {
        let path = ["dashboard \(Prose.quote(title?.value ?? uid?.value ?? ""))"]
        return panels.flatMap { $0.queries(path) } + variables.compactMap { $0.query(path) }
            + annotations.compactMap { $0.query(path) }
    }
}

extension Panel {
    fileprivate func queries(_ path: [String]) -> [Query] {
        let row = row.map { ["row \(Prose.quote($0.value))"] } ?? []
        let panel =
            "panel " + (title?.nonEmpty.map { Prose.quote($0.value) } ?? id.map { "\($0)" } ?? "without a title")
        return targets.compactMap { target in
            guard target.language == .promQL, let text = target.expression?.nonEmpty else { return nil }
            let name = "target \(target.refID?.value ?? "without a name")"
            return Query(text: text, owner: .target(target, panel: self), path: path + row + [panel, name])
        }
    }
}

extension Variable {
    fileprivate func query(_ path: [String]) -> Query? {
        guard let text = parts?.promQL else { return nil }
        return Query(text: text, owner: .variable(self), path: path + ["variable \(Prose.quote(name.value))"])
    }
}

extension Annotation {
    fileprivate func query(_ path: [String]) -> Query? {
        guard language == .promQL, let text = expression?.nonEmpty else { return nil }
        return Query(
            text: text, owner: .annotation(self), path: path + ["annotation \(Prose.quote(name?.value ?? ""))"])
    }
}
