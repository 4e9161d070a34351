import Documents
import PromQL
import Wording

/// A template that refers to a label that the alert does not have shows nothing there.
enum TemplateLabelCheck: AlertCheck {
    static let name = "template-label"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        guard let query else { return [] }
        var labels = query.labels(of: query.expression)
        if case .rule(_, let group) = query.query.owner {
            for label in alert.addedLabels(in: group).keys { labels = labels.adding(label) }
        }
        labels = labels.adding("alertname")
        return (alert.annotations + alert.labels).flatMap { text -> [Problem] in
            let template = AlertTemplate(text.value)
            return template.references.compactMap { reference in
                guard reference.source == .alert, labels.presence(of: reference.name) == .never else { return nil }
                return problem(
                    .error, text.value.place(of: reference.range), alert,
                    "the alert has no label \(Prose.quote(reference.name))",
                    remedy: UnknownLabelCheck.remedy(reference.name, labels))
            }
        }
    }
}
