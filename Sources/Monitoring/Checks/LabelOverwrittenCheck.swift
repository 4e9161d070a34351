import Documents
import PromQL
import Wording

/// A rule's label replaces that of the result. Where it tells the results apart, they become the same, and the rule
/// fails.
enum LabelOverwrittenCheck: QueryCheck {
    static let name = "label-overwritten"
    static let summary = "a rule's label makes results the same"

    static func problems(_ query: CheckedQuery) -> [Problem] {
        guard case .rule(let rule, let group) = query.query.owner else { return [] }
        let own = Set(rule.labels.map(\.name.value))
        let ofGroup = group.labels.filter { !own.contains($0.name.value) }
        return (rule.labels + ofGroup).compactMap { label in
            guard !isTemplate(label, rule), tellsApart(query, label.name.value, query.expression) else { return nil }
            return Problem(
                check: name, severity: .warning, place: label.name.place, context: query.query.context,
                message: "the rule's \(Prose.quote(label.name.value)) replaces the label that tells the results apart",
                remedy: "call it something else: with two results that differ in it alone, the rule fails")
        }
    }

    /// Whether the value may depend on the result.
    private static func isTemplate(_ label: LabelText, _ rule: Rule) -> Bool {
        rule.kind == .alerting && label.value.value.contains("{{")
    }

    /// Whether the results certainly may differ in the label.
    private static func tellsApart(_ query: CheckedQuery, _ label: String, _ expression: Expression) -> Bool {
        guard case .binary(let node) = expression.unwrapped else {
            return query.labels(of: expression).presence(of: label) == .always
                && query.variety(of: label, in: expression) >= .grouped
        }
        if node.operation == .or { return false }
        if node.left.type == .scalar { return tellsApart(query, label, node.right) }
        // One of each side: both have the label, or it is not compared.
        return node.matching == nil && tellsApart(query, label, node.left)
            && (node.right.type == .scalar || node.operation.isSetOperator || tellsApart(query, label, node.right))
    }
}
