/// What to do when an alert fires, as a page.
enum RunbookText {
    static func page(_ alert: RenderedAlert) -> String {
        let definition = alert.definition
        let steps = definition.steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
        return """
            # \(definition.alert)

            \(definition.summary). Severity: \(definition.severity). It fires when this holds for \(definition.pendingFor):

            ```promql
            \(alert.expression)
            ```

            ## What it means

            \(definition.impact)

            ## What to do

            \(steps)

            """
    }
}
