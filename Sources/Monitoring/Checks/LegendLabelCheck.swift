import Documents
import PromQL
import Wording

/// A legend with a label that the series do not have shows nothing there.
enum LegendLabelCheck: QueryCheck {
    static let name = "legend-label"
    static let summary = "a legend shows a label that is not there"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        guard case .target(let target, _) = query.query.owner, let legend = target.legend else { return [] }
        let labels = query.labels(of: query.expression)
        return LegendLabel.labels(in: legend).compactMap { label in
            // Grafana joins several queries; what comes of that is not looked at.
            guard labels.presence(of: label.name) == .never, VariableUse.uses(in: label.name).isEmpty else {
                return nil
            }
            return Problem(
                check: name, severity: .error, place: legend.place(of: label.range), context: query.query.context,
                message: "the series have no label \(Prose.quote(label.name))",
                remedy: UnknownLabelCheck.remedy(label.name, labels))
        }
    }
}
