import Documents
import PromQL
import Wording

/// One rule about alerts.
protocol AlertCheck: SendableMetatype {
    /// In kebab case; its page is `docs/checks/NAME.md`.
    static var name: String { get }
    /// What it finds, as in the list of `docs/monitoring-check.md`.
    static var summary: String { get }

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
