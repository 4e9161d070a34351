import Documents

extension Query {
    /// Where texts around the query name labels of its result.
    ///
    /// - Parameter isUsed: whose labels count, where a template names them.
    func labelUses(
        where isUsed: (AlertTemplate.Source) -> Bool
    ) -> [(text: SourceText, name: String, range: Range<Int>)] {
        switch owner {
        case .rule(let rule, _) where rule.kind == .alerting:
            (rule.annotations + rule.labels).flatMap { text in
                AlertTemplate(text.value).references.filter { isUsed($0.source) }.map {
                    (text.value, $0.name, $0.range)
                }
            }
        case .target(let target, _):
            target.legend.map { legend in LegendLabel.labels(in: legend).map { (legend, $0.name, $0.range) } } ?? []
        case .variable(let variable):
            if case .labelValues(_, let label)? = variable.parts {
                [(label, label.value, label.wholeRange)]
            } else {
                []
            }
        case .annotation(let annotation):
            [annotation.titleFormat, annotation.textFormat].compactMap(\.self).flatMap { text in
                LegendLabel.labels(in: text).map { (text, $0.name, $0.range) }
            } + (annotation.tagKeys?.split(",") ?? []).map { ($0, $0.value, $0.wholeRange) }
        default: []
        }
    }
}
