import Documents
import PromQL
import Wording

/// One rule about alerts.
protocol AlertCheck: SendableMetatype {
    /// In kebab case; its page is `docs/checks/NAME.md`.
    static var name: String { get }

    /// What is wrong with the alert.
    ///
    /// - Parameter query: its expression; nil if it could not be parsed.
    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem]
}

extension AlertCheck {
    static func problem(
        _ severity: Problem.Severity, _ place: SourcePlace, _ alert: Rule, _ message: String, remedy: String
    ) -> Problem {
        Problem(
            check: name, severity: severity, place: place, context: "alert \(Prose.quote(alert.name.value))",
            message: message, remedy: remedy)
    }
}

/// Without a time to hold, one bad scrape wakes somebody up.
enum AlertForCheck: AlertCheck {
    static let name = "alert-for"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        guard alert.pendingFor == nil else { return [] }
        return [
            problem(
                .warning, alert.name.place, alert, "the alert fires as soon as its condition holds once",
                remedy: "add `for: 5m`, or as long as it may hold without harm")
        ]
    }
}

/// Who is woken up should be told by what.
enum AlertSummaryCheck: AlertCheck {
    static let name = "alert-summary"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        let texts = ["summary", "description", "message"]
        guard !alert.annotations.contains(where: { texts.contains($0.name.value) }) else { return [] }
        return [
            problem(
                .warning, alert.name.place, alert, "the alert does not say what has happened",
                remedy: "add an annotation `summary`")
        ]
    }
}

/// A template that refers to a label that the alert does not have shows nothing there.
enum TemplateLabelCheck: AlertCheck {
    static let name = "template-label"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        guard let query else { return [] }
        var labels = query.labels(of: query.expression)
        for label in alert.labels { labels = labels.adding(label.name.value) }
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
