import Documents
import PromQL

/// Without a time to hold, one bad scrape wakes somebody up.
enum AlertForCheck: AlertCheck {
    static let name = "alert-for"
    static let summary = "an alert that wakes people for a moment's fault"

    static func problems(_ alert: Rule, _ query: CheckedQuery?) -> [Problem] {
        // What asks for no metric holds always, as it is meant to.
        guard alert.node["for"] == nil, query?.expression.selectors.isEmpty != true else { return [] }
        return [
            problem(
                .warning, alert.name.place, alert, "the alert fires as soon as its condition holds once",
                remedy: "add `for: 5m`, or as long as it may hold without harm")
        ]
    }
}
