/// What to do when an alert fires, as a page.
enum RunbookText {
    /// - Parameter alerts: all of one name, one at least; they differ in what they ask of.
    static func page(_ alerts: [RenderedAlert]) -> String {
        guard let alert = alerts.first else { return "" }
        let definition = alert.definition
        let expressions = alerts.map { "```promql\n\($0.expression)\n```" }.joined(separator: "\n\n")
        let steps = definition.steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
        return """
            # \(definition.alert)

            \(alert.summary.withLabelsInWords). Severity: \(definition.severity). It fires when this holds for \
            \(definition.pendingFor):

            \(expressions)
            \(definition.about.map { "\n\($0)\n" } ?? "")
            ## What it means

            \(definition.impact)

            ## What to do

            \(steps)

            """
    }
}

extension String {
    /// A template as a reader of a page sees it.
    var withLabelsInWords: String { replacing(/\{\{ \$labels\.(\w+) \}\}/) { "*\($0.1)*" } }
}
