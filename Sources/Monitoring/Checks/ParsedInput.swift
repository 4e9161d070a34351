import Documents
import PromQL

/// A file's content with its queries as trees, each parsed once.
struct ParsedInput {
    let input: Input
    /// In the order of the input.
    let queries: [ParsedQuery]

    init(_ input: Input) {
        self.input = input
        let scope = VariableScope(input)
        queries = input.queries.map { ParsedQuery($0, scope) }
    }
}

/// A query as a tree, or why there is none.
struct ParsedQuery {
    let query: Query
    let substituted: SubstitutedQuery
    /// Nil when the text is no query.
    let expression: Expression?
    /// What Prometheus would refuse it for.
    let problems: [Problem]

    init(_ query: Query, _ scope: VariableScope) {
        self.query = query
        // A text without variables keeps its own dollars.
        let substituted = SubstitutedQuery(query.text, scope: query.mayHaveVariables ? scope : VariableScope([]))
        self.substituted = substituted
        do {
            let expression = try Expression(parsing: substituted.text)
            self.expression = expression
            problems = expression.typing.errors.map { Problem($0, query, substituted) }
        } catch {
            expression = nil
            problems = [Problem(error, query, substituted)]
        }
    }

    /// Whether it is a format of `printf`, of which only Prometheus knows what becomes.
    var isFormat: Bool {
        if case .template(_, isFormat: true) = query.owner { true } else { false }
    }

    /// The recording rule that it is of, with its group.
    var recording: (rule: Rule, group: RuleGroup)? {
        guard case .rule(let rule, let group) = query.owner, rule.kind == .recording else { return nil }
        return (rule, group)
    }
}

extension Problem {
    fileprivate init(_ error: PromQLError, _ query: Query, _ substituted: SubstitutedQuery) {
        self.init(
            check: "promql", severity: .error, place: substituted.place(of: error.range.offsets),
            context: query.context, message: error.message, remedy: error.remedy)
    }
}
