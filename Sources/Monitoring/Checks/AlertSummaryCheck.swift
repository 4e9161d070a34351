import Documents

/// Who is woken up should be told by what.
enum AlertSummaryCheck: AlertCheck {
    static let name = "alert-summary"
    static let summary = "an alert without a word of what is wrong"

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
