import Documents
import PromQL
import Wording

/// A template is given the labels of the expression's result, before the rule adds its own; any other is empty.
enum TemplateLabelCheck: AlertCheck {
    static let name = "template-label"
    static let summary = "an alert's text does"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        guard let query, case .rule(_, let group) = query.query.owner else { return [] }
        let labels = query.labels(of: query.expression)
        let added = alert.addedLabels(in: group)
        return alert.templates.flatMap { _, template in
            template.references.compactMap { reference in
                guard reference.source == .alert, labels.presence(of: reference.name) == .never else { return nil }
                return problem(
                    .error, template.text.place(of: reference.range), alert,
                    "the expression's result has no label \(Prose.quote(reference.name))",
                    remedy: remedy(reference.name, added) ?? UnknownLabelCheck.remedy(reference.name, labels))
            }
        }
    }

    /// For what the alert has only later.
    private static func remedy(_ label: String, _ added: [String: String]) -> String? {
        let isOwn = added[label] != nil || label == "alertname"
        return isOwn ? "write its text here: the rule's own labels come after the templates" : nil
    }
}
